/** Keys and key sets. */
import {
  listOf,
  MalformedAnswer,
  maybe,
  object,
  readAs,
  text,
  withDefault,
  type Read,
} from './schema.ts';

const key = object({
  /** May be missing: then no path leads to the key. */
  kid: maybe(text),
  kty: text,
  alg: maybe(text),
  use: maybe(text),
});

const keySet = object({ keys: withDefault(listOf(key), () => []) });

/** A key (RFC 7517, section 4) with its private members: the admin API hides nothing. */
export interface Jwk extends Read<typeof key> {
  [member: string]: unknown;
}

export interface JwkSet {
  keys: Jwk[];
}

/** A key that was made. 1.x keeps it as two: `private:<kid>` and `public:<kid>`. */
export interface MadeKey {
  /** As the server answered. */
  keys: Jwk[];
  /** The private or symmetric key, with the `kid` under which it is kept. */
  privateKey: Jwk;
  /** The part without secrets, for whoever verifies; a symmetric key has none. */
  publicKey?: Jwk;
}

/** @throws MalformedAnswer */
export function readKeySet(body: string): JwkSet {
  return readAs(body, keySet);
}

/** @throws MalformedAnswer */
export function readKey(body: string): Jwk {
  return { ...readAs(body, key) };
}

/** Reads a set that holds exactly one key. @throws MalformedAnswer */
export function readOnlyKey(body: string): Jwk {
  const [only, ...more] = readKeySet(body).keys;
  if (!only || more.length > 0) throw new MalformedAnswer('"keys" does not hold exactly one key');
  return only;
}

/** The private members of all types of key (RFC 7518, section 6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/**
 * @param alg the algorithm that was asked for: 1.x leaves it out of the answer
 * @throws MalformedAnswer
 */
export function readMadeKey(body: string, alg: string): MadeKey {
  const { keys } = readKeySet(body);
  const secret = keys.find((one) => 'd' in one || 'k' in one) ?? keys[0];
  if (!secret) throw new MalformedAnswer('"keys" is empty');
  const privateKey = { alg, ...secret };
  if (privateKey.kty === 'oct') return { keys, privateKey };
  const publicKey: Jwk = { alg, ...(keys.find((one) => one !== secret) ?? secret) };
  for (const name of privateMembers) delete publicKey[name];
  return { keys, privateKey, publicKey };
}
