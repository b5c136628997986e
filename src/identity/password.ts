import { hash, parseOptions, verify } from '@node-rs/argon2';
import { createPasswordQueue, type Turn } from './password-queue.ts';

/** Argon2id with 19 MiB, two passes and one lane (RFC 9106): about 10 ms on one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** In UTF-16 units. The time to normalise many combining marks grows with the square of their number. */
const longestNormalised = 1024;

export interface PasswordChecker {
  /**
   * Whether this is the hash of this password. Empty passwords and malformed hashes never match.
   * @param turn whose turn it is while many passwords are waiting to be checked
   * @throws IdentityError `busy` when too many checks are waiting; whatever argon2 throws when it
   *   cannot check, for example without memory: that does not mean that the password is wrong
   */
  matches(passwordHash: string, password: string, turn: Turn): Promise<boolean>;
}

/** A new argon2id hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  return hash(passwordBytes(password), cost);
}

/** Whether this text is an argon2id hash in the PHC string format. */
export function isPasswordHash(text: string): boolean {
  if (!text.startsWith('$argon2id$')) return false;
  try {
    parseOptions(text);
    return true;
  } catch {
    return false;
  }
}

export interface PasswordCheckerOptions {
  /** How many passwords are checked at a time. */
  atOnce?: number;
  /** How many checks may wait, see `createPasswordQueue`. */
  waiting?: number;
  verifyHash?: typeof verify;
}

/**
 * Checks only a few passwords at a time, because each check uses a core and a thread of libuv's
 * pool, which file access and name lookups need too. Use one checker for the whole process.
 */
export function createPasswordChecker({
  atOnce = 2,
  waiting = 256,
  verifyHash = verify,
}: PasswordCheckerOptions = {}): PasswordChecker {
  const queue = createPasswordQueue({ atOnce, longest: waiting });

  async function matches(passwordHash: string, password: string, turn: Turn): Promise<boolean> {
    if (!isPasswordHash(passwordHash)) return false;
    await queue.take(turn);
    try {
      const isRight = await verifyHash(passwordHash, passwordBytes(password));
      return isRight && password !== '';
    } finally {
      queue.pass();
    }
  }

  return { matches };
}

/**
 * The bytes to hash. Every kind of space becomes a plain one and the text is normalised to NFC, so
 * that the password is the same on all keyboards (profile OpaqueString, RFC 8265 4.2). Passwords of
 * more than 1024 UTF-16 units are taken as typed.
 */
function passwordBytes(password: string): Buffer {
  if (password.length > longestNormalised) return Buffer.from(password);
  return Buffer.from(password.replace(/\p{Zs}/gu, ' ').normalize('NFC'));
}
