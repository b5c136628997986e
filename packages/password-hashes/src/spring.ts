import { readArgon2 } from './argon2.ts';
import { readBcrypt } from './bcrypt.ts';
import { fromBase64, fromHex } from './encodings.ts';
import type { PasswordHash } from './hash.ts';
import { pbkdf2Hash } from './pbkdf2.ts';
import { scryptHash } from './scrypt.ts';

/**
 * Hashes of Spring Security's `DelegatingPasswordEncoder`, with the name of the encoder in braces.
 * The hash says all but the parameters of PBKDF2, which are those of the defaults.
 */
export function readSpring(text: string): PasswordHash | undefined {
  const [, name, rest = ''] = /^\{([\w@]+)\}(.+)$/.exec(text) ?? [];
  switch (name) {
    case 'bcrypt':
      return readBcrypt(rest);
    case 'argon2':
    case 'argon2@SpringSecurity_v5_8':
      return readArgon2(rest);
    case 'scrypt':
    case 'scrypt@SpringSecurity_v5_8':
      return readScryptOf(rest);
    case 'pbkdf2':
      return readPbkdf2Of(rest, { digest: 'sha1', iterations: 185_000, saltLength: 8 });
    case 'pbkdf2@SpringSecurity_v5_8':
      return readPbkdf2Of(rest, { digest: 'sha256', iterations: 310_000, saltLength: 16 });
    default:
      return undefined;
  }
}

/** `$params$salt$hash`: `params` in hex is the logarithm of N, and a byte each of r and p. */
function readScryptOf(rest: string): PasswordHash | undefined {
  const [, given = '', salt = '', digest = ''] =
    /^\$([\da-f]{5,6})\$([^$]+)\$([^$]+)$/.exec(rest) ?? [];
  const parameters = Number.parseInt(given, 16);
  return scryptHash({
    n: 2 ** (parameters >> 16),
    r: (parameters >> 8) & 0xff,
    p: parameters & 0xff,
    salt: fromBase64(salt),
    digest: fromBase64(digest),
  });
}

interface Pbkdf2Encoder {
  digest: 'sha1' | 'sha256';
  iterations: number;
  saltLength: number;
}

/** Salt and a hash of 32 bytes, in hex. */
function readPbkdf2Of(rest: string, encoder: Pbkdf2Encoder): PasswordHash | undefined {
  const bytes = fromHex(rest);
  const { digest, iterations, saltLength } = encoder;
  if (bytes?.length !== saltLength + 32) return undefined;
  const [salt, key] = [bytes.subarray(0, saltLength), bytes.subarray(saltLength)];
  return pbkdf2Hash({ digest, iterations, salt, key });
}
