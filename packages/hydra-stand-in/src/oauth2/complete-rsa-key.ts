import type { Jwk } from '@portico/hydra-admin';

/**
 * An RSA key with the members that speed up its use (RFC 7518, sections 6.3.2.4 to 6.3.2.6), which
 * 1.x leaves out and without which Node does not take it. Other keys come back as they are.
 */
export function completeRsaKey(key: Jwk): Jwk {
  const { d, p, q, dp } = key;
  if (typeof d !== 'string' || typeof p !== 'string' || typeof q !== 'string' || dp) return key;
  const [dn, pn, qn] = [numberOf(d), numberOf(p), numberOf(q)];
  return {
    ...key,
    dp: textOf(dn % (pn - 1n), p),
    dq: textOf(dn % (qn - 1n), q),
    qi: textOf(inverse(qn, pn), p),
  };
}

/** The number that gives 1 with this one, modulo another. */
function inverse(number: bigint, modulus: bigint): bigint {
  let [rest, next, factor, nextFactor] = [modulus, number % modulus, 0n, 1n];
  while (next > 0n) {
    const times = rest / next;
    [rest, next] = [next, rest - times * next];
    [factor, nextFactor] = [nextFactor, factor - times * nextFactor];
  }
  return ((factor % modulus) + modulus) % modulus;
}

function numberOf(text: string): bigint {
  return BigInt(`0x${Buffer.from(text, 'base64url').toString('hex')}`);
}

/** @param like as long as it must be */
function textOf(number: bigint, like: string): string {
  const { length } = Buffer.from(like, 'base64url');
  return Buffer.from(number.toString(16).padStart(length * 2, '0'), 'hex').toString('base64url');
}
