import { hash, parseOptions, verify } from '@node-rs/argon2';
import { IdentityError } from './backend.ts';

/** Argon2id with 19 MiB, two passes, one lane: about 10 ms of one core. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** Bringing a text of many combining marks into normal form takes the square of its length. */
const longestNormalised = 1024;

export interface PasswordChecker {
  /**
   * Whether the hash was made of this password. An empty password or a malformed hash never match.
   * @throws IdentityError `busy` when too many others wait already; whatever argon2 throws when it
   *   cannot check, as without memory: that is no wrong password
   */
  matches(passwordHash: string, password: string): Promise<boolean>;
}

/** A new argon2id hash as a PHC string, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashPassword(password: string): Promise<string> {
  return hash(passwordBytes(password), cost);
}

/** Whether this is an argon2id hash that passwords can be checked against. */
export function isPasswordHash(text: string): boolean {
  if (!text.startsWith('$argon2id$')) return false;
  try {
    parseOptions(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks passwords a few at a time: each check fills a core and a thread of libuv's pool, which
 * file access and name lookups need too. All backends of a process should share one checker.
 */
export function createPasswordChecker({
  atOnce = 2,
  waiting = 64,
  verifyHash = verify,
} = {}): PasswordChecker {
  const queue: (() => void)[] = [];
  let running = 0;

  async function takeTurn(): Promise<void> {
    if (running < atOnce) {
      running += 1;
      return;
    }
    if (queue.length >= waiting) {
      throw new IdentityError('busy', 'too many passwords are being checked');
    }
    await new Promise<void>((go) => queue.push(go));
  }

  function passTurn(): void {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  }

  async function matches(passwordHash: string, password: string): Promise<boolean> {
    if (!isPasswordHash(passwordHash)) return false;
    await takeTurn();
    try {
      const isRight = await verifyHash(passwordHash, passwordBytes(password));
      return isRight && password !== '';
    } finally {
      passTurn();
    }
  }

  return { matches };
}

/**
 * The bytes that are hashed: every kind of space becomes the plain one, then NFC, as the profile
 * OpaqueString of RFC 8265 4.2 says, so that all keyboards give the same password. Passwords of
 * more than 1024 UTF-16 units are taken as typed.
 */
function passwordBytes(password: string): Buffer {
  if (password.length > longestNormalised) return Buffer.from(password);
  return Buffer.from(password.replace(/\p{Zs}/gu, ' ').normalize('NFC'));
}
