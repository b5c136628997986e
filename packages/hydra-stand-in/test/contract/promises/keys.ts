/** Operations 6, 7, 11, 12, 27 and 28: keys and their sets. */
import { expect } from '@jest/globals';
import type { Jwk } from '@portico/hydra-admin';
import { expectError, expectKind, expectSilence } from '../expectations.ts';
import { everywhere, holds, promised } from '../promise.ts';
import { kidsIn, kidsOf, ownKey } from '../sample-keys.ts';

export const keys = [
  promised(
    'S6.a',
    'removes one key of a set and leaves the others',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.replaceSet(set, { keys: ['a', 'b', 'c'].map(ownKey) });
        await trial.hydra.keys.deleteKey(set, 'b');
        expect(await kidsIn(trial, set)).toEqual(['a', 'c']);
      }),
    ),
  ),
  promised(
    'S6.b',
    'removing a key returns nothing, even if there was none',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.replaceSet(set, { keys: [ownKey('a'), ownKey('b')] });
        expectSilence(await trial.admin('DELETE', `/keys/${set}/a`));
        expectSilence(await trial.admin('DELETE', `/keys/${set}/a`));
        await trial.hydra.keys.deleteKey(set, 'never');
      }),
    ),
  ),
  promised(
    'S7.a',
    'removes a set with all its keys',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.replaceSet(set, { keys: [ownKey('a'), ownKey('b')] });
        await trial.hydra.keys.deleteSet(set);
        await expectKind(trial.hydra.keys.getSet(set), 'unknown');
        expect((await trial.admin('GET', `/keys/${set}/a`)).status).toBe(404);
      }),
    ),
  ),
  promised(
    'S7.b',
    'removing a key set returns nothing, even if there was none',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.replaceSet(set, { keys: [ownKey('a')] });
        expectSilence(await trial.admin('DELETE', `/keys/${set}`));
        expectSilence(await trial.admin('DELETE', `/keys/${set}`));
        await trial.hydra.keys.deleteSet(set);
      }),
    ),
  ),
  promised(
    'S11.a',
    'reads one key by its set and its kid',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const [a, b] = [ownKey('a'), ownKey('b')];
        await trial.hydra.keys.replaceSet(set, { keys: [a, b] });
        expect(await trial.hydra.keys.getKey(set, 'b')).toMatchObject({ kid: 'b', d: b['d'] });
        const unknown = await trial.admin('GET', `/keys/${set}/c`);
        expectError(unknown, 404, 'Unable to locate the resource');
        await expectKind(trial.hydra.keys.getKey(set, 'c'), 'unknown');
      }),
    ),
  ),
  promised(
    'S11.b',
    'reading one key returns a set with one key',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.replaceSet(set, { keys: [ownKey('a'), ownKey('b')] });
        const { body } = await trial.admin('GET', `/keys/${set}/a`);
        expect(Object.keys(body)).toEqual(['keys']);
        expect(kidsOf(body.keys)).toEqual(['a']);
      }),
    ),
  ),
  promised(
    'S12.a',
    'reads any key set, your own too, with private members, newest key first',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const sent = ['a', 'b'].map(ownKey);
        await trial.hydra.keys.replaceSet(set, { keys: sent });
        const { status, body } = await trial.admin('GET', `/keys/${set}`);
        expect(status).toBe(200);
        for (const { keys: seen } of [body, await trial.hydra.keys.getSet(set)]) {
          expect(seen.map(({ kid, d }: Jwk) => ({ kid, d }))).toEqual(
            sent.map(({ kid, d }) => ({ kid, d })).toReversed(),
          );
        }
      }),
    ),
  ),
  promised(
    'S27.a',
    "stores your own key, under the key's own kid",
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const [a, other] = [ownKey('a'), ownKey('a')];
        await trial.hydra.keys.replaceKey(set, a);
        expect(await trial.hydra.keys.getKey(set, 'a')).toMatchObject({ d: a['d'] });
        // the kid of the path does not count
        await trial.admin('PUT', `/keys/${set}/b`, other);
        expect((await trial.admin('GET', `/keys/${set}/b`)).status).toBe(404);
        expect(await trial.hydra.keys.getKey(set, 'a')).toMatchObject({ d: other['d'] });
        const secret = { kid: 's', kty: 'oct', k: 'c2VjcmV0', alg: 'HS256', use: 'sig' };
        await trial.hydra.keys.replaceKey(set, secret);
        expect(await kidsIn(trial, set)).toEqual(['a', 's']);
      }),
    ),
  ),
  promised(
    'S27.b',
    'storing your own key returns that key',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const key = ownKey('a');
        const { status, body } = await trial.admin('PUT', `/keys/${set}/a`, key);
        expect({ status, body }).toEqual({ status: 200, body: key });
        expect(await trial.hydra.keys.replaceKey(set, key)).toEqual(key);
      }),
    ),
  ),
  promised(
    'S28.a',
    'stores your own set, which replaces the whole previous one',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        await trial.hydra.keys.create(set, { alg: 'ES256', kid: 'made' });
        await trial.hydra.keys.replaceSet(set, { keys: [ownKey('a'), ownKey('b')] });
        expect(await kidsIn(trial, set)).toEqual(['a', 'b']);
        await trial.hydra.keys.replaceSet(set, { keys: [] });
        await expectKind(trial.hydra.keys.getSet(set), 'unknown');
      }),
    ),
  ),
  promised(
    'S28.b',
    'storing your own set returns that set',
    everywhere(
      holds(async (trial) => {
        const set = trial.newSet();
        const sent = { keys: [ownKey('a'), ownKey('b')] };
        const { status, body } = await trial.admin('PUT', `/keys/${set}`, sent);
        expect(status).toBe(200);
        expect(kidsOf(body.keys)).toEqual(['a', 'b']);
        expect(kidsOf((await trial.hydra.keys.replaceSet(set, sent)).keys)).toEqual(['a', 'b']);
      }),
    ),
  ),
];
