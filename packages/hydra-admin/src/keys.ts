import { HydraError } from './hydra-error.ts';
import { noContent, textOf } from './operations.ts';
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
const deleteSet = { name: 'keys.deleteSet', method: 'DELETE', path, ...noContent } as const;
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
const deleteKey = { name: 'keys.deleteKey', method: 'DELETE', path, ...noContent } as const;

/** Longer than the 10 seconds after which the server itself gives up. */
const createTimeoutMs = 15_000;

/** Key sets, the server's own and others, with their private members. */
export function keyOperations(call: Call) {
  /**
   * Creates a key and adds it to the set, which need not exist. RSA keys of 4096 bits take so long
   * that the server may keep the key although its answer is lost: the error then names the `kid`.
   * @param options `timeoutMs` is 15 seconds by default, whatever the client's is
   * @throws HydraError `conflict` if the `kid` is taken; `unsupported` for HS256 and HS512 from 2.0
   *   on; `bad_request` for an algorithm that the server does not know
   */
  async function create(
    set: string,
    { alg, use = 'sig', kid = crypto.randomUUID() }: KeyToMake,
    { timeoutMs = createTimeoutMs }: { timeoutMs?: number } = {},
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
    /** Newest key first. @throws HydraError `unknown`, also if the set is empty */
    getSet: async (set: string): Promise<JwkSet> => call(getSet, item(path, set)),
    /** @throws HydraError `unknown` */
    getKey: async (set: string, kid: string): Promise<Jwk> => call(getKey, item(path, set, kid)),
    /** Replaces the whole set. Without keys, the set is deleted. */
    replaceSet: async (set: string, keys: JwkSet): Promise<JwkSet> =>
      call(replaceSet, { ...item(path, set), body: () => keys }),
    /** Adds a key under its `kid`, or replaces the key that has it. */
    replaceKey: async (set: string, key: Jwk & { kid: string }): Promise<Jwk> =>
      call(replaceKey, { ...item(path, set, key.kid), body: () => key }),
    /** Succeeds also if there was none. */
    deleteSet: async (set: string): Promise<void> => call(deleteSet, item(path, set)),
    /** Succeeds also if there was none. */
    deleteKey: async (set: string, kid: string): Promise<void> =>
      call(deleteKey, item(path, set, kid)),
  };
}

function isUnanswered(error: unknown): error is HydraError {
  return error instanceof HydraError && error.mayBeDone;
}

function mayExist(error: HydraError, kid: string): HydraError {
  const advice = `the key may exist: look for "${kid}" before you create another`;
  return new HydraError(error.kind, `${error.message}; ${advice}`, error);
}
