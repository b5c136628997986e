import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Browser, isAtHand, openWorld, type AdminAnswer, type World } from './world.ts';

/** What clients, lists and sessions are like in each version. */
const versions = [
  {
    profile: '26.2',
    prefix: '/admin',
    unread: [400, 'The request was malformed or contained invalid parameters'],
    own: ['skip_consent', 'skip_logout_consent', deviceLifespan('access')],
    foreign: ['password_grant_access_token_lifespan'],
    registrationUri: /\/oauth2\/register\/?$/,
    hasCheckedUris: true,
    patches: { test: 500, move: 500, deep: 200, nameAfterRemoval: '' },
    consent: { isEarly: false, challenge: /^$/, hasId: true, hasContext: true },
    sid: 204,
    selectors: { clientAndAll: 400, id: 204 },
  },
  {
    profile: '2.3',
    prefix: '/admin',
    unread: [400, 'The request was malformed or contained invalid parameters'],
    own: ['skip_consent', 'skip_logout_consent'],
    foreign: ['password_grant_access_token_lifespan', deviceLifespan('access')],
    registrationUri: /\/oauth2\/register\/?$/,
    hasCheckedUris: false,
    patches: { test: 500, move: 500, deep: 200, nameAfterRemoval: 'Shop' },
    consent: { isEarly: false, challenge: /^[\w-]{32,36}$/, hasId: false, hasContext: true },
    sid: 204,
    selectors: { clientAndAll: 204, id: 400 },
  },
  {
    profile: '1.11',
    prefix: '',
    unread: [500, 'error'],
    own: ['password_grant_access_token_lifespan'],
    foreign: ['skip_consent', 'skip_logout_consent', deviceLifespan('access')],
    registrationUri: /\/oauth2\/register\/[\w-]{36}$/,
    hasCheckedUris: false,
    patches: { test: 200, move: 200, deep: 500, nameAfterRemoval: 'Shop' },
    consent: { isEarly: true, challenge: /^[0-9a-f]{32}$/, hasId: false, hasContext: false },
    sid: 400,
    selectors: { clientAndAll: 204, id: 400 },
  },
] as const;

function deviceLifespan(kind: string) {
  return `device_authorization_grant_${kind}_token_lifespan`;
}

/** What the `Link` header names, by relation. */
function linksOf({ headers }: AdminAnswer): Record<string, Record<string, string>> {
  const links = [...(headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="(\w+)"/g)];
  return Object.fromEntries(
    links.map(([, url = '', relation]) => [
      relation,
      Object.fromEntries(new URL(url, 'http://any').searchParams),
    ]),
  );
}

function relationsOf(answer: AdminAnswer): string {
  return Object.keys(linksOf(answer)).toSorted().join(' ');
}

describe.each(versions.filter(({ profile }) => isAtHand(profile)))('in $profile', (version) => {
  const { profile, prefix } = version;
  let world: World;
  const clientsUrl = `${prefix}/clients`;
  const consentsUrl = `${prefix}/oauth2/auth/sessions/consent`;
  const loginsUrl = `${prefix}/oauth2/auth/sessions/login`;
  const statusOf = async (method: string, url: string, body?: unknown) =>
    (await world.admin(method, url, body)).status;

  beforeAll(async () => {
    world = await openWorld({ profile });
  });

  afterAll(() => world.close());

  test('a client has the members that the version knows', async () => {
    const { status, headers, body } = await world.admin('POST', clientsUrl, {
      skip_consent: false,
      password_grant_access_token_lifespan: '1h',
      [deviceLifespan('access')]: '1h',
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`${clientsUrl}/${body.client_id}`);
    expect(body.registration_access_token).toMatch(/^.{20,}$/);
    expect(body.registration_client_uri).toMatch(version.registrationUri);
    for (const name of version.own) expect(body).toHaveProperty(name);
    for (const name of version.foreign) expect(body).not.toHaveProperty(name);
    const read = await world.admin('GET', `${clientsUrl}/${body.client_id}`);
    expect(Object.keys(read.body).join()).not.toMatch('registration');
    const replaced = await world.admin('PUT', `${clientsUrl}/${body.client_id}`, {});
    expect(Object.keys(replaced.body).join()).not.toMatch('registration');
  });

  test('the address of a registration names an id that was chosen', async () => {
    const { client_id, registration_client_uri } = await world.register();
    expect(registration_client_uri).toMatch(new RegExp(`/oauth2/register/${client_id}$`));
  });

  test('addresses of a client are checked or not', async () => {
    for (const name of ['logo_uri', 'client_uri', 'policy_uri', 'tos_uri']) {
      const status = await statusOf('POST', clientsUrl, { [name]: 'javascript:alert(1)' });
      expect([name, status]).toEqual([name, version.hasCheckedUris ? 400 : 201]);
    }
  });

  test('a client that cannot be read is a 400, or in old versions a 500 when it is new', async () => {
    const { client_id } = await world.register();
    const url = `${clientsUrl}/${client_id}`;
    for (const bad of ['', 'no JSON', { redirect_uris: 'x' }, { skip_consent: 'on', owner: 1 }]) {
      const created = await world.admin('POST', clientsUrl, bad);
      expect([created.status, created.body.error]).toEqual(version.unread);
      const replaced = await world.admin('PUT', url, bad);
      expect([replaced.status, replaced.body.error]).toEqual(versions[0].unread);
    }
    // What comes after the first value is not read.
    const { status, body } = await world.admin('PUT', url, '{"owner": "} me"} {');
    expect([status, body.owner]).toEqual([200, '} me']);
  });

  test('lifespans are written in one form, and can be replaced alone', async () => {
    const name = 'authorization_code_grant_access_token_lifespan';
    const client = await world.register({ client_name: 'Shop', [name]: '90m' });
    expect(client[name]).toBe('1h30m0s');
    const url = `${clientsUrl}/${client.client_id}/lifespans`;
    for (const [given, shown] of [
      ['2h', '2h0m0s'],
      ['150s', '2m30s'],
      ['1.5s', '1.5s'],
      ['500ms', '500ms'],
      ['0s', '0s'],
      [null, null],
    ]) {
      const answer = await world.admin('PUT', url, { [name]: given });
      expect(answer).toMatchObject({ status: 200, body: { client_name: 'Shop', [name]: shown } });
      expect(answer.body).not.toHaveProperty('client_secret');
    }
    for (const bad of ['', 'x', { [name]: '1d' }, { [name]: '5' }, { [name]: 3600 }]) {
      const { status, body } = await world.admin('PUT', url, bad);
      expect([status, body.error]).toEqual(versions[0].unread);
    }
    expect(await statusOf('PUT', `${clientsUrl}/nobody/lifespans`, {})).toBe(404);
    const other = 'refresh_token_grant_id_token_lifespan';
    await world.admin('PUT', url, { [other]: '1h' });
    const { body } = await world.admin('GET', `${clientsUrl}/${client.client_id}`);
    expect(body).toMatchObject({ client_name: 'Shop', [name]: null, [other]: '1h0m0s' });
  });

  test('a client is patched in parts', async () => {
    const client = await world.register({ client_name: 'Shop', metadata: { 'a/b': 1 } });
    const url = `${clientsUrl}/${client.client_id}`;
    const patch = (...operations: object[]) => world.admin('PATCH', url, operations);
    const one = await patch(
      { op: 'replace', path: '/owner', value: 'me' },
      { op: 'add', path: '/redirect_uris/-', value: 'http://localhost:5555/b' },
      { op: 'add', path: '/redirect_uris/0', value: 'http://localhost:5555/a' },
      { op: 'remove', path: '/metadata/a~1b' },
      { op: 'replace', path: '/nothing', value: 1 },
    );
    expect(one).toMatchObject({
      status: 200,
      body: {
        client_name: 'Shop',
        owner: 'me',
        redirect_uris: ['/a', '/callback', '/b'].map((path) => `http://localhost:5555${path}`),
        metadata: {},
      },
    });
    expect(one.body).not.toHaveProperty('client_secret');
    expect(one.body).not.toHaveProperty('nothing');
    expect(await statusOf('PATCH', url, 'null')).toBe(200);

    const secret = await patch({ op: 'add', path: '/client_secret', value: 'another secret' });
    expect(secret.body.client_secret).toBe('another secret');
    expect((await world.admin('GET', url)).body).not.toHaveProperty('client_secret');
    expect((await patch({ op: 'add', path: '/client_secret', value: 'short' })).status).toBe(400);
  });

  test('a patch that does not fit changes nothing', async () => {
    const client = await world.register({ client_name: 'Shop', owner: 'me' });
    const url = `${clientsUrl}/${client.client_id}`;
    const rename = { op: 'replace', path: '/client_name', value: 'Store' };
    const { test: tested, move, deep, nameAfterRemoval } = version.patches;
    for (const [status, operation] of [
      [500, { op: 'remove', path: '/nothing' }],
      [500, { op: 'replace', path: '/redirect_uris/9', value: 'x' }],
      [500, { op: 'replace', path: '/redirect_uris', value: 'x' }],
      [500, { op: 'test', path: '/owner', value: 'you' }],
      [500, { op: 'replace', path: '/id', value: 'x' }],
      [500, { op: 'add', path: 'owner', value: 'x' }],
      [500, { op: 'smoke', path: '/owner' }],
      [404, { op: 'replace', path: '/client_id', value: randomUUID() }],
      [400, { op: 'replace', path: '/redirect_uris', value: ['http://localhost/#x'] }],
    ] as const) {
      expect([await statusOf('PATCH', url, [rename, operation]), operation]).toEqual([
        status,
        operation,
      ]);
    }
    for (const bad of ['', 'no JSON', {}, [1]]) expect(await statusOf('PATCH', url, bad)).toBe(500);
    expect((await world.admin('GET', url)).body.client_name).toBe('Shop');
    expect(await statusOf('PATCH', `${clientsUrl}/nobody`, [])).toBe(404);

    const test = { op: 'test', path: '/client_name', value: 'Shop' };
    expect(await statusOf('PATCH', url, [test])).toBe(tested);
    const nested = { op: 'add', path: '/metadata/x/y', value: 1 };
    expect(await statusOf('PATCH', url, [nested])).toBe(deep);
    const moved = { op: 'move', from: '/client_name', path: '/owner' };
    expect(await statusOf('PATCH', url, [moved])).toBe(move);
    await world.admin('PATCH', url, [{ op: 'remove', path: '/client_name' }]);
    expect((await world.admin('GET', url)).body.client_name).toBe(nameAfterRemoval);
  });

  test('a consent is listed when it came back, or as soon as it is accepted', async () => {
    const [client, subject, browser] = [await world.register(), randomUUID(), new Browser()];
    const url = `${consentsUrl}?subject=${subject}`;
    const nothing = await world.admin('GET', url);
    expect([nothing.status, nothing.body, relationsOf(nothing)]).toEqual([200, [], '']);
    const login = await browser.open(world.authUrl(client));
    const asked = await world.accept(browser, login, { subject, remember: true });
    await world.answer(asked, 'accept', { grant_scope: ['openid'], remember: true });
    const { isEarly, challenge, hasId, hasContext } = version.consent;
    expect((await world.admin('GET', url)).body).toHaveLength(isEarly ? 1 : 0);
    await world.accept(browser, asked, { grant_scope: ['openid'], remember: true });
    const { body } = await world.admin('GET', url);
    expect(body).toHaveLength(1);
    expect(body[0].consent_request.challenge).toMatch(challenge);
    expect('consent_request_id' in body[0]).toBe(hasId);
    expect('context' in body[0]).toBe(hasContext);
    const other = `${url}&login_session_id=${randomUUID()}`;
    expect((await world.admin('GET', other)).body).toHaveLength(profile === '1.11' ? 1 : 0);
  });

  test('sessions are ended by what the version can tell apart', async () => {
    const [client, subject] = [await world.register(), randomUUID()];
    const of = `subject=${subject}`;
    const { clientAndAll, id } = version.selectors;
    for (const [query, status] of [
      ['', 400],
      [of, 400],
      [`${of}&all=1`, 400],
      [`client=${client.client_id}`, 400],
      [`${of}&client=${client.client_id}`, 204],
      [`${of}&all=true`, 204],
      [`${of}&client=${client.client_id}&all=true`, clientAndAll],
      ['consent_request_id=x', id],
    ] as const) {
      expect([query, await statusOf('DELETE', `${consentsUrl}?${query}`)]).toEqual([query, status]);
    }
    expect(await statusOf('DELETE', loginsUrl)).toBe(400);
    expect(await statusOf('DELETE', `${loginsUrl}?${of}`)).toBe(204);
    expect(await statusOf('DELETE', `${loginsUrl}?sid=x`)).toBe(version.sid);
  });
});

describe('pages', () => {
  /** Some clients, more than there are on any page below. */
  const fill = async (world: World) => {
    for (let count = 0; count < 4; count += 1) await world.register();
  };

  test('of 26.2 have an end that only the server knows', async () => {
    const world = await openWorld({ isStandIn: true });
    await fill(world);
    const page = (query: string) => world.admin('GET', `/admin/clients?${query}`);
    const seen = new Set<string>();
    let links: ReturnType<typeof linksOf> = { next: { page_size: '3' } };
    for (let count = 0; links['next'] && count < 9; count += 1) {
      const answer = await page(new URLSearchParams(links['next']).toString());
      for (const { client_id } of answer.body) seen.add(client_id);
      links = linksOf(answer);
      expect(answer.headers.has('x-total-count')).toBe(false);
    }
    expect(seen.size).toBe(4);
    for (const bad of ['page_size=x', 'page_token=x']) {
      const answer = await page(bad);
      expect([answer.status, answer.body.error]).toEqual(versions[0].unread);
      const consents = await world.admin(
        'GET',
        `/admin/oauth2/auth/sessions/consent?subject=x&${bad}`,
      );
      expect([consents.status, consents.body.error]).toEqual([400, 'invalid_request']);
    }
    await world.close();
  });

  test('of 2.3 and 1.11 have neighbours, and the number of all', async () => {
    for (const { profile, base, at } of [
      {
        profile: '2.3',
        base: '/admin/clients',
        at: (size: number, offset: number) =>
          `page_size=${size}&page_token=${Buffer.from(
            JSON.stringify({ offset: String(offset), v: 2 }),
          ).toString('base64url')}`,
      },
      {
        profile: '1.11',
        base: '/clients',
        at: (size: number, offset: number) => `limit=${size}&offset=${offset}`,
      },
    ] as const) {
      const world = await openWorld({ profile, isStandIn: true });
      await fill(world);
      const page = (size: number, offset: number) =>
        world.admin('GET', `${base}?${at(size, offset)}`);
      const whole = await page(100, 0);
      expect(whole.headers.get('x-total-count')).toBe('4');
      expect(linksOf(whole)['first']).toMatchObject({
        [profile === '2.3' ? 'page_size' : 'limit']: '4',
      });
      const all = whole.body.map(({ client_id }: { client_id: string }) => client_id);
      for (const [size, offset, relations, items] of [
        [100, 0, 'first', all],
        [1, 0, 'last next', all.slice(0, 1)],
        [1, 1, 'first last next prev', all.slice(1, 2)],
        [1, 3, 'first prev', all.slice(3)],
        // Never from the middle of a page.
        [2, 3, 'first prev', all.slice(2)],
        [2, 8, 'first prev', []],
        [4, 0, profile === '2.3' ? 'first' : 'first prev', all],
      ] as const) {
        const answer = await page(size, offset);
        const ids = answer.body.map(({ client_id }: { client_id: string }) => client_id);
        expect([profile, size, offset, relationsOf(answer), ids]).toEqual([
          profile,
          size,
          offset,
          relations,
          items,
        ]);
        expect(answer.headers.get('link')).toMatch(new RegExp(`^<${base}\\?`));
      }
      const odd = await world.admin('GET', `${base}?limit=x&offset=x&page_size=x&page_token=x`);
      expect([odd.status, odd.body.length]).toEqual([200, 4]);
      await world.close();
    }
  });

  test('of no size end the connection in 1.11, and have one item in 2.3', async () => {
    const old = await openWorld({ profile: '1.11', isStandIn: true });
    await expect(old.admin('GET', '/clients?limit=0')).rejects.toThrow();
    await old.close();
    const world = await openWorld({ profile: '2.3', isStandIn: true });
    await fill(world);
    expect((await world.admin('GET', '/admin/clients?page_size=0')).body).toHaveLength(1);
    await world.close();
  });
});
