import { pbkdf2 } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64, fromDecimal, fromParameters } from './encodings.ts';
import { hasNul, isSame, type PasswordHash } from './hash.ts';

const derive = promisify(pbkdf2);

/**
 * Length in bytes, and how many iterations there may be: half a second on one core, and three
 * quarters with SHA-512. Usual are 1,200,000 (SHA-256, Django 6.0), 220,000 (SHA-512, OWASP) and less.
 */
const digests = {
  sha1: { length: 20, most: 2_000_000 },
  sha256: { length: 32, most: 2_000_000 },
  sha512: { length: 64, most: 1_000_000 },
};

export type Pbkdf2Digest = keyof typeof digests;

export interface Pbkdf2Parts {
  digest: Pbkdf2Digest;
  iterations: number;
  salt: Buffer | undefined;
  key: Buffer | undefined;
}

/** A PBKDF2 hash in parts. @returns `undefined` if it cannot be one */
export function pbkdf2Hash({
  digest,
  iterations,
  salt,
  key,
}: Pbkdf2Parts): PasswordHash | undefined {
  if (!salt || !key || key.length < 16 || key.length > 128) return undefined;
  if (!(iterations > 0)) return undefined;
  const { length, most } = digests[digest];
  const rounds = iterations * Math.ceil(key.length / length);
  return {
    algorithm: 'pbkdf2',
    cost: { iterations, rounds },
    isAffordable: rounds <= most,
    limit: `a PBKDF2 hash with ${most} iterations at most, those of all its blocks together`,
    async verify(password) {
      const derived = await derive(password, salt, iterations, key.length, digest);
      return isSame(derived, key) && !hasNul(password);
    },
  };
}

/**
 * `$pbkdf2-sha256$i=600000$salt$hash` (PHC, also with `,l=32`) and `$pbkdf2-sha256$29000$salt$hash`
 * (passlib); `$pbkdf2$` alone is SHA-1 in passlib.
 */
export function readPbkdf2(text: string): PasswordHash | undefined {
  const parts = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$([^$]+)\$([^$]+)\$([^$]+)$/.exec(text);
  if (!parts) return undefined;
  const [, digest = 'sha1', cost = '', salt = '', encodedKey = ''] = parts;
  const key = fromBase64(encodedKey);
  return pbkdf2Hash({
    digest: digest as Pbkdf2Digest,
    iterations: cost.includes('=') ? iterationsOf(cost, key?.length) : fromDecimal(cost),
    salt: fromBase64(salt),
    key,
  });
}

function iterationsOf(cost: string, length: number | undefined): number {
  const parameters = fromParameters(cost);
  const isKnown =
    parameters?.size === 1 || (parameters?.size === 2 && parameters.get('l') === length);
  return (isKnown && parameters.get('i')) || Number.NaN;
}
