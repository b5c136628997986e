import { createHash } from 'node:crypto';
import { hasNul, type PasswordHash } from './hash.ts';

/** Loaded with the first such password: native code takes time and memory. */
const bcrypt = () => import('@node-rs/bcrypt');

/** About a second on one core. Usual are 10 (Spring) to 12 (Laravel, Devise, Django). */
const mostCost = 14;
const shape = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/**
 * `$2a$`, `$2b$` and `$2y$`, which are the same for passwords up to 255 bytes. Bytes after the 72nd
 * do not count, as where the hash was made. `$2x$` marks the hashes of a broken version.
 */
export function readBcrypt(text: string): PasswordHash | undefined {
  return bcryptHash(text, async (password) => {
    const { verify } = await bcrypt();
    const isRight = await verify(password, text); // first, so that it takes the same time for all
    return isRight && !hasNul(password);
  });
}

/** Bcrypt of the SHA-256 of the password in hex digits, as Django makes it: all bytes count. */
export function readBcryptOfSha256(text: string): PasswordHash | undefined {
  return bcryptHash(text, async (password) => {
    const { verify } = await bcrypt();
    return verify(createHash('sha256').update(password).digest('hex'), text);
  });
}

function bcryptHash(text: string, check: PasswordHash['verify']): PasswordHash | undefined {
  const cost = costOf(text);
  if (cost === undefined) return undefined;
  return {
    algorithm: 'bcrypt',
    cost: { cost },
    isAffordable: cost <= mostCost,
    limit: `a bcrypt hash with a cost of ${mostCost} at most`,
    verify: check,
  };
}

function costOf(text: string): number | undefined {
  const [, digits] = shape.exec(text) ?? [];
  const cost = Number(digits);
  return cost >= 4 && cost <= 31 ? cost : undefined;
}
