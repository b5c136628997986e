import { readArgon2 } from './argon2.ts';
import { readBcrypt, readBcryptOfSha256 } from './bcrypt.ts';
import { fromBase64, fromDecimal } from './encodings.ts';
import type { PasswordHash } from './hash.ts';
import { pbkdf2Hash, type Pbkdf2Digest } from './pbkdf2.ts';
import { scryptHash } from './scrypt.ts';

/** Hashes of Django's hashers, each with its name before the first `$`. Salts are plain text. */
export function readDjango(text: string): PasswordHash | undefined {
  const [, name, rest = ''] = /^([a-z\d_]+)\$(.+)$/.exec(text) ?? [];
  if (name === 'pbkdf2_sha256') return readPbkdf2Of('sha256', rest);
  if (name === 'pbkdf2_sha1') return readPbkdf2Of('sha1', rest);
  if (name === 'argon2') return readArgon2(`$${rest}`);
  if (name === 'bcrypt_sha256') return readBcryptOfSha256(rest);
  if (name === 'bcrypt') return readBcrypt(rest);
  return name === 'scrypt' ? readScryptOf(rest) : undefined;
}

/** `iterations$salt$hash` */
function readPbkdf2Of(digest: Pbkdf2Digest, rest: string): PasswordHash | undefined {
  const [, iterations, salt = '', key = ''] = /^(\d+)\$([^$]+)\$([^$]+)$/.exec(rest) ?? [];
  return pbkdf2Hash({
    digest,
    iterations: fromDecimal(iterations),
    salt: Buffer.from(salt),
    key: fromBase64(key),
  });
}

/** `N$salt$r$p$hash` */
function readScryptOf(rest: string): PasswordHash | undefined {
  const [, n, salt = '', r, p, digest = ''] =
    /^(\d+)\$([^$]+)\$(\d+)\$(\d+)\$([^$]+)$/.exec(rest) ?? [];
  return scryptHash({
    n: fromDecimal(n),
    r: fromDecimal(r),
    p: fromDecimal(p),
    salt: Buffer.from(salt),
    digest: fromBase64(digest),
  });
}
