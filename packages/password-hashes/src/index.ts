import { readArgon2 } from './argon2.ts';
import { readAspnet } from './aspnet.ts';
import { readBcrypt } from './bcrypt.ts';
import { readDjango } from './django.ts';
import type { PasswordHash } from './hash.ts';
import { readPbkdf2 } from './pbkdf2.ts';
import { readScrypt } from './scrypt.ts';
import { readSpring } from './spring.ts';

export { hashArgon2id, type Argon2Cost } from './argon2.ts';
export type { PasswordHash } from './hash.ts';

/** No form needs more. */
const longest = 512;
const readers = [
  readArgon2,
  readBcrypt,
  readScrypt,
  readPbkdf2,
  readDjango,
  readSpring,
  readAspnet,
];

/**
 * Reads a password hash in one of the forms that the README lists.
 * @returns `undefined` if it is in none of them; never throws. A hash that costs too much is
 *   returned too, see `isAffordable`
 */
export function readHash(text: string): PasswordHash | undefined {
  if (text.length > longest) return undefined;
  for (const read of readers) {
    const hash = read(text);
    if (hash) return hash;
  }
  return undefined;
}
