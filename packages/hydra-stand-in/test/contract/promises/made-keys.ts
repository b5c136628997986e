/** Operation 4: making keys. */
import { expect } from '@jest/globals';
import type { Jwk } from '@portico/hydra-admin';
import { expectError, expectKind } from '../expectations.ts';
import { differs, everywhere, holds, promised, since2 } from '../promise.ts';
import { kept, kidsIn, kidsOf } from '../sample-keys.ts';
import type { Trial } from '../trial.ts';

async function makes(trial: Trial, algorithms: string[]): Promise<void> {
  const set = trial.newSet();
  for (const alg of algorithms) {
    const isSymmetric = alg.startsWith('HS');
    const made = await trial.hydra.keys.create(set, { alg, kid: alg });
    expect(kidsOf(made.keys)).toEqual(isSymmetric ? [alg] : kept(trial, alg));
    expect(made.privateKey).toHaveProperty(isSymmetric ? 'k' : 'd');
    if (made.publicKey) expect(made.publicKey).not.toHaveProperty('d');
    expect(made.publicKey === undefined).toBe(isSymmetric);
  }
  const unknown = await trial.admin('POST', `/keys/${set}`, { alg: 'XX256' });
  expectError(unknown, 400, 'Bad Request');
  await expectKind(trial.hydra.keys.create(set, { alg: 'XX256' }), 'bad_request');
}

const asymmetric = ['ES256', 'ES512', 'EdDSA', 'RS256'];

export const madeKeys = [
  promised(
    'S4.a',
    'creates keys',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const body = { alg: 'ES256', use: 'sig', kid: 'first' };
        const { status, body: made } = await trial.admin('POST', `/keys/${set}`, body);
        expect(status).toBe(201);
        expect(kidsOf(made.keys)).toEqual(kept(trial, 'first'));
        expect(made.keys.filter((key: Jwk) => 'd' in key)).toHaveLength(1);
        expect(made.keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig' });
        const { privateKey, publicKey } = await trial.hydra.keys.create(set, { alg: 'ES256' });
        expect(publicKey).toMatchObject({ kty: 'EC', x: privateKey['x'], y: privateKey['y'] });
        expect(publicKey).not.toHaveProperty('d');
        await expectKind(trial.hydra.keys.create(set, { alg: 'ES256', kid: 'first' }), 'conflict');
      }),
    ),
  ),
  promised(
    'S4.b',
    'creates keys for HS256, HS512, RS256 and elliptic curves',
    since2(
      holds((trial) => makes(trial, ['HS256', 'HS512', ...asymmetric])),
      differs('HS256 and HS512 are refused', async (trial) => {
        for (const alg of ['HS256', 'HS512']) {
          const set = trial.newSet();
          const refused = await trial.admin('POST', `/keys/${set}`, { alg });
          expectError(refused, 400, 'Bad Request');
          await expectKind(trial.hydra.keys.create(set, { alg }), 'unsupported');
        }
        await makes(trial, asymmetric);
      }),
    ),
  ),
  promised(
    'S4.c',
    'creates the set of a new key too, if there is none',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        expectError(await trial.admin('GET', `/keys/${set}`), 404, 'Not Found');
        await trial.hydra.keys.create(set, { alg: 'ES256', kid: 'one' });
        expect(await kidsIn(trial, set)).toEqual(kept(trial, 'one'));
      }),
    ),
  ),
  promised(
    'S4.d',
    "stores your own keys beside the server's",
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.admin('POST', `/keys/${set}`, { alg: 'ES256', kid: 'one' });
        await trial.admin('POST', `/keys/${set}`, { alg: 'ES256', kid: 'two' });
        expect(await kidsIn(trial, set)).toEqual(kept(trial, 'one', 'two').toSorted());
        // its own set is there when it is first needed
        await trial.atPublic('GET', '/.well-known/jwks.json');
        const own = await trial.hydra.keys.getSet('hydra.openid.id-token');
        expect(own.keys.length).toBeGreaterThan(0);
      }),
    ),
  ),
  promised(
    'S4.e',
    'creating a key returns a set of only the new keys',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.admin('POST', `/keys/${set}`, { alg: 'ES256', kid: 'one' });
        const { body } = await trial.admin('POST', `/keys/${set}`, { alg: 'ES256', kid: 'two' });
        expect(Object.keys(body)).toEqual(['keys']);
        expect(kidsOf(body.keys)).toEqual(kept(trial, 'two'));
      }),
    ),
  ),
];
