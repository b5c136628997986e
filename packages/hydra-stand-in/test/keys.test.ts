import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Browser, openWorld, type World } from './world.ts';

// Signing keys are shared by all who use a server, so this is always a stand-in of its own.
const isStandIn = true;

async function tokensOf(world: World) {
  const client = await world.register();
  return world.exchange(await world.signIn(new Browser(), client), client);
}

describe.each([
  { profile: '26.2', set: '/admin/keys/hydra.openid.id-token' },
  { profile: '2.3', set: '/admin/keys/hydra.openid.id-token' },
] as const)('in $profile', ({ profile, set }) => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ profile, isStandIn });
  });

  afterAll(() => world.close());

  test('signs with whatever key is the newest, one of somebody else too', async () => {
    const jwks = createRemoteJWKSet(new URL(`${world.publicUrl}/.well-known/jwks.json`), {
      cooldownDuration: 0,
    });
    const made = await world.admin('POST', '/admin/keys/elsewhere', { alg: 'ES256', kid: 'mine' });
    await world.admin('PUT', `${set}/mine`, made.body.keys[0]);
    const { body } = await tokensOf(world);
    expect(decodeProtectedHeader(body.id_token)).toEqual({ alg: 'ES256', kid: 'mine', typ: 'JWT' });
    expect((await jwtVerify(body.id_token, jwks)).payload.sub).toBe('jane');
  });

  test('makes a new key when all have been deleted', async () => {
    const former = await world.admin('GET', set);
    await world.admin('DELETE', set);
    expect((await world.admin('GET', set)).status).toBe(404);
    const { status, body } = await tokensOf(world);
    const latter = await world.admin('GET', set);
    expect([status, latter.body.keys.length]).toEqual([200, 1]);
    const [{ kid }] = latter.body.keys;
    expect(decodeProtectedHeader(body.id_token)).toEqual({ alg: 'RS256', kid, typ: 'JWT' });
    expect(former.body.keys.map((key: { kid: string }) => key.kid)).not.toContain(kid);
  });
});

describe('in 1.11', () => {
  const set = '/keys/hydra.openid.id-token';

  test('there are no tokens without a key, until somebody makes one', async () => {
    const world = await openWorld({ profile: '1.11', isStandIn });
    await world.admin('DELETE', set);
    const refused = await tokensOf(world);
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
    expect((await world.admin('GET', set)).status).toBe(404);
    await world.admin('POST', set, { alg: 'RS256', kid: 'again' });
    const { status, body } = await tokensOf(world);
    expect([status, decodeProtectedHeader(body.id_token).kid]).toEqual([200, 'public:again']);
    await world.close();
  });

  test('flushing takes what has run out, and nothing that is younger than asked', async () => {
    const start = Date.parse('2026-01-01T12:00:00Z');
    let now = start;
    const world = await openWorld({ profile: '1.11', isStandIn, now: () => now });
    const kept = async () => {
      const { text } = await world.admin('GET', '/metrics/prometheus');
      return Number(/^stand_in_access_tokens (\d+)$/m.exec(text)?.[1]);
    };
    const flush = async (body: object) =>
      expect((await world.admin('POST', '/oauth2/flush', body)).status).toBe(204);
    await tokensOf(world);
    expect(await kept()).toBe(1);
    await flush({});
    expect(await kept()).toBe(1);
    now += 2 * 3600_000;
    await flush({ notAfter: new Date(start - 1000).toISOString() });
    expect(await kept()).toBe(1);
    await flush({ notAfter: '2100-01-01T00:00:00Z' });
    expect(await kept()).toBe(0);
    const { body } = await tokensOf(world);
    await flush({});
    expect(await kept()).toBe(1);
    expect((await world.introspect(body.access_token)).active).toBe(true);
    await world.close();
  });
});

test('keys of RSA have 4096 bits, those for PSS 2048', async () => {
  const world = await openWorld({ isStandIn });
  const bitsOf = async (alg: string) => {
    const { body } = await world.admin('POST', '/admin/keys/sizes', { alg, kid: alg });
    return Buffer.from(body.keys[0].n, 'base64url').length * 8;
  };
  expect([await bitsOf('RS256'), await bitsOf('PS256')]).toEqual([4096, 2048]);
  await world.close();
});
