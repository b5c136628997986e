import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Browser, openWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const login = '/admin/oauth2/auth/requests/login';
const consent = '/admin/oauth2/auth/requests/consent';
const logout = '/admin/oauth2/auth/requests/logout';
const device = '/admin/oauth2/auth/requests/device';

describe('the admin port', () => {
  test('serves everything with and without /admin, and with a slash at the end', async () => {
    for (const path of ['/version', '/health/alive', '/health/ready', '/clients']) {
      for (const url of [path, `/admin${path}`, `${path}/`]) {
        const answer = await world.admin('GET', url);
        expect([url, answer.status]).toEqual([url, 200]);
        expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
        expect(answer.headers.get('cache-control')).toMatch('no-store');
      }
    }
    expect((await world.admin('GET', '/version')).body.version).toMatch(/^(v26\.2\.0|master)$/);
    expect((await world.admin('GET', '/health/alive')).body).toEqual({ status: 'ok' });
  });

  test('says in plain text that it has no such path, or no such method there', async () => {
    for (const path of ['/nope', '/admin/nope', '/admin/oauth2/flush']) {
      const answer = await world.admin('GET', path);
      expect([answer.status, answer.text]).toEqual([404, '404 page not found\n']);
      expect(answer.headers.get('content-type')).toMatch('text/plain');
    }
    const wrong = await world.admin('DELETE', `${login}?login_challenge=x`);
    expect([wrong.status, wrong.text.trim()]).toEqual([405, 'Method Not Allowed']);
    expect(wrong.headers.get('allow')).toBe('GET, HEAD');
    expect((await world.admin('OPTIONS', '/clients')).status).toBe(405);
    expect((await world.admin('HEAD', '/clients')).status).toBe(200);
  });

  test('writes & as an escape inside JSON', async () => {
    const client = await world.register();
    const page = await new Browser().open(world.authUrl(client));
    const answer = await world.request(page);
    expect(answer.text).toMatch('\\u0026response_type=code');
    expect(answer.body.request_url).toBe(world.authUrl(client));
  });
});

describe('a request that cannot be found', () => {
  const errorOf = async (method: string, path: string, body?: unknown) => {
    const answer = await world.admin(method, path, body);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(Object.keys(answer.body)).toEqual(['error', 'error_description']);
    return [answer.status, answer.body.error];
  };

  test('is a 400 when its challenge is missing, and a 404 when nobody knows it', async () => {
    for (const path of [login, consent]) {
      expect(await errorOf('GET', path)).toEqual([400, 'invalid_request']);
      expect(await errorOf('PUT', `${path}/accept`, {})).toEqual([400, 'invalid_request']);
      expect(await errorOf('PUT', `${path}/reject`, {})).toEqual([400, 'invalid_request']);
      expect(await errorOf('GET', `${path}?challenge=undefined`)).toEqual([404, 'Not Found']);
      const reject = `${path}/reject?challenge=x`;
      expect(await errorOf('PUT', reject, {})).toEqual([404, 'Not Found']);
    }
    const accept = `${login}/accept?login_challenge=x`;
    expect(await errorOf('PUT', accept, { subject: 'jane' })).toEqual([404, 'Not Found']);
    expect(await errorOf('PUT', `${consent}/accept?challenge=x`, {})).toEqual([404, 'Not Found']);
    const unlocated = [404, 'Unable to locate the resource'];
    expect(await errorOf('GET', `${logout}?logout_challenge=x`)).toEqual(unlocated);
    expect(await errorOf('GET', logout)).toEqual(unlocated);
    expect(await errorOf('PUT', `${logout}/accept?challenge=x`)).toEqual(unlocated);
    expect(await errorOf('PUT', `${logout}/reject?challenge=x`)).toEqual([404, 'Not Found']);
    expect(await errorOf('PUT', `${device}/accept`, {})).toEqual([400, 'invalid_request']);
    const code = { user_code: 'abcdefgh' };
    const unknown = `${device}/accept?device_challenge=x`;
    expect(await errorOf('PUT', unknown, code)).toEqual([404, 'Not Found']);
  });

  test('is a 404 when the challenge is of another kind', async () => {
    const client = await world.register();
    const page = await new Browser().open(world.authUrl(client));
    const challenge = encodeURIComponent(page.parameters['login_challenge'] ?? '');
    expect((await world.admin('GET', `${login}?challenge=${challenge}`)).status).toBe(200);
    expect((await world.admin('GET', `${consent}?challenge=${challenge}`)).status).toBe(404);
  });
});

describe('the body of an answer', () => {
  test('must be JSON with the right types, whatever its header says; more members are borne', async () => {
    const client = await world.register();
    const browser = new Browser();
    const page = await browser.open(world.authUrl(client));
    const statusOf = async (body: unknown) => {
      const challenge = encodeURIComponent(page.parameters['login_challenge'] ?? '');
      const answer = await world.admin('PUT', `${login}/accept?challenge=${challenge}`, body);
      return [answer.status, answer.body.error];
    };
    const good = [200, undefined];
    const bad = [400, 'invalid_request'];
    expect(await statusOf({ subject: 'jane', unknown: 1, remember: null })).toEqual(good);
    expect(await statusOf({ Subject: 'jane' })).toEqual(good);
    expect(await statusOf('')).toEqual(bad);
    expect(await statusOf('[]')).toEqual(bad);
    expect(await statusOf('{"subject":')).toEqual(bad);
    expect(await statusOf({})).toEqual(bad);
    expect(await statusOf({ subject: '' })).toEqual(bad);
    expect(await statusOf({ subject: 1 })).toEqual(bad);
    expect(await statusOf({ subject: 'jane', remember: 'on' })).toEqual(bad);
    expect(await statusOf({ subject: 'jane', remember_for: '3600' })).toEqual(bad);
    expect(await statusOf({ subject: 'jane', remember_for: 0.5 })).toEqual(bad);
    expect(await statusOf({ subject: 'jane', amr: 'pwd' })).toEqual(bad);
  });

  test('is called plain "error" when that of a consent is bad', async () => {
    const client = await world.register();
    const browser = new Browser();
    const page = await world.accept(browser, await browser.open(world.authUrl(client)));
    const bodies = [
      { grant_scope: 'openid' },
      { session: { id_token: [] } },
      { session: 'x' },
      undefined,
    ];
    for (const body of bodies) {
      const answer = await world.answer(page, 'accept', body);
      expect([answer.status, answer.body.error]).toEqual([400, 'error']);
    }
    expect((await world.answer(page, 'accept', { session: null })).status).toBe(200);
  });
});

describe('clients', () => {
  test('show their secret once, and have a default for everything', async () => {
    const created = await world.admin('POST', '/clients', {});
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toBe(`/admin/clients/${created.body.client_id}`);
    expect(created.body.client_secret).toMatch(/^.{26}$/);
    expect(created.body).toMatchObject({
      client_name: '',
      redirect_uris: null,
      grant_types: null,
      response_types: null,
      audience: [],
      contacts: null,
      scope: 'offline_access offline openid',
      subject_type: 'public',
      token_endpoint_auth_method: 'client_secret_basic',
      userinfo_signed_response_alg: 'none',
      jwks: {},
      metadata: {},
      skip_consent: false,
      skip_logout_consent: null,
      client_secret_expires_at: 0,
      authorization_code_grant_access_token_lifespan: null,
    });
    const read = await world.admin('GET', `/clients/${created.body.client_id}`);
    expect(read.body).toMatchObject({ redirect_uris: [], grant_types: [], contacts: [] });
    expect(read.body).not.toHaveProperty('client_secret');
    const open = await world.admin('POST', '/clients', { token_endpoint_auth_method: 'none' });
    expect(open.body).not.toHaveProperty('client_secret');
  });

  test('are replaced whole, but keep their secret unless a new one is given', async () => {
    const client = await world.register({ grant_types: ['client_credentials'] });
    const url = `/clients/${client.client_id}`;
    const grant = { grant_type: 'client_credentials' };
    const kept = await world.admin('PUT', url, {
      client_id: 'ignored',
      grant_types: ['client_credentials'],
    });
    expect(kept.status).toBe(200);
    expect(kept.body).toMatchObject({ client_id: client.client_id, redirect_uris: null });
    expect(kept.body).not.toHaveProperty('client_secret');
    expect((await world.post('/oauth2/token', grant, client)).status).toBe(200);
    const renewed = await world.admin('PUT', url, {
      client_secret: 'renewed secret',
      grant_types: ['client_credentials'],
    });
    expect(renewed.body.client_secret).toBe('renewed secret');
    expect((await world.admin('GET', url)).body).not.toHaveProperty('client_secret');
    expect((await world.post('/oauth2/token', grant, client)).status).toBe(401);
    expect((await world.post('/oauth2/token', grant, renewed.body)).status).toBe(200);
  });

  test('take their tokens and consents with them', async () => {
    const client = await world.register();
    const subject = `gone-${client.client_id}`;
    const back = await world.signIn(new Browser(), client, { login: { subject } });
    const { body } = await world.exchange(back, client);
    expect((await world.introspect(body.access_token)).active).toBe(true);
    expect((await world.admin('DELETE', `/clients/${client.client_id}`)).status).toBe(204);
    expect((await world.introspect(body.access_token)).active).toBe(false);
    expect((await world.introspect(body.refresh_token)).active).toBe(false);
    const sessions = '/admin/oauth2/auth/sessions/consent';
    expect((await world.admin('GET', `${sessions}?subject=${subject}`)).body).toEqual([]);
    const again = await world.admin('DELETE', `/clients/${client.client_id}`);
    expect([again.status, again.body]).toEqual([
      404,
      { error: 'Unable to locate the resource', error_description: '' },
    ]);
  });

  test('are refused with the words of the registration protocol', async () => {
    const errorOf = async (body: unknown) => {
      const { status, body: answer } = await world.admin('POST', '/clients', body);
      return [status, answer.error];
    };
    const metadata = [400, 'invalid_client_metadata'];
    const redirect = [400, 'invalid_redirect_uri'];
    expect(await errorOf({ client_secret: 'short' })).toEqual(metadata);
    expect(await errorOf({ subject_type: 'pairwise' })).toEqual(metadata);
    expect(await errorOf({ logo_uri: 'javascript:alert(1)' })).toEqual(metadata);
    expect(await errorOf({ token_endpoint_auth_method: 'private_key_jwt' })).toEqual(metadata);
    expect(await errorOf({ allowed_cors_origins: ['https://a.test/path'] })).toEqual(metadata);
    const elsewhere = {
      redirect_uris: ['https://a.test/'],
      post_logout_redirect_uris: ['https://b.test/'],
    };
    expect(await errorOf(elsewhere)).toEqual(metadata);
    expect(await errorOf({ redirect_uris: ['https://a.test/#x'] })).toEqual(redirect);
    const malformed = [400, 'The request was malformed or contained invalid parameters'];
    expect(await errorOf('')).toEqual(malformed);
    expect(await errorOf({ redirect_uris: 'https://a.test' })).toEqual(malformed);
    const { client_id } = await world.register();
    const taken =
      'Unable to insert or update resource because a resource with that value exists already';
    expect(await errorOf({ client_id })).toEqual([409, taken]);
    const odd = { client_id: `a b/${randomUUID()}`, grant_types: ['smoke'], metadata: 'text' };
    expect(await errorOf(odd)).toEqual([201, undefined]);
  });

  test('are listed in pages whose links end with the last', async () => {
    const owner = randomUUID();
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1)
      ids.push((await world.register({ owner })).client_id);
    const listed: string[] = [];
    let next: string | undefined = `/admin/clients?owner=${owner}&page_size=2`;
    const sizes: number[] = [];
    while (next) {
      const page = await world.admin('GET', next);
      for (const client of page.body) {
        listed.push(client.client_id);
        expect(client).not.toHaveProperty('client_secret');
      }
      sizes.push(page.body.length);
      const link = page.headers.get('link') ?? '';
      expect(link).toMatch(/^<\/admin\/clients\?[^>]*page_size=2[^>]*>; rel="first"/);
      expect(page.headers.has('x-total-count')).toBe(false);
      next = /<([^>]+)>; rel="next"/.exec(link)?.[1];
    }
    expect(sizes).toEqual([2, 1]);
    expect(listed.toSorted()).toEqual(ids.toSorted());
    for (const query of ['page_size=x', 'page_token=x']) {
      expect((await world.admin('GET', `/clients?${query}`)).status).toBe(400);
    }
    expect((await world.admin('GET', `/clients?owner=${owner}&page_size=0`)).body).toHaveLength(3);
  });
});

describe('consent sessions', () => {
  const path = '/admin/oauth2/auth/sessions/consent';

  test('list what a person granted, when it came back', async () => {
    const client = await world.register();
    const subject = randomUUID();
    const url = `${path}?subject=${subject}`;
    const browser = new Browser();
    const page = await browser.open(world.authUrl(client));
    const asked = await world.accept(browser, page, { subject, remember: true });
    await world.answer(asked, 'accept', { grant_scope: ['openid'] });
    const before = await world.admin('GET', url);
    expect([before.status, before.body, before.headers.has('link')]).toEqual([200, [], false]);

    const session = { access_token: { tenant: 'acme' }, id_token: { name: 'Jane' } };
    await world.accept(browser, asked, {
      grant_scope: ['openid'],
      session,
      remember: true,
      context: { trace: 1 },
    });
    const after = await world.admin('GET', url);
    expect(after.headers.get('link')).toMatch('rel="first"');
    expect(after.body).toHaveLength(1);
    expect(after.body[0]).toMatchObject({
      grant_scope: ['openid'],
      grant_access_token_audience: [],
      session,
      remember: true,
      remember_for: 0,
      context: { trace: 1 },
      consent_request: { challenge: '', subject, client: { client_id: client.client_id } },
    });
    expect(after.body[0].handled_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
    expect(after.body[0].consent_request.client).not.toHaveProperty('client_secret');

    await world.signIn(browser, client, {
      parameters: { scope: 'openid' },
      login: { subject },
    });
    expect((await world.admin('GET', url)).body).toHaveLength(1);
    const { login_session_id: sid } = after.body[0].consent_request;
    const narrowed = await world.admin('GET', `${url}&login_session_id=${sid}`);
    expect(narrowed.body).toHaveLength(1);
    expect((await world.admin('GET', `${url}&login_session_id=other`)).body).toEqual([]);
    expect((await world.admin('GET', path)).status).toBe(400);

    await world.admin('DELETE', `/admin/oauth2/auth/sessions/login?subject=${subject}`);
    const detached = await world.admin('GET', url);
    expect(detached.body[0].consent_request.login_session_id).toBe('');
  });

  test('are revoked by exactly one selector, with their tokens and no others', async () => {
    const subject = randomUUID();
    const client = await world.register();
    const tokens = async (owner: unknown) => {
      const back = await world.signIn(new Browser(), owner, { login: { subject } });
      return (await world.exchange(back, owner)).body;
    };
    const isActive = async (token: string) => (await world.introspect(token)).active;
    const [first, second] = [await tokens(client), await tokens(client)];
    const other = await tokens(await world.register());
    for (const query of ['', `?subject=${subject}`, '?client=x', '?all=true', '?all=1']) {
      expect((await world.admin('DELETE', `${path}${query}`)).status).toBe(400);
    }
    const both = `?subject=${subject}&client=${client.client_id}&all=true`;
    expect((await world.admin('DELETE', `${path}${both}`)).status).toBe(400);

    const list = await world.admin('GET', `${path}?subject=${subject}`);
    const isOfClient = (item: { consent_request: { client: { client_id: string } } }) =>
      item.consent_request.client.client_id === client.client_id;
    const id = list.body.find(isOfClient).consent_request_id;
    await world.admin('DELETE', `${path}?consent_request_id=${id}`);
    const left = await Promise.all([first, second, other].map((set) => isActive(set.access_token)));
    expect(left.filter(Boolean)).toHaveLength(2);

    const ofClient = `?subject=${subject}&client=${client.client_id}`;
    expect((await world.admin('DELETE', `${path}${ofClient}`)).status).toBe(204);
    expect(await isActive(first.refresh_token)).toBe(false);
    expect(await isActive(second.access_token)).toBe(false);
    expect(await isActive(other.access_token)).toBe(true);
    expect((await world.admin('DELETE', `${path}?subject=${subject}&all=true`)).status).toBe(204);
    expect(await isActive(other.access_token)).toBe(false);
    expect((await world.admin('DELETE', `${path}?subject=nobody&all=true`)).status).toBe(204);
  });
});

describe('login sessions', () => {
  const path = '/admin/oauth2/auth/sessions/login';

  test('are revoked by subject or by id, and no token is', async () => {
    const client = await world.register();
    for (const selector of ['subject', 'sid']) {
      const browser = new Browser();
      const subject = randomUUID();
      const skips = async () => {
        const page = await browser.open(world.authUrl(client));
        return (await world.request(page)).body;
      };
      const back = await world.signIn(browser, client, { login: { subject, remember: true } });
      const { body } = await world.exchange(back, client);
      const { skip, session_id: sid } = await skips();
      expect(skip).toBe(true);
      const values: Record<string, string> = { subject, sid };
      const revoked = await world.admin('DELETE', `${path}?${selector}=${values[selector]}`);
      expect(revoked.status).toBe(204);
      expect((await skips()).skip).toBe(false);
      expect((await world.introspect(body.access_token)).active).toBe(true);
    }
    expect((await world.admin('DELETE', path)).status).toBe(400);
    expect((await world.admin('DELETE', `${path}?sid=unknown`)).status).toBe(204);
  });

  test('that ended while the app was asked are not remembered anew', async () => {
    const browser = new Browser();
    const client = await world.register();
    const subject = randomUUID();
    await world.signIn(browser, client, { login: { subject, remember: true } });
    const page = await browser.open(world.authUrl(client));
    await world.admin('DELETE', `${path}?subject=${subject}`);
    const asked = await world.accept(browser, page, { subject });
    expect(asked.parameters).toHaveProperty('consent_challenge');
    expect((await world.accept(browser, asked)).parameters['error']).toBe('error');
    const later = await browser.open(world.authUrl(client));
    expect((await world.request(later)).body.skip).toBe(false);
  });
});

describe('introspection', () => {
  test('tells all of a token, and nothing of one that is not active', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client, {
      parameters: { audience: 'https://api.example.test' },
      consent: {
        grant_access_token_audience: ['https://api.example.test'],
        session: { access_token: { tenant: 'acme', list: null } },
      },
    });
    const { body } = await world.exchange(back, client);
    const access = await world.introspect(body.access_token, 'openid profile');
    expect(access).toMatchObject({
      active: true,
      scope: 'openid offline_access profile',
      client_id: client.client_id,
      sub: 'jane',
      aud: ['https://api.example.test'],
      iss: world.issuer,
      token_type: 'Bearer',
      token_use: 'access_token',
      ext: { tenant: 'acme', list: null },
    });
    expect(access.exp - access.iat).toBeGreaterThan(3500);
    const refresh = await world.introspect(body.refresh_token);
    expect(refresh).toMatchObject({ active: true, token_use: 'refresh_token', sub: 'jane' });
    expect(await world.introspect(body.access_token, 'email')).toEqual({ active: false });
    expect(await world.introspect(body.id_token)).toEqual({ active: false });
    expect(await world.introspect('unknown')).toEqual({ active: false });
  });

  test('reads a form and nothing else', async () => {
    const url = `${world.adminUrl}/oauth2/introspect`;
    const statusOf = async (init: RequestInit) =>
      (await fetch(url, { method: 'POST', ...init })).status;
    expect(await statusOf({ body: new URLSearchParams() })).toBe(400);
    expect(await statusOf({ body: JSON.stringify({ token: 'x' }) })).toBe(400);
    expect(await statusOf({ body: new URLSearchParams({ other: 'x' }) })).toBe(200);
  });
});
