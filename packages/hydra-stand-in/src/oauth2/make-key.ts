import { randomBytes } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import type { Jwk } from '@portico/hydra-admin';

/** What to make. */
export interface KeyWish {
  alg: string;
  kid: string;
  use?: string | undefined;
  /** Of RSA. */
  bits?: number;
}

/** Of every type of key (RFC 7518, section 6). */
const privateMembers = new Set(['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']);
const secretBytes: Record<string, number> = { HS256: 16, HS512: 32 };
const pairAlgorithms = ['RS256', 'ES256', 'ES512', 'EdDSA', 'HS256', 'HS512'];
const singleAlgorithms = /^((RS|PS|ES)(256|384|512)|EdDSA)$/;

/** One key with all its members; `undefined` for an algorithm that is not offered. */
export async function makeSingleKey({ alg, kid, use, bits }: KeyWish): Promise<Jwk[] | undefined> {
  if (!singleAlgorithms.test(alg)) return undefined;
  const { kty, crv, ...members } = await newKey(alg, bits ?? (alg.startsWith('RS') ? 4096 : 2048));
  return [{ use: use || 'sig', kty, kid, ...(crv !== undefined && { crv }), alg, ...members }];
}

/** A key as two, `private:<kid>` and `public:<kid>`; a symmetric one stays one. */
export async function makeKeyPair({ alg, kid, use, bits }: KeyWish): Promise<Jwk[] | undefined> {
  if (!pairAlgorithms.includes(alg)) return undefined;
  const given = use ? { use } : {};
  const bytes = secretBytes[alg];
  if (bytes !== undefined) {
    return [{ ...given, kty: 'oct', kid, alg, k: randomBytes(bytes).toString('base64url') }];
  }
  const { kty, crv, dp: _p, dq: _q, qi: _i, ...members } = await newKey(alg, bits ?? 4096);
  const named = (name: string) => ({
    ...given,
    kty,
    kid: `${name}:${kid}`,
    ...(crv === undefined ? { alg } : { crv }),
  });
  return [
    { ...named('private'), ...members },
    { ...named('public'), ...publicMembers(members) },
  ];
}

/** The key without what must stay secret. */
export function publicPart(key: Jwk): Jwk {
  return { ...publicMembers(key), kty: key.kty };
}

export function isPrivate(key: Jwk): boolean {
  return Object.keys(key).some((name) => privateMembers.has(name));
}

function publicMembers(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !privateMembers.has(name)));
}

async function newKey(alg: string, modulusLength: number): Promise<Jwk> {
  const { privateKey } = await generateKeyPair(alg, { modulusLength, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kty: jwk.kty ?? '' };
}
