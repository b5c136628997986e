import { hashArgon2id, readHash, type PasswordHash } from '@portico/password-hashes';
import { createPasswordQueue, type Turn } from './password-queue.ts';
import type { Tracer } from '../tracing/tracer.ts';
import type { PasswordWatch } from '../watch.ts';

/** Argon2id with 19 MiB, two passes and one lane (RFC 9106): about 10 ms on one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** How the hashes of `hashPassword` begin. */
const ourHashes = `$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`;

/** In UTF-16 units. The time to normalise many combining marks grows with the square of their number. */
const longestNormalised = 1024;

export interface PasswordChecker {
  /**
   * Whether this is the hash of this password, in any of the forms of `@portico/password-hashes`.
   * Empty passwords never match, nor do hashes that are malformed or cost too much.
   * @param turn whose turn it is while many passwords are waiting to be checked
   * @throws IdentityError `busy` when too many checks are waiting; whatever the algorithm throws when
   *   it cannot check, for example without memory: that does not mean that the password is wrong
   */
  matches(passwordHash: string, password: string, turn: Turn): Promise<boolean>;
}

/** A new argon2id hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  return hashArgon2id(passwordBytes(password), cost);
}

/** Whether this text is a password hash in a form that can be checked, whatever it costs. */
export function isPasswordHash(text: string): boolean {
  return readHash(text) !== undefined;
}

/**
 * Whether this text is a password hash that costs little enough to be checked. Anybody can start a
 * check, so a hash that costs more would be a way to bring the machine down.
 */
export function isAffordableHash(text: string): boolean {
  return readHash(text)?.isAffordable === true;
}

/** What the time of a check depends on: the same text for all hashes of one algorithm and cost. */
export function hashKind(text: string): string | undefined {
  const hash = readHash(text);
  return hash?.isAffordable ? `${hash.algorithm} ${JSON.stringify(hash.cost)}` : undefined;
}

/** Completes the sentence "… must be …" for a text that is no hash, or one that costs too much. */
export function affordableHash(text: string): string {
  return readHash(text)?.limit ?? acceptedHashes;
}

const acceptedHashes =
  'an argon2id hash, or one of argon2i, bcrypt, scrypt or PBKDF2 in a form that is accepted';

/**
 * Whether a store of ours should take `hashPassword` of the right password in place of this hash:
 * it is in another form, of another algorithm, or costs less than ours.
 */
export function needsRehash(text: string): boolean {
  const hash = readHash(text);
  if (hash?.algorithm !== 'argon2id' || !text.startsWith('$argon2id$')) return true;
  const { m = 0, t = 0 } = hash.cost;
  return m < cost.memoryCost || m * t < cost.memoryCost * cost.timeCost;
}

export interface PasswordCheckerOptions {
  /** How many passwords are checked at a time. */
  atOnce?: number;
  /** How many checks may wait, see `createPasswordQueue`. */
  waiting?: number;
  /** Gets how long checks wait and take. */
  watch?: PasswordWatch | undefined;
  /** Is put around waiting and checking. */
  span?: Tracer['span'] | undefined;
  verifyHash?: (hash: PasswordHash, password: Uint8Array) => Promise<boolean>;
}

/**
 * Checks only a few passwords at a time, because each check uses a core and a thread of libuv's
 * pool, which file access and name lookups need too. Use one checker for the whole process.
 */
export function createPasswordChecker({
  atOnce = 2,
  waiting = 256,
  watch,
  span = justRun,
  verifyHash = (hash, password) => hash.verify(password),
}: PasswordCheckerOptions = {}): PasswordChecker {
  const queue = createPasswordQueue({ atOnce, longest: waiting });
  watch?.queue(queue.lengths);

  async function matches(passwordHash: string, password: string, turn: Turn): Promise<boolean> {
    const hash = readHash(passwordHash);
    if (!hash?.isAffordable) return false;
    const askedAt = performance.now();
    await span({ name: 'password.wait' }, () => queue.take(turn));
    const begunAt = performance.now();
    try {
      let isRight = false;
      for (const bytes of bytesToTry(passwordHash, password)) {
        // oxlint-disable-next-line no-await-in-loop -- one turn is one check at a time
        isRight ||= await span({ name: 'password.check' }, () => verifyHash(hash, bytes));
      }
      return isRight && password !== '';
    } finally {
      queue.pass();
      watch?.checked({ waitMs: begunAt - askedAt, checkMs: performance.now() - begunAt });
    }
  }

  return { matches };
}

const justRun: Tracer['span'] = (_about, run) => run(() => undefined);

/**
 * Hashes of our own were made from normalised bytes; the others from what was typed, mostly. So a
 * password that is typed in another way than it was first is found too, at the price of a second
 * check. Which it is depends on cost and password alone, so an unknown login takes as long.
 */
function bytesToTry(passwordHash: string, password: string): Buffer[] {
  const normalised = passwordBytes(password);
  const typed = Buffer.from(password);
  const isOurs = passwordHash.startsWith(ourHashes);
  return isOurs || typed.equals(normalised) ? [normalised] : [typed, normalised];
}

/**
 * The form in which passwords are compared. Every kind of space becomes a plain one and the text is
 * normalised to NFC, so that the password is the same on all keyboards (profile OpaqueString, RFC
 * 8265 4.2). Passwords of more than 1024 UTF-16 units are taken as typed.
 */
export function normalPassword(password: string): string {
  if (password.length > longestNormalised) return password;
  return password.replace(/\p{Zs}/gu, ' ').normalize('NFC');
}

function passwordBytes(password: string): Buffer {
  return Buffer.from(normalPassword(password));
}
