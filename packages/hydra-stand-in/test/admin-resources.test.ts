import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { Browser, isAtHand, openWorld, type World } from './world.ts';

const exists =
  'Unable to insert or update resource because a resource with that value exists already';
const unreadable = 'The request was malformed or contained invalid parameters';
const oct = { kty: 'oct', k: 'c2VjcmV0' };

/** What keys and tokens are like in each version. */
const versions = [
  {
    profile: '26.2',
    base: '/admin',
    offered: ['RS256', 'RS384', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    refused: ['HS256', 'HS512', 'none', ''],
    kids: (kid: string) => [kid],
    unread: { status: 400, errors: [unreadable] },
    unreadKey: [400, unreadable],
    openSets: 2,
    metrics: 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    hasFlush: false,
  },
  {
    profile: '2.3',
    base: '/admin',
    offered: ['RS256', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'],
    refused: ['HS256', 'HS512', 'none', ''],
    kids: (kid: string) => [kid],
    unread: { status: 400, errors: [unreadable] },
    unreadKey: [400, unreadable],
    openSets: 2,
    metrics: 'text/plain; version=0.0.4; charset=utf-8; escaping=values',
    hasFlush: false,
  },
  {
    profile: '1.11',
    base: '',
    offered: ['RS256', 'ES256', 'ES512', 'EdDSA'],
    refused: ['RS384', 'ES384', 'PS256', 'HS384', 'none', ''],
    kids: (kid: string) => [`private:${kid}`, `public:${kid}`],
    // It goes on after the first error, and so makes a second one.
    unread: { status: 500, errors: ['error', 'Bad Request'] },
    unreadKey: [500, 'error'],
    openSets: 1,
    metrics: 'text/plain; version=0.0.4; charset=utf-8',
    hasFlush: true,
  },
] as const;

describe.each(versions.filter(({ profile }) => isAtHand(profile)))('in $profile', (version) => {
  const { profile, base } = version;
  const isOld = profile === '1.11';
  const signingSet = `${base}/keys/hydra.openid.id-token`;
  let world: World;

  beforeAll(async () => {
    world = await openWorld({ profile });
  });
  afterAll(() => world.close());

  const newSet = () => `${base}/keys/set-${randomUUID()}`;
  const kidsOf = ({ body }: { body: { keys: { kid: string }[] } }) =>
    body.keys.map(({ kid }) => kid);
  const tokensOf = async (browser = new Browser()) => {
    const client = await world.register();
    const page = await world.signIn(browser, client, {
      login: { subject: 'jane', remember: true },
    });
    const { body } = await world.exchange(page, client);
    return { client, ...body };
  };

  test('makes keys of the algorithms that the version offers', async () => {
    const set = newSet();
    for (const alg of version.offered) {
      const made = await world.admin('POST', set, { alg, kid: alg });
      expect([made.status, kidsOf(made)]).toEqual([201, version.kids(alg)]);
      const [key, open] = made.body.keys;
      expect(key.d).toEqual(expect.any(String));
      expect(open?.d).toBeUndefined();
      // Only keys of RSA say so in 1.x, which gives no use of its own accord.
      const isTold = !isOld || key.kty === 'RSA';
      expect([key.alg, key.use]).toEqual([isTold ? alg : undefined, isOld ? undefined : 'sig']);
      expect('dp' in key).toBe(key.kty === 'RSA' && !isOld);
      expect(made.headers.get('location')).toMatch(isOld ? /^:\/\/\/keys\// : /^http:.*\/keys\//);
    }
    for (const alg of version.refused) {
      const { status, body } = await world.admin('POST', set, { alg });
      expect([alg, status, body.error]).toEqual([alg, 400, 'Bad Request']);
    }
    const twice = await world.admin('POST', set, { alg: 'ES256', kid: 'ES256' });
    expect([twice.status, twice.body]).toEqual([409, { error: exists, error_description: '' }]);
    const [, uuid] = (await world.admin('POST', set, { alg: 'ES256' })).body.keys[0].kid.match(
      /^(?:private:)?([0-9a-f-]{36})$/,
    );
    // The newest first, and of a pair the public one.
    const order = [uuid, ...version.offered.toReversed()].flatMap((kid) =>
      version.kids(kid).toReversed(),
    );
    expect(kidsOf(await world.admin('GET', set))).toEqual(order);
  });

  test('makes secrets in 1.x alone', async () => {
    for (const [alg, length] of [
      ['HS256', 22],
      ['HS512', 43],
    ] as const) {
      const made = await world.admin('POST', newSet(), { alg, kid: alg, use: 'enc' });
      const [key] = made.body.keys ?? [];
      expect([made.status, key?.kid, key?.k.length, key?.use]).toEqual(
        isOld ? [201, alg, length, 'enc'] : [400, undefined, undefined, undefined],
      );
    }
  });

  test('says that a key that is asked for cannot be read, once or twice', async () => {
    for (const body of ['', 'no JSON', '[]', '{"alg":5}']) {
      const response = await fetch(`${world.adminUrl}${newSet()}`, { method: 'POST', body });
      const [status, text] = [response.status, await response.text()];
      const lines = text.trim().split('\n');
      expect([status, lines.map((line) => JSON.parse(line).error)]).toEqual([
        version.unread.status,
        version.unread.errors,
      ]);
    }
  });

  test('keeps keys of one’s own by the id that they say', async () => {
    const set = newSet();
    const put = (key: unknown) => world.admin('PUT', `${set}/of-the-path`, key);
    const a = { ...oct, kid: 'a', alg: 'HS256', use: 'sig' };
    expect((await put({ ...a, more: 1 })).body).toEqual(a);
    await put({ ...oct, kid: 'b' });
    await put(oct);
    expect((await put({ ...a, alg: 'HS512' })).status).toBe(200);
    expect((await world.admin('GET', `${set}/a`)).body).toEqual({
      keys: [{ ...a, alg: 'HS512' }],
    });
    expect((await world.admin('GET', set)).body.keys).toHaveLength(3);
    expect((await world.admin('GET', `${set}/of-the-path`)).body).toEqual({
      error: 'Unable to locate the resource',
      error_description: '',
    });
    for (const bad of ['', 'no JSON', {}, { kty: 'none' }, { kty: 'EC', crv: 'P-256' }]) {
      const { status, body } = await put(bad);
      expect([status, body.error]).toEqual(version.unreadKey);
    }
    for (const path of [`${set}/a`, `${set}/a`]) {
      expect((await world.admin('DELETE', path)).status).toBe(204);
    }
    expect(kidsOf(await world.admin('GET', set))).not.toContain('a');
  });

  test('replaces whole sets; one without keys is none', async () => {
    const set = newSet();
    const keys = ['a', 'b'].map((kid) => ({ ...oct, kid }));
    const put = await world.admin('PUT', set, { keys });
    expect([put.status, put.body]).toEqual([200, { keys }]);
    expect(kidsOf(await world.admin('GET', set))).toEqual(['b', 'a']);
    const twice = await world.admin('PUT', set, { keys: [keys[0], keys[0]] });
    expect([twice.status, twice.body.error]).toEqual([409, exists]);
    for (const bad of ['', 'no JSON', { keys: 5 }, { keys: [{}] }]) {
      const { status, body } = await world.admin('PUT', set, bad);
      expect([status, body.error]).toEqual(version.unreadKey);
    }
    for (const empty of [{ keys: [] }, {}]) {
      await world.admin('PUT', set, { keys });
      expect((await world.admin('PUT', set, empty)).status).toBe(200);
      const gone = await world.admin('GET', set);
      expect([gone.status, gone.body.error]).toEqual([404, 'Not Found']);
    }
    await world.admin('PUT', set, { keys });
    for (const status of [204, 204]) {
      expect((await world.admin('DELETE', set)).status).toBe(status);
    }
    expect((await world.admin('GET', set)).status).toBe(404);
  });

  test('signs with the newest of its own keys, and shows the public part of all', async () => {
    const browser = new Browser();
    const jwks = createRemoteJWKSet(new URL(`${world.publicUrl}/.well-known/jwks.json`), {
      cooldownDuration: 0,
    });
    const former = await tokensOf(browser);
    const [newest] = kidsOf(await world.admin('GET', signingSet));
    expect(decodeProtectedHeader(former.id_token).kid).toBe(newest);

    const kid = `new-${randomUUID()}`;
    const made = await world.admin('POST', signingSet, { alg: 'RS256', kid, use: 'sig' });
    expect(made.status).toBe(201);
    const shown = version.kids(kid).at(-1);
    const latter = await tokensOf(browser);
    expect(decodeProtectedHeader(latter.id_token)).toEqual({
      alg: 'RS256',
      kid: shown,
      typ: 'JWT',
    });
    for (const { id_token } of [former, latter]) {
      expect((await jwtVerify(id_token, jwks)).payload.sub).toBe('jane');
    }
    const response = await fetch(`${world.publicUrl}/.well-known/jwks.json`);
    const { keys } = (await response.json()) as { keys: { kid: string; d?: string }[] };
    expect(keys.filter((key) => 'd' in key)).toEqual([]);
    expect(keys.map((key) => key.kid)).toEqual(expect.arrayContaining([newest, shown]));
    const others = await world.admin('GET', `${base}/keys/hydra.jwt.access-token`);
    const isOpen = keys.some((key) => kidsOf(others).includes(key.kid));
    expect(isOpen).toBe(version.openSets === 2);

    // Nobody can sign out with a token of the key before any more.
    const hint = async (token: string) => {
      const query = new URLSearchParams({ id_token_hint: token }).toString();
      const page = await browser.open(`${world.publicUrl}/oauth2/sessions/logout?${query}`);
      return page.parameters['error'] ?? page.location.pathname;
    };
    expect(await hint(former.id_token)).toBe('invalid_request');
    expect(await hint(latter.id_token)).toBe('/logout');
  });

  test('takes away the access tokens of a client, and nothing else', async () => {
    const url = `${base}/oauth2/tokens`;
    const missing = await world.admin('DELETE', url);
    expect([missing.status, missing.body.error]).toEqual([400, 'invalid_request']);
    expect((await world.admin('DELETE', `${url}?client_id=nobody`)).status).toBe(204);
    const [mine, other] = [await tokensOf(), await tokensOf()];
    await world.admin('DELETE', `${url}?client_id=${mine.client.client_id}`);
    for (const [token, isActive] of [
      [mine.access_token, false],
      [mine.refresh_token, true],
      [other.access_token, true],
    ]) {
      expect((await world.introspect(token)).active).toBe(isActive);
    }
  });

  test('flushes tokens in 1.x alone, never those that live', async () => {
    const url = `${base}/oauth2/flush`;
    const { access_token, refresh_token } = await tokensOf();
    for (const [status, body] of [
      [204, {}],
      [204, 'null'],
      [204, { unknown: 1 }],
      [204, { notAfter: null }],
      [204, { notAfter: '2100-01-01T00:00:00Z' }],
      [500, { notAfter: 'noon' }],
      [500, { notAfter: '2020-01-01' }],
      [500, ''],
      [500, []],
    ] as const) {
      const answer = await world.admin('POST', url, body);
      expect([body, answer.status]).toEqual([body, version.hasFlush ? status : 404]);
    }
    for (const token of [access_token, refresh_token]) {
      expect((await world.introspect(token)).active).toBe(true);
    }
  });

  test('shows metrics as Prometheus reads them', async () => {
    const { status, headers, text } = await world.admin('GET', `${base}/metrics/prometheus`);
    expect([status, headers.get('content-type')]).toEqual([200, version.metrics]);
    expect(text).toMatch(/^# HELP \w+ .+\n# TYPE \w+ \w+\n\w+(\{.*\})? \S+\n/m);
    expect((await world.admin('POST', `${base}/metrics/prometheus`)).status).toBe(405);
  });
});

test('1.x signs with RSA alone: with another newest key there are no tokens', async () => {
  const world = await openWorld({ profile: '1.11', isStandIn: true });
  const url = '/keys/hydra.openid.id-token';
  await world.admin('POST', url, { alg: 'ES256', kid: 'es' });
  const client = await world.register();
  const page = await world.signIn(new Browser(), client);
  const refused = await world.exchange(page, client);
  expect([refused.status, refused.body.error]).toEqual([400, 'invalid_grant']);
  await world.admin('DELETE', `${url}/private:es`);
  await world.admin('DELETE', `${url}/public:es`);
  const again = await world.exchange(await world.signIn(new Browser(), client), client);
  expect(again.status).toBe(200);
  await world.close();
});

test.each(['2.3', '1.11'] as const)(
  'lists the newest consents of %s first, and counts all',
  async (profile) => {
    let now = Date.now();
    const world = await openWorld({ profile, isStandIn: true, now: () => now });
    const subject = randomUUID();
    const names: string[] = [];
    for (const client_name of ['first', 'second', 'third']) {
      const client = await world.register({ client_name });
      await world.signIn(new Browser(), client, { login: { subject, remember: true } });
      names.unshift(client_name);
      now += 1000;
    }
    const { base } = versions.find((version) => version.profile === profile)!;
    const url = `${base}/oauth2/auth/sessions/consent?subject=${subject}`;
    const all = await world.admin('GET', url);
    type Item = { consent_request: { client: { client_name: string }; login_session_id: string } };
    const namesOf = (body: Item[]) =>
      body.map(({ consent_request: { client } }) => client.client_name);
    expect(namesOf(all.body)).toEqual(names);
    const [{ consent_request: newest }] = all.body as [Item];
    // The number is that of all, also where the list is of one session.
    const some = await world.admin('GET', `${url}&login_session_id=${newest.login_session_id}`);
    expect(namesOf(some.body)).toEqual(profile === '2.3' ? ['third'] : names);
    expect(some.headers.get('x-total-count')).toBe('3');
    await world.close();
  },
);
