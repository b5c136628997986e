import type { Jwk, Json } from '@portico/hydra-admin';
import { decode, DecodeError } from './decode.ts';

/** Members of a key (RFC 7517, section 4; RFC 7518, section 6); others are not kept. */
const keyShape = {
  use: 'string',
  kty: 'string',
  kid: 'string',
  crv: 'string',
  alg: 'string',
  k: 'string',
  x: 'string',
  y: 'string',
  n: 'string',
  e: 'string',
  d: 'string',
  p: 'string',
  q: 'string',
  dp: 'string',
  dq: 'string',
  qi: 'string',
  x5u: 'string',
  x5c: 'strings',
  x5t: 'string',
} as const;

type Member = Exclude<keyof typeof keyShape, 'kty'>;

const neededMembers: Record<string, Member[]> = {
  oct: ['k'],
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/**
 * The key that a body is.
 * @throws DecodeError
 */
export function decodeKey(text: string): Jwk {
  const { kty = '', ...members } = decode(keyShape, text);
  const needed = neededMembers[kty];
  if (!needed) throw new DecodeError(`Unknown key type "${kty}".`);
  const lacking = needed.find((name) => !members[name]);
  if (lacking) throw new DecodeError(`The key lacks "${lacking}".`);
  return { kty, ...members };
}

/**
 * The keys in a member `keys`; `null` when there is none.
 * @throws DecodeError
 */
export function keysIn(list: Json): Jwk[] | null {
  if (list === null) return null;
  if (!Array.isArray(list)) throw new DecodeError('The member "keys" must be a list.');
  return list.map((member) => decodeKey(JSON.stringify(member)));
}
