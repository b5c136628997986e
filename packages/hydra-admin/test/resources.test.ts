/** What the client itself does. The contract tests of the stand-in hold what servers answer. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { createHydra, type Hydra } from '../src/client.ts';
import { closeAll, configFor, json, startAdminApi, transports, type Heard } from './admin-api.ts';

afterAll(closeAll);

type Answering = (
  heard: Heard,
  count: number,
) => { status?: number; body?: unknown; link?: string };

const versions = { v1: '1.11.10', v20: '2.0.3', v2: '2.3.0', v26: '26.2.0' };
type VersionName = keyof typeof versions;

/** A client, and a server that answers as `answering` says, or always `{}`. */
async function start(
  version: VersionName,
  answering: Answering = () => ({}),
  more: { transport?: (typeof transports)[number]; timeoutMs?: number } = {},
) {
  const api = await startAdminApi((heard, res) => {
    const { status = 200, body = {}, link } = answering(heard, api.heard.length);
    if (link !== undefined) res.setHeader('link', link);
    json(res, body, status);
  });
  const transport = more.transport ?? 'undici';
  const config = configFor(api, { transport, version: versions[version] });
  const hydra = createHydra({ ...config, timeoutMs: more.timeoutMs ?? 10_000 });
  return { api, hydra };
}

const aClient = { client_id: 'a' };
const aConsent = {
  grant_scope: ['openid'],
  consent_request: { subject: 's', skip: false, request_url: 'http://a.example/', client: aClient },
};

async function gather<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

const asked = (heard: Heard[]) => heard.map(({ query }) => Object.fromEntries(query));

describe('a list', () => {
  test('follows the next link, but uses only its place and size, and never another host', async () => {
    const { api, hydra } = await start('v26', (_heard, count) => ({
      body: [{ client_id: `c${count}` }],
      link:
        count < 3
          ? `<https://evil.example/admin/clients?page_size=1&page_token=t%3D${count}&all=true>; rel="next"`
          : '</admin/clients?page_size=1>; rel="first"',
    }));
    const ids = (await gather(hydra.clients.list({ size: 1 }))).map((one) => one.client_id);
    expect(ids).toEqual(['c1', 'c2', 'c3']);
    expect(asked(api.heard)).toEqual([
      { page_size: '1' },
      { page_size: '1', page_token: 't=1' },
      { page_size: '1', page_token: 't=2' },
    ]);
    expect(api.heard.every(({ path }) => path === '/admin/clients')).toBe(true);
  });

  test.each([
    ['at a place that it has visited', [aClient], '</clients?limit=9&offset=9>; rel="next"', 2],
    ['at an empty page', [], '</clients?limit=9&offset=9>; rel="next"', 1],
    ['without a next link', [aClient], '</clients?limit=9&offset=0>; rel="prev"', 1],
    ['at a next link that names no place', [aClient], '</clients>; rel="next"', 1],
    ['at a malformed header', [aClient], 'nonsense', 1],
  ])('stops %s', async (_where, body, link, calls) => {
    const { api, hydra } = await start('v1', () => ({ body, link }));
    await gather(hydra.clients.list());
    expect(api.heard).toHaveLength(calls);
  });

  test('uses the parameter names of the version', async () => {
    for (const [version, words] of [
      ['v1', { limit: '5' }],
      ['v2', { page_size: '5' }],
    ] as const) {
      const { api, hydra } = await start(version, () => ({ body: [] }));
      await hydra.clients.page({ size: 5, owner: 'me', clientName: 'a & b' });
      expect(asked(api.heard)).toEqual([{ ...words, owner: 'me', client_name: 'a & b' }]);
    }
  });

  test('reads one page at a time, and continues after it', async () => {
    const { api, hydra } = await start('v1', ({ query }) => ({
      body: [aClient],
      link: `</clients?limit=2&offset=${Number(query.get('offset')) + 2}>; rel=next`,
    }));
    const { next = '' } = await hydra.clients.page({ size: 2 });
    const second = await hydra.clients.page({ after: next });
    expect(asked(api.heard)[1]).toEqual({ limit: '2', offset: '2' });
    expect(second.next).not.toBe(next);
  });

  test.each([0, -1, 501, 1.5, Number.NaN])('refuses a page of %d items', async (size) => {
    const { api, hydra } = await start('v1');
    await expect(hydra.clients.page({ size })).rejects.toMatchObject({ kind: 'bad_request' });
    expect(api.heard).toEqual([]);
  });

  test('refuses an `after` of another version', async () => {
    const { hydra } = await start('v26');
    const page = hydra.clients.page({ after: 'limit=1&offset=1' });
    await expect(page).rejects.toMatchObject({ kind: 'bad_request' });
  });

  test('of consents follows the total where links are wrong and pages may be empty', async () => {
    // Like 2.3: three of five have expired, so pages are empty and have no headers.
    const api = await startAdminApi(({ query }, res) => {
      const token = query.get('page_token');
      const place = token
        ? JSON.parse(Buffer.from(token, 'base64url').toString())
        : { offset: '0' };
      const isThere = ['0', '3'].includes(place.offset);
      if (isThere) {
        res.setHeader('x-total-count', '5');
        res.setHeader('link', '</admin/x?page_size=9&page_token=zzz>; rel="next"');
      }
      json(res, isThere ? [aConsent] : []);
    });
    const hydra = createHydra(configFor(api, { transport: 'undici', version: '2.3.0' }));
    expect(await gather(hydra.consentSessions.list('s', { size: 1 }))).toHaveLength(2);
    expect(api.heard).toHaveLength(5);
    const page = await hydra.consentSessions.page('s', { size: 5 });
    expect(page).toMatchObject({ total: 5 });
    expect(page.next).toBeUndefined();
  });

  test('of consents ends at an empty page with a total', async () => {
    const api = await startAdminApi((_heard, res) => {
      res.setHeader('x-total-count', '1000000');
      json(res, api.heard.length === 1 ? [aConsent] : []);
    });
    const hydra = createHydra(configFor(api, { transport: 'undici', version: '2.3.0' }));
    expect(await gather(hydra.consentSessions.list('s', { size: 1 }))).toHaveLength(1);
    expect(api.heard).toHaveLength(2);
  });

  test('may be long', async () => {
    const owner = 'x'.repeat(10_000);
    const body = Array.from({ length: 300 }, () => ({ ...aClient, owner }));
    for (const transport of transports) {
      const { hydra } = await start('v26', () => ({ body }), { transport });
      expect(await gather(hydra.clients.list())).toHaveLength(300);
    }
  });
});

describe('calls that no version accepts are not sent', () => {
  const senseless: Record<string, (hydra: Hydra) => Promise<unknown>> = {
    'a client without an id': ({ clients }) => clients.get(''),
    'a client id that leads out of the path': ({ clients }) => clients.delete('..'),
    'a key without an id': ({ keys }) => keys.deleteKey('set', ''),
    'a key that is its set': ({ keys }) => keys.deleteKey('set', '.'),
    'a set without a name': ({ keys }) => keys.deleteSet(''),
    'a rejection without an error': ({ login }) => login.reject('c', { error: '' }),
    'consents of nobody': ({ consentSessions }) => consentSessions.page(''),
    'consents to no client': ({ consentSessions }) =>
      consentSessions.revoke({ subject: 's', client: '' }),
    'logins of nobody': ({ loginSessions }) => loginSessions.revoke({ subject: '' }),
  };

  test.each(Object.entries(senseless))('%s', async (_what, call) => {
    const { api, hydra } = await start('v26');
    await expect(call(hydra)).rejects.toMatchObject({ name: 'HydraError', kind: 'bad_request' });
    expect(api.heard).toEqual([]);
  });
});

describe('calls that this version does not support are not sent', () => {
  const sid = ({ loginSessions }: Hydra) => loginSessions.revoke({ sid: 's' });
  const byId = ({ consentSessions }: Hydra) => consentSessions.revoke({ consentRequestId: 'c' });
  const flush = ({ tokens }: Hydra) => tokens.flush();
  const chosen = ({ clients }: Hydra) => clients.create({ client_id: 'mine' });
  const symmetric = ({ keys }: Hydra) => keys.create('set', { alg: 'HS256' });
  const slash = ({ keys }: Hydra) => keys.deleteSet('set/kid');

  test.each([
    ['1.x', 'v1', 'ending a login by sid', sid],
    ['2.0', 'v20', 'ending a login by sid', sid],
    ['2.3', 'v2', 'revoking a consent by id', byId],
    ['2.0', 'v20', 'choosing a client_id', chosen],
    ['2.0', 'v20', 'flushing tokens', flush],
    ['26.2', 'v26', 'flushing tokens', flush],
    ['26.2', 'v26', 'making a symmetric key', symmetric],
    ['2.3', 'v2', 'a set with a slash in its name', slash],
  ] as const)('on %s (%s): %s', async (_name, version, _what, call) => {
    const { api, hydra } = await start(version);
    await expect(call(hydra)).rejects.toMatchObject({ kind: 'unsupported' });
    expect(api.heard).toEqual([]);
  });

  test('unless the server was upgraded meanwhile', async () => {
    let version = 'v2.0.0';
    const api = await startAdminApi(({ path }, res) => {
      if (path === '/version') return json(res, { version });
      res.writeHead(204).end();
    });
    const hydra = createHydra(configFor(api, { transport: 'undici' }));
    await expect(sid(hydra)).rejects.toMatchObject({ kind: 'unsupported' });
    version = 'v2.1.0';
    await expect(sid(hydra)).resolves.toBeUndefined();
  });
});

describe.each(transports)('sending by %s', (transport) => {
  test('sends the right path, query, body and content type', async () => {
    const reply: Answering = ({ method, path }) => {
      if (method === 'DELETE') return { status: 204 };
      if (path.endsWith('/introspect')) return { body: { active: false } };
      return { status: method === 'POST' ? 201 : 200, body: aClient };
    };
    const { api, hydra } = await start('v2', reply, { transport });
    await hydra.tokens.introspect('a&b=c ü', { scope: ['x', 'y'] });
    await hydra.clients.create({ client_name: 'ü' });
    await hydra.clients.replace('a b', { scope: 's' });
    await hydra.consentSessions.revoke({ subject: 'a&all=true', client: 'c' });
    await hydra.consentSessions.revoke({ subject: 's', all: true });
    const said = api.heard.map(({ method, path, query, body, headers }) => [
      method,
      path,
      query.toString(),
      body,
      headers['content-type'],
    ]);
    const [form, js] = ['application/x-www-form-urlencoded', 'application/json'];
    const consents = '/admin/oauth2/auth/sessions/consent';
    expect(said).toEqual([
      ['POST', '/admin/oauth2/introspect', '', 'token=a%26b%3Dc%20%C3%BC&scope=x%20y', form],
      ['POST', '/admin/clients', '', '{"client_name":"ü"}', js],
      ['PUT', '/admin/clients/a%20b', '', '{"scope":"s"}', js],
      ['DELETE', consents, 'subject=a%26all%3Dtrue&client=c', '', undefined],
      ['DELETE', consents, 'subject=s&all=true', '', undefined],
    ]);
  });

  test('sends again only if nothing can have changed', async () => {
    const api = await startAdminApi((_heard, _res, socket) => void socket.destroy());
    const hydra = createHydra(configFor(api, { transport, version: '26.2.0' }));
    await expect(hydra.clients.get('a')).rejects.toMatchObject({ kind: 'down', mayBeDone: false });
    expect(api.heard).toHaveLength(2);
    const changing = [() => hydra.clients.create({}), () => hydra.clients.delete('a')];
    for (const change of changing) {
      api.heard.length = 0;
      await expect(change()).rejects.toMatchObject({ kind: 'down', mayBeDone: true });
      expect(api.heard).toHaveLength(1);
    }
    await api.close();
    await expect(hydra.clients.create({})).rejects.toMatchObject({
      kind: 'down',
      mayBeDone: false,
    });
  });

  test('waits longer for a new key, and says that it may exist', async () => {
    const api = await startAdminApi(({ body }, res, socket) => {
      const { kid, alg } = JSON.parse(body);
      if (alg === 'RS256') socket.destroy();
      else setTimeout(() => json(res, { keys: [{ kty: 'EC', kid }] }, 201), 300);
    });
    const config = configFor(api, { transport, version: '26.2.0' });
    const { keys } = createHydra({ ...config, timeoutMs: 100 });
    await expect(keys.create('set', { alg: 'ES256', kid: 'k' })).resolves.toMatchObject({
      privateKey: { kid: 'k', alg: 'ES256' },
    });
    const slow = keys.create('set', { alg: 'ES256', kid: 'mine' }, { timeoutMs: 50 });
    await expect(slow).rejects.toThrow(/may exist.*"mine"/);
    await expect(slow).rejects.toMatchObject({ kind: 'slow', mayBeDone: true });
    await expect(keys.create('set', { alg: 'RS256' })).rejects.toThrow(/may exist/);
  });

  test('keeps secrets out of errors, even if the server repeats them', async () => {
    const reply: Answering = ({ body }) => ({
      status: 400,
      body: { error: 'invalid_request', error_description: decodeURIComponent(body) },
    });
    const { hydra } = await start('v26', reply, { transport });
    const secret = 'not for the log';
    for (const call of [
      hydra.tokens.introspect(secret),
      hydra.clients.create({ client_secret: secret }),
      hydra.clients.replace('a', { client_secret: secret }),
    ]) {
      const error: Error = await call.then(
        () => new Error('it went well'),
        (fault: Error) => fault,
      );
      expect(error.message).toMatch(/400 bad_request$/);
    }
  });
});

test.each([
  ['no list', {}],
  ['a list of texts', ['a']],
  ['a client without an id', [{ client_name: 'a' }]],
  ['a member of the wrong type', [{ ...aClient, grant_types: 'code' }]],
])('refuses %s as a list of clients', async (_what, body) => {
  const { hydra } = await start('v26', () => ({ body }));
  await expect(hydra.clients.page()).rejects.toMatchObject({ kind: 'nonsense', status: 200 });
});

test('a 404 to a revocation means, up to 1.9, that there was nothing to revoke', async () => {
  const body = { error: 'Not Found', error_description: '' };
  const { hydra } = await start('v1', () => ({ status: 404, body }));
  const done = hydra.consentSessions.revoke({ subject: 's', all: true });
  await expect(done).resolves.toBeUndefined();
});

test('a new key is split into its private and its public part', async () => {
  const pair = [
    { kid: 'public:k', kty: 'EC', x: 'x' },
    { kid: 'private:k', kty: 'EC', x: 'x', d: 'd' },
  ];
  const single = { kid: 'k', kty: 'RSA', n: 'n', d: 'd', p: 'p', q: 'q', dp: '', dq: '', qi: '' };
  for (const [version, alg, keys, privateKid, publicKey] of [
    ['v1', 'ES256', pair, 'private:k', { ...pair[0], alg: 'ES256' }],
    ['v26', 'RS256', [single], 'k', { kid: 'k', kty: 'RSA', n: 'n', alg: 'RS256' }],
    ['v1', 'HS256', [{ kid: 'k', kty: 'oct', k: 'k' }], 'k', undefined],
  ] as const) {
    const { hydra } = await start(version, () => ({ status: 201, body: { keys } }));
    const made = await hydra.keys.create('set', { alg });
    expect(made.privateKey.kid).toBe(privateKid);
    expect(made.publicKey).toEqual(publicKey);
  }
});
