import { hash, parseOptions, verify } from '@node-rs/argon2';
import type { PasswordHash } from './hash.ts';

/** `memoryCost` is in KiB, `timeCost` in passes. */
export interface Argon2Cost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** A new argon2id hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export function hashArgon2id(password: Uint8Array, cost: Argon2Cost): Promise<string> {
  return hash(password, cost);
}

/**
 * 256 MiB, 20 passes, 16 lanes, and 1 GiB to go through in all its passes, about a third of a second
 * on one core. All usual hashes cost less: 64 MiB in three passes (RFC 9106, 4), 46 MiB in one
 * (OWASP), 100 MiB in two (Django), 256 MiB in three ("moderate" of libsodium).
 */
const most = { m: 256 * 1024, t: 20, p: 16, mTimesT: 1024 * 1024 };

/** Argon2id and argon2i in the PHC string format. Argon2d is not for passwords. */
export function readArgon2(text: string): PasswordHash | undefined {
  const [, algorithm] = /^\$(argon2id|argon2i)\$/.exec(text) ?? [];
  const given = algorithm === undefined ? undefined : parameters(text);
  if (!given) return undefined;
  const { m, t, p } = given;
  return {
    algorithm: algorithm as 'argon2id' | 'argon2i',
    cost: given,
    isAffordable: m <= most.m && t <= most.t && p <= most.p && m * t <= most.mTimesT,
    limit:
      `an ${algorithm} hash with m=${most.m}, t=${most.t} and p=${most.p} at most, ` +
      `and m times t ${most.mTimesT} at most`,
    verify: (password) => verify(text, password),
  };
}

/** `undefined` also for what argon2 itself would refuse to compute. */
function parameters(text: string) {
  try {
    const { memoryCost: m, timeCost: t, parallelism: p, saltLen } = parseOptions(text);
    return m >= 8 * p && t > 0 && saltLen >= 8 ? { m, t, p } : undefined;
  } catch {
    return undefined;
  }
}
