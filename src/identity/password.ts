import { hash, parseOptions, verify } from '@node-rs/argon2';
import { createPasswordQueue, type Turn } from './password-queue.ts';

/** Argon2id with 19 MiB, two passes and one lane (RFC 9106): about 10 ms on one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** In UTF-16 units. The time to normalise many combining marks grows with the square of their number. */
const longestNormalised = 1024;

export interface PasswordChecker {
  /**
   * Whether this is the hash of this password. Empty passwords never match, nor do hashes that are
   * malformed or cost too much.
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

/**
 * The most that a hash may cost: 256 MiB, 20 passes, 16 lanes, and 1 GiB to go through in all its
 * passes, about a third of a second on one core. Anybody can start a check, so a hash that costs
 * more would be a way to bring the machine down. All usual ones cost less: 64 MiB in three passes
 * (RFC 9106, 4), 46 MiB in one (OWASP), 256 MiB in three ("moderate" of libsodium).
 */
const most = { m: 256 * 1024, t: 20, p: 16, mTimesT: 1024 * 1024 };

/** Completes the sentence "… must be …" for hashes that may be checked. */
export const affordableHash =
  `an argon2id hash with m=${most.m}, t=${most.t} and p=${most.p} at most, ` +
  `and m times t ${most.mTimesT} at most`;

/** Whether this text is an argon2id hash in the PHC string format, whatever it costs. */
export function isPasswordHash(text: string): boolean {
  return costOf(text) !== undefined;
}

/** Whether this text is an argon2id hash that costs little enough to be checked. */
export function isAffordableHash(text: string): boolean {
  const given = costOf(text);
  if (!given) return false;
  const { memoryCost: m, timeCost: t, parallelism: p } = given;
  return m <= most.m && t <= most.t && p <= most.p && m * t <= most.mTimesT;
}

function costOf(text: string) {
  if (!text.startsWith('$argon2id$')) return undefined;
  try {
    return parseOptions(text);
  } catch {
    return undefined;
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
    if (!isAffordableHash(passwordHash)) return false;
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
 * The form in which passwords are compared. Every kind of space becomes a plain one and the text is normalised to NFC, so
 * that the password is the same on all keyboards (profile OpaqueString, RFC 8265 4.2). Passwords of
 * more than 1024 UTF-16 units are taken as typed.
 */
export function normalPassword(password: string): string {
  if (password.length > longestNormalised) return password;
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

function passwordBytes(password: string): Buffer {
  return Buffer.from(normalPassword(password));
}
