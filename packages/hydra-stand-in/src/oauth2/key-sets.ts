import type { Jwk } from '@portico/hydra-admin';
import { fault } from './protocol-error.ts';

export type KeySets = ReturnType<typeof createKeySets>;

/** Named sets of keys, private members included. A set without keys is none. */
export function createKeySets() {
  const sets = new Map<string, Jwk[]>();

  /** Newest first. */
  function list(set: string): Jwk[] {
    return (sets.get(set) ?? []).toReversed();
  }

  function find(set: string, kid: string): Jwk | undefined {
    return sets.get(set)?.find((key) => key.kid === kid);
  }

  /** @throws ProtocolError 409 when a `kid` is there already, in the set or twice among the new */
  function add(set: string, keys: Jwk[]): void {
    const former = sets.get(set) ?? [];
    const kids = [...former, ...keys].map(({ kid }) => kid);
    if (new Set(kids).size < kids.length) {
      throw fault(
        'Unable to insert or update resource because a resource with that value exists already',
      );
    }
    if (keys.length > 0) sets.set(set, [...former, ...keys]);
  }

  function remove(set: string, kid: string | undefined): void {
    const rest = (sets.get(set) ?? []).filter((key) => key.kid !== kid);
    if (rest.length > 0) sets.set(set, rest);
    else sets.delete(set);
  }

  return {
    list,
    find,
    add,
    remove,
    /** Puts a key in the place of the one with its `kid`, if there is one. */
    put(set: string, key: Jwk): void {
      remove(set, key.kid);
      add(set, [key]);
    },
    /** @throws ProtocolError 409 when a `kid` is there twice; then the set stays as it was */
    replace(set: string, keys: Jwk[]): void {
      const former = sets.get(set) ?? [];
      sets.delete(set);
      try {
        add(set, keys);
      } catch (error) {
        sets.set(set, former);
        throw error;
      }
    },
    removeSet: (set: string) => void sets.delete(set),
  };
}
