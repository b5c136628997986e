import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { isProfile, profiles, type ProfileName } from '../src/oauth2/profiles.ts';
import { observations } from './observations.ts';
import { Browser, isAtHand, openWorld, type World } from './world.ts';

/** By observation: what all three versions showed, and each. */
const seenAtRealServers: Record<string, Record<ProfileName | 'always', object>> = JSON.parse(
  readFileSync(new URL('./seen.json', import.meta.url), 'utf8'),
);

const versions = Object.keys(profiles).filter(isProfile);

describe.each(versions.filter(isAtHand))('version %s', (profile) => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ profile });
  });

  afterAll(() => world.close());

  test.each(Object.entries(observations))('knows %s as the real server does', async (name, see) => {
    const expected = seenAtRealServers[name];
    expect(await see(world)).toEqual({ ...expected?.always, ...expected?.[profile] });
  });
});

// The clock of a real server is not in hand, so this is always the stand-in's.
describe.each(versions)('version %s, too late', (profile) => {
  let world: World;
  let now = Date.parse('2026-01-01T12:00:00Z');

  beforeAll(async () => {
    world = await openWorld({ profile, ttlSeconds: 60, now: () => now, isStandIn: true });
  });

  afterAll(() => world.close());

  test('says so to the app or, where it cannot tell, to the client alone', async () => {
    const isTold = profile !== '1.11';
    const client = await world.register();
    const browser = new Browser();
    const page = await browser.open(world.authUrl(client));
    const early = await world.answer(page, 'accept', { subject: 'jane' });
    const other = await browser.open(world.authUrl(client));
    const rejected = await world.answer(other, 'reject', { error: 'no_way' });
    now += 61_000;
    expect((await world.request(page)).status).toBe(isTold ? 401 : 200);
    const back = await browser.open(early.body.redirect_to);
    expect(back.parameters['error']).toBe('request_unauthorized');
    const isRejectionTold = profile !== '26.2';
    const told = await browser.open(rejected.body.redirect_to);
    const error = isRejectionTold ? 'no_way' : 'request_unauthorized';
    expect(told.parameters['error']).toBe(error);
  });

  test('has the issuer that its tokens name', () => {
    expect(world.issuer?.endsWith('/')).toBe(profile === '1.11');
  });
});
