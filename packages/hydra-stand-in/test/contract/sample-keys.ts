import { generateKeyPairSync } from 'node:crypto';
import type { Jwk } from '@portico/hydra-admin';
import type { Trial } from './trial.ts';

/** A key of one's own, private members and all. */
export function ownKey(kid: string): Jwk & { kid: string } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { kty, crv, x, y, d } = privateKey.export({ format: 'jwk' });
  return { kid, use: 'sig', kty: kty!, alg: 'ES256', crv, x, y, d };
}

/** The names under which a server keeps a key that it made. */
export const kept = ({ version }: Trial, ...kids: string[]): string[] =>
  version === '1.11' ? kids.flatMap((kid) => [`private:${kid}`, `public:${kid}`]) : kids;

export const kidsOf = (keys: Jwk[]): string[] => keys.map(({ kid }) => kid ?? '').toSorted();

export async function kidsIn(trial: Trial, set: string): Promise<string[]> {
  return kidsOf((await trial.admin('GET', `/keys/${set}`)).body.keys);
}
