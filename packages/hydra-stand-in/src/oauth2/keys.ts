import { randomUUID } from 'node:crypto';
import { compactVerify, importJWK, SignJWT } from 'jose';
import type { Jwk, Claims } from '@portico/hydra-admin';
import { completeRsaKey } from './complete-rsa-key.ts';
import { createKeySets } from './key-sets.ts';
import { isPrivate, makeKeyPair, makeSingleKey, publicPart } from './make-key.ts';
import type { Profile } from './profile.ts';
import { fault } from './protocol-error.ts';

export type Keys = Awaited<ReturnType<typeof createKeys>>;

/** The set whose newest key signs, and whose keys everybody may verify with. */
const signingSet = 'hydra.openid.id-token';
/** Nothing is signed with it while access tokens are opaque, as they always are here. */
const accessTokenSet = 'hydra.jwt.access-token';
/** The real server takes twice as many, and longer to start. */
const bits = 2048;

/** All key sets, and what signs ID tokens and logout tokens; new at each start. */
export async function createKeys({ has }: Profile) {
  const sets = createKeySets();
  const make = has.keyPairs ? makeKeyPair : makeSingleKey;
  await Promise.all([renew(signingSet), renew(accessTokenSet)]);

  async function renew(set: string): Promise<void> {
    const kid = has.keyPairs ? set : randomUUID();
    const keys = await make({ alg: 'RS256', use: 'sig', kid, bits });
    if (keys) sets.add(set, keys);
  }

  async function signingKey(): Promise<Jwk> {
    const newest = () => sets.list(signingSet).find((key) => isPrivate(key) && key.kty !== 'oct');
    if (!newest() && has.renewedKeys) await renew(signingSet);
    const key = newest();
    const canSign = key && (has.otherSignatures || key.kty === 'RSA');
    if (!canSign) throw fault('invalid_grant', 'There is no key to sign with.');
    return key;
  }

  /** The claims go in as they are: nothing is added. */
  async function sign(claims: Claims): Promise<string> {
    const key = await signingKey();
    const kid = key.kid?.replace(/^private:/, 'public:') ?? '';
    const alg = algorithmOf(key);
    return new SignJWT(claims)
      .setProtectedHeader({ alg, kid, typ: 'JWT' })
      .sign(await importJWK(completeRsaKey(key), alg));
  }

  /**
   * @returns the claims of a token that we signed, expired or not; else `undefined`, also when the
   *   key has been replaced by a newer one since
   */
  async function verify(token: string): Promise<Claims | undefined> {
    try {
      const key = publicPart(await signingKey());
      const { payload } = await compactVerify(token, await importJWK(key, algorithmOf(key)));
      const claims: Claims = JSON.parse(new TextDecoder().decode(payload));
      return claims;
    } catch {
      return undefined;
    }
  }

  function publicKeys(): Jwk[] {
    const open = has.openAccessTokenKeys ? [signingSet, accessTokenSet] : [signingSet];
    const keys = open.flatMap(sets.list).filter(({ kty }) => kty !== 'oct');
    return has.keyPairs ? keys.filter((key) => !isPrivate(key)) : keys.map(publicPart);
  }

  return { sets, make, jwks: () => ({ keys: publicKeys() }), sign, verify };
}

const algorithmOfCurve: Record<string, string> = {
  'P-256': 'ES256',
  'P-384': 'ES384',
  'P-521': 'ES512',
  Ed25519: 'EdDSA',
};

/** Some keys do not say it. */
function algorithmOf({ alg, crv }: Jwk): string {
  return alg ?? algorithmOfCurve[String(crv)] ?? 'RS256';
}
