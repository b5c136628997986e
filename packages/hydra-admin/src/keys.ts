import { HydraError } from './hydra-error.ts';
import { silence, textOf } from './operations.ts';
import { item } from './paths.ts';
import {
  readKey,
  readKeySet,
  readMadeKey,
  readOnlyKey,
  type Jwk,
  type JwkSet,
  type MadeKey,
} from './key-answers.ts';
import type { KeyToMake } from './resource-types.ts';
import type { Call } from './transport.ts';

const path = '/keys';
const aSet = { path, status: 200, isLong: true, read: textOf(readKeySet) } as const;
const getSet = { name: 'keys.getSet', method: 'GET', ...aSet } as const;
const replaceSet = { name: 'keys.replaceSet', method: 'PUT', ...aSet } as const;
const deleteSet = { name: 'keys.deleteSet', method: 'DELETE', path, ...silence } as const;
const getKey = {
  name: 'keys.getKey',
  method: 'GET',
  path,
  status: 200,
  read: textOf(readOnlyKey),
} as const;
const replaceKey = {
  name: 'keys.replaceKey',
  method: 'PUT',
  path,
  status: 200,
  read: textOf(readKey),
} as const;
const deleteKey = { name: 'keys.deleteKey', method: 'DELETE', path, ...silence } as const;

/** The server itself gives up after 10 seconds. */
const makingTakesMs = 15_000;

/** Sets of keys, the server's own and others; private members included. */
export function keyOperations(call: Call) {
  /**
   * Makes a key and adds it to the set, which need not be there. 4096 bits of RSA take so long that
   * the answer may be lost and the key kept all the same: the error then says under which `kid`.
   * @param options `timeoutMs` is its own, 15 seconds when left out
   * @throws HydraError `conflict` when the `kid` is taken; `unsupported` for HS256 and HS512 from 2.0
   *   on; `bad_request` for an algorithm that the server does not know
   */
  async function create(
    set: string,
    { alg, use = 'sig', kid = crypto.randomUUID() }: KeyToMake,
    { timeoutMs = makingTakesMs }: { timeoutMs?: number } = {},
  ): Promise<MadeKey> {
    const { path: where, needs } = item(path, set);
    return call(
      {
        name: 'keys.create',
        method: 'POST',
        path,
        status: 201,
        isLong: true,
        read: textOf((body) => readMadeKey(body, alg)),
      },
      {
        path: where,
        needs: [...needs, ...(alg.startsWith('HS') ? (['symmetric_keys'] as const) : [])],
        body: () => ({ alg, use, kid }),
        timeoutMs,
      },
    ).catch((error: unknown) => {
      throw isUnanswered(error) ? mayExist(error, kid) : error;
    });
  }

  return {
    create,
    /** Newest first. @throws HydraError `unknown`, also when the set is empty */
    getSet: async (set: string): Promise<JwkSet> => call(getSet, item(path, set)),
    /** @throws HydraError `unknown` */
    getKey: async (set: string, kid: string): Promise<Jwk> => call(getKey, item(path, set, kid)),
    /** Puts these keys in the place of the whole set; without keys the set is gone. */
    replaceSet: async (set: string, keys: JwkSet): Promise<JwkSet> =>
      call(replaceSet, { ...item(path, set), body: () => keys }),
    /** Keeps a key of your own under its own `kid`, in the place of one that has the same. */
    replaceKey: async (set: string, key: Jwk & { kid: string }): Promise<Jwk> =>
      call(replaceKey, { ...item(path, set, key.kid), body: () => key }),
    /** Fine if there was none. */
    deleteSet: async (set: string): Promise<void> => call(deleteSet, item(path, set)),
    /** Fine if there was none. */
    deleteKey: async (set: string, kid: string): Promise<void> =>
      call(deleteKey, item(path, set, kid)),
  };
}

function isUnanswered(error: unknown): error is HydraError {
  return error instanceof HydraError && error.mayBeDone;
}

function mayExist(error: HydraError, kid: string): HydraError {
  const advice = `the key may exist all the same: look for "${kid}" before you make another`;
  return new HydraError(error.kind, `${error.message}; ${advice}`, error);
}
