import { fromBare64, fromDecimal } from './encodings.ts';
import type { PasswordHash } from './hash.ts';

/** Loaded with the first password: native code takes time and memory, and many processes see none. */
const argon2 = () => import('@node-rs/argon2');

/** `memoryCost` is in KiB, `timeCost` in passes. */
export interface Argon2Cost {
  memoryCost: number;
  timeCost: number;
  parallelism: number;
}

/** A new argon2id hash in the PHC string format, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`. */
export async function hashArgon2id(password: Uint8Array, cost: Argon2Cost): Promise<string> {
  return (await argon2()).hash(password, cost);
}

/**
 * 256 MiB, 20 passes, 16 lanes, and 1 GiB to go through in all its passes, about a third of a second
 * on one core. All usual hashes cost less: 64 MiB in three passes (RFC 9106, 4), 46 MiB in one
 * (OWASP), 100 MiB in two (Django), 256 MiB in three ("moderate" of libsodium).
 */
const most = { m: 256 * 1024, t: 20, p: 16, mTimesT: 1024 * 1024 };

const shape = /^\$(argon2id|argon2i)\$(?:v=(?:16|19)\$)?([^$]+)\$([^$]+)\$([^$]+)$/;

/** Argon2id and argon2i in the PHC string format. Argon2d is not for passwords. */
export function readArgon2(text: string): PasswordHash | undefined {
  const [, algorithm, parameters = '', salt = '', digest = ''] = shape.exec(text) ?? [];
  const given = costIn(parameters);
  const isWhole = (fromBare64(salt)?.length ?? 0) >= 8 && (fromBare64(digest)?.length ?? 0) >= 4;
  if (algorithm === undefined || !given || !isWhole) return undefined;
  const { m, t, p } = given;
  return {
    algorithm: algorithm as 'argon2id' | 'argon2i',
    cost: given,
    isAffordable: m <= most.m && t <= most.t && p <= most.p && m * t <= most.mTimesT,
    limit:
      `an ${algorithm} hash with m=${most.m}, t=${most.t} and p=${most.p} at most, ` +
      `and m times t ${most.mTimesT} at most`,
    verify: async (password) => (await argon2()).verify(text, password),
  };
}

const mostOfAll = 2 ** 32 - 1;

/**
 * Reads `m=19456,t=2,p=1`. A `keyid` or `data`, which is not secret, may stand there too.
 * @returns `undefined` also for what argon2 itself would refuse to compute
 */
function costIn(parameters: string) {
  const pairs = parameters.split(',').map((pair) => pair.split('='));
  const isRead = ([name, value = '', ...more]: string[]) =>
    more.length === 0 && (name !== 'data' || fromBare64(value) !== undefined);
  if (!pairs.every(isRead)) return undefined;
  const given = new Map(pairs as [string, string][]);
  const [m, t, p] = ['m', 't', 'p'].map((name) => fromDecimal(given.get(name))) as [
    number,
    number,
    number,
  ];
  return m >= 8 * p && m <= mostOfAll && t <= mostOfAll ? { m, t, p } : undefined;
}
