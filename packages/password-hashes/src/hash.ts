import { timingSafeEqual } from 'node:crypto';

/** A password hash that could be read. */
export interface PasswordHash {
  algorithm: 'argon2id' | 'argon2i' | 'bcrypt' | 'scrypt' | 'pbkdf2';
  /** The parameters of the algorithm by their usual names, such as `m`, `t` and `p`. */
  cost: Readonly<Record<string, number>>;
  /** Whether a check takes little enough time and memory for a server that anybody can ask. */
  isAffordable: boolean;
  /** What a hash of this algorithm may cost at most. Completes the sentence "… must be …". */
  limit: string;
  /**
   * Whether this is the hash of this password. Takes what it costs: ask `isAffordable` first.
   * @throws whatever the algorithm throws when it cannot work, for example without memory: that does
   *   not mean that the password is wrong
   */
  verify(password: Uint8Array): Promise<boolean>;
}

/** Compares in a time that does not depend on where the first difference is. */
export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

/**
 * Whether a password holds the byte 0. Bcrypt repeats the password with a 0 after it, so "a" and
 * "a\0a" have the same hash; HMAC, and so PBKDF2 and scrypt, fills up with zeros. No system that
 * makes such hashes takes these passwords, so they match nothing.
 */
export function hasNul(password: Uint8Array): boolean {
  return password.includes(0);
}
