import { scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64, fromParameters } from './encodings.ts';
import { hasNul, isSame, type PasswordHash } from './hash.ts';

const derive = promisify<Uint8Array, Uint8Array, number, object, Buffer>(scrypt);

/** 256 MiB in one pass or less in several, about a second on one core. Usual is half of it (OWASP). */
const most = 2 ** 21;
const bytesOf = 128;

export interface ScryptParts {
  n: number;
  r: number;
  p: number;
  salt: Buffer | undefined;
  digest: Buffer | undefined;
}

/** A scrypt hash in parts. @returns `undefined` if it cannot be one */
export function scryptHash({ n, r, p, salt, digest }: ScryptParts): PasswordHash | undefined {
  if (!salt || !digest || digest.length < 16 || digest.length > 128) return undefined;
  if (!isComputable(n, r, p)) return undefined;
  return {
    algorithm: 'scrypt',
    cost: { n, r, p },
    isAffordable: n * r * p <= most,
    limit: `a scrypt hash with N times r times p ${most} at most`,
    async verify(password) {
      const maxmem = bytesOf * r * (n + p + 2); // what OpenSSL counts
      const derived = await derive(password, salt, digest.length, { N: n, r, p, maxmem });
      return isSame(derived, digest) && !hasNul(password);
    },
  };
}

/** RFC 7914, 2: N is a power of two, and less than 2^(128r/8). */
function isComputable(n: number, r: number, p: number): boolean {
  const isPower = Number.isInteger(Math.log2(n)) && n > 1 && n < 2 ** Math.min(16 * r, 32);
  return isPower && r > 0 && p > 0 && r * p < 2 ** 30;
}

/** `$scrypt$ln=16,r=8,p=1$salt$hash`, in the PHC string format, as passlib makes it too. */
export function readScrypt(text: string): PasswordHash | undefined {
  const [, given = '', salt = '', digest = ''] =
    /^\$scrypt\$([^$]+)\$([^$]+)\$([^$]+)$/.exec(text) ?? [];
  const parameters = fromParameters(given);
  if (parameters?.size !== 3) return undefined;
  const [ln, r, p] = ['ln', 'r', 'p'].map((name) => parameters.get(name) ?? Number.NaN);
  return scryptHash({
    n: 2 ** ln!,
    r: r!,
    p: p!,
    salt: fromBase64(salt),
    digest: fromBase64(digest),
  });
}
