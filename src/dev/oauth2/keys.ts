import { randomUUID } from 'node:crypto';
import { compactVerify, exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { Claims } from '../../hydra/types.ts';

export type Keys = Awaited<ReturnType<typeof createKeys>>;

/** The key that signs ID tokens and logout tokens (RS256), new at each start. */
export async function createKeys() {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  const jwk = { ...(await exportJWK(publicKey)), use: 'sig', alg: 'RS256', kid };

  /** The claims go in as they are: nothing is added. */
  function sign(claims: Claims): Promise<string> {
    return new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
      .sign(privateKey);
  }

  /** @returns the claims of a token that we signed, expired or not; else `undefined` */
  async function verify(token: string): Promise<Claims | undefined> {
    try {
      const { payload } = await compactVerify(token, publicKey);
      const claims: Claims = JSON.parse(new TextDecoder().decode(payload));
      return claims;
    } catch {
      return undefined;
    }
  }

  return { jwks: { keys: [jwk] }, sign, verify };
}
