import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Browser, claimsOf, openWorld, type Page, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

function expectErrorAtClient(page: Page, error: string) {
  expect(page.status).toBe(303);
  expect(page.location.href).toMatch(/^http:\/\/localhost:5555\/callback\?/);
  expect(page.parameters).toMatchObject({ error, state: 'some-state' });
}

function expectErrorAtApp(page: Page, error: string) {
  expect(page.status).toBe(302);
  expect(page.location.href).toMatch(`${world.appUrl}/error?`);
  expect(page.parameters).toMatchObject({ error });
  expect(Object.keys(page.parameters).toSorted()).toEqual(['error', 'error_description']);
}

describe('the legs of the code flow', () => {
  test('go to the app with 302 and to the client with 303', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    expect(login.status).toBe(302);
    expect(login.location.href).toMatch(`${world.appUrl}/login?login_challenge=`);
    const consent = await world.accept(browser, login);
    expect(consent.status).toBe(302);
    expect(consent.location.href).toMatch(`${world.appUrl}/consent?consent_challenge=`);
    const back = await world.accept(browser, consent, { grant_scope: ['openid'] });
    expect(back.status).toBe(303);
    expect(back.location.href).toMatch('http://localhost:5555/callback?code=');
    expect(back.parameters).toMatchObject({ scope: 'openid', state: 'some-state' });
  });

  test('carry challenges and verifiers of a real length, with padding', async () => {
    const browser = new Browser();
    const client = await world.register({
      client_name: 'A shop with a name',
      client_uri: 'https://shop.example.test',
      policy_uri: 'https://shop.example.test/privacy',
      tos_uri: 'https://shop.example.test/terms',
      logo_uri: 'https://shop.example.test/logo.png',
    });
    const login = await browser.open(world.authUrl(client, { nonce: 'some-nonce' }));
    const challenge = login.parameters['login_challenge'] ?? '';
    expect(challenge.length).toBeGreaterThanOrEqual(1000);
    expect(challenge).toMatch(/^[\w-]+={0,2}$/);
    const unpadded = { ...login, parameters: { login_challenge: challenge.replace(/=+$/, '') } };
    const isPadded = challenge.endsWith('=');
    expect((await world.request(unpadded)).status).toBe(isPadded ? 404 : 200);
  });

  test('show the app all of the request', async () => {
    const browser = new Browser();
    const client = await world.register();
    const url = world.authUrl(client, {
      audience: 'https://api.example.test',
      acr_values: '1 2',
      ui_locales: 'de en',
      display: 'popup',
      login_hint: 'jane@example.test',
      approval_prompt: 'force',
    });
    const login = await browser.open(url);
    const asked = await world.request(login);
    expect(asked.status).toBe(200);
    expect(Object.keys(asked.body)).toEqual([
      'challenge',
      'requested_scope',
      'requested_access_token_audience',
      'skip',
      'subject',
      'oidc_context',
      'client',
      'request_url',
      'session_id',
    ]);
    expect(asked.body).toMatchObject({
      challenge: login.parameters['login_challenge'],
      requested_scope: ['openid', 'offline_access', 'profile'],
      requested_access_token_audience: ['https://api.example.test'],
      skip: false,
      subject: '',
      oidc_context: {
        acr_values: ['1', '2'],
        ui_locales: ['de', 'en'],
        display: 'popup',
        login_hint: 'jane@example.test',
      },
      request_url: url,
    });
    expect(asked.body.client).toMatchObject({ client_id: client.client_id });
    expect(asked.body.client).not.toHaveProperty('client_secret');

    const consent = await world.accept(browser, login, {
      acr: '2',
      amr: ['pwd'],
      context: { from: ['login'] },
    });
    const { body } = await world.request(consent);
    expect(body).toMatchObject({
      skip: false,
      subject: 'jane',
      acr: '2',
      amr: ['pwd'],
      context: { from: ['login'] },
      login_session_id: asked.body.session_id,
      requested_scope: ['openid', 'offline_access', 'profile'],
    });
    expect(body.consent_request_id).toMatch(/^[0-9a-f]{32}$/);
    expect(body.login_challenge).toMatch(/^[0-9a-f]{32}$/);
  });

  test('end with what the app granted, not with what was requested', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client, {
      parameters: { scope: 'openid' },
      consent: { grant_scope: ['openid', 'never-registered'] },
    });
    expect(back.parameters['scope']).toBe('openid never-registered');
  });

  test('end without any token but the access token when nothing is granted', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client, { consent: { grant_scope: [] } });
    const { body } = await world.exchange(back, client);
    expect(Object.keys(body).toSorted()).toEqual([
      'access_token',
      'expires_in',
      'scope',
      'token_type',
    ]);
  });

  test('answer after the # or by a form that posts itself, when the client wants that', async () => {
    const client = await world.register();
    const fragment = await world.signIn(new Browser(), client, {
      parameters: { response_mode: 'fragment' },
    });
    expect(fragment.location.hash).toMatch(/^#code=/);
    const form = await world.signIn(new Browser(), client, {
      parameters: { response_mode: 'form_post' },
    });
    expect(form.status).toBe(200);
    expect(form.text).toMatch(/action="http:\/\/localhost:5555\/callback"/);
    expect(form.text).toMatch(/name="code" value="ory_ac_/);
    expect(form.text).toMatch(/name="state" value="some-state"/);
  });
});

describe('a remembered sign-in', () => {
  test('is skipped, and the app must still answer for the same person', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true, acr: '2', amr: ['pwd'] } });
    const login = await browser.open(world.authUrl(client));
    const asked = await world.request(login);
    expect(asked.body).toMatchObject({ skip: true, subject: 'jane' });

    const other = await world.answer(login, 'accept', { subject: 'john' });
    expect(other.status).toBe(200);
    const restart = new URL(other.body.redirect_to);
    expect(restart.searchParams.get('prompt')).toBe('login');
    expect(restart.searchParams.has('login_verifier')).toBe(false);

    const consent = await world.accept(browser, login);
    expect((await world.request(consent)).body).toMatchObject({ acr: '', amr: [] });
    const { body } = await world.exchange(await world.accept(browser, consent), client);
    expect(claimsOf(body.id_token)).not.toHaveProperty('acr');
    const again = await browser.open(restart);
    expect((await world.request(again)).body).toMatchObject({ skip: false, subject: '' });
  });

  test('keeps its id, which is the sid of the ID token', async () => {
    const browser = new Browser();
    const client = await world.register();
    const first = await world.exchange(
      await world.signIn(browser, client, { login: { remember: true } }),
      client,
    );
    const login = await browser.open(world.authUrl(client));
    const asked = await world.request(login);
    expect(asked.body.session_id).toBe(claimsOf(first.body.id_token).sid);
  });

  test('lives in a cookie as long as the app says, and 30 days when it says nothing', async () => {
    const client = await world.register();
    const maxAge = async (login: object) => {
      const browser = new Browser();
      const consent = await world.accept(browser, await browser.open(world.authUrl(client)), login);
      const cookies = consent.headers.getSetCookie();
      return cookies.find((cookie) => cookie.startsWith('ory_hydra_session'));
    };
    expect(await maxAge({ remember: true, remember_for: 3600 })).toMatch(/Max-Age=3600;.*HttpOnly/);
    expect(await maxAge({ remember: true })).toMatch(/Max-Age=2592000;.*SameSite=Lax/);
    expect(await maxAge({ remember: false })).not.toMatch(/Max-Age=[1-9]/);
  });

  test('leaves its cookie alone when skipped, unless it is to be extended', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    const skip = async (login: object) => {
      const page = await browser.open(world.authUrl(client));
      const consent = await world.accept(browser, page, login);
      return consent.headers
        .getSetCookie()
        .some((cookie) => cookie.startsWith('ory_hydra_session'));
    };
    expect(await skip({})).toBe(false);
    expect(await skip({ extend_session_lifespan: true, remember_for: 60 })).toBe(true);
  });

  test('ends for good when somebody signs in without being remembered', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    const thief = new Browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    const parameters = { prompt: 'login' };
    await world.signIn(browser, client, {
      parameters,
      login: { subject: 'john', remember: false },
    });
    for (const visitor of [browser, thief]) {
      const login = await visitor.open(world.authUrl(client));
      expect((await world.request(login)).body.skip).toBe(false);
    }
  });

  test('of a made-up cookie is none', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    const name = browser.cookieNamed('ory_hydra_session') ?? '';
    const value = browser.cookies.get(name) ?? '';
    browser.cookies.set(name, (value.startsWith('x') ? 'y' : 'x') + value.slice(1));
    const login = await browser.open(world.authUrl(client));
    expect((await world.request(login)).body.skip).toBe(false);
  });
});

describe('a remembered consent', () => {
  const remember = { consent: { remember: true } };

  test('is skipped when it covers all that is asked for, from any browser', async () => {
    const client = await world.register();
    const login = { subject: `jane-${client.client_id}` };
    await world.signIn(new Browser(), client, { login, ...remember });
    const skipFor = async (scope: string) => {
      const browser = new Browser();
      const page = await browser.open(world.authUrl(client, { scope }));
      const consent = await world.accept(browser, page, login);
      return (await world.request(consent)).body.skip;
    };
    expect(await skipFor('openid profile')).toBe(true);
    expect(await skipFor('openid profile email')).toBe(false);
  });

  test('is not looked at for prompt=consent, nor for a client that anybody can play', async () => {
    const login = { subject: 'shown-always' };
    const skips = async (changes: object, parameters: Record<string, string> = {}) => {
      const client = await world.register(changes);
      await world.signIn(new Browser(), client, { login, ...remember });
      const browser = new Browser();
      const page = await browser.open(world.authUrl(client, parameters));
      const consent = await world.accept(browser, page, login);
      return (await world.request(consent)).body.skip;
    };
    const open = { token_endpoint_auth_method: 'none', post_logout_redirect_uris: [] };
    expect(await skips({}, { prompt: 'consent' })).toBe(false);
    expect(await skips({ skip_consent: true })).toBe(true);
    expect(await skips(open)).toBe(true);
    expect(await skips({ ...open, redirect_uris: ['com.example.app:/callback'] })).toBe(false);
  });
});

describe('prompt, max_age and id_token_hint', () => {
  test('prompt=none calls the app only when somebody is remembered', async () => {
    const browser = new Browser();
    const client = await world.register();
    const url = world.authUrl(client, { prompt: 'none' });
    expectErrorAtClient(await browser.open(url), 'login_required');
    const login = { subject: `silent-${client.client_id}`, remember: true };
    await world.signIn(browser, client, { login });
    const silent = await browser.open(url);
    expect((await world.request(silent)).body.skip).toBe(true);
    expectErrorAtClient(await world.accept(browser, silent, login), 'consent_required');

    await world.signIn(browser, client, { login, consent: { remember: true } });
    const consent = await world.accept(browser, await browser.open(url), login);
    expect((await world.request(consent)).body.skip).toBe(true);
    expect((await world.accept(browser, consent)).parameters).toHaveProperty('code');
  });

  test('an unknown prompt, or none among others, fails after the login page', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    for (const prompt of ['create', 'LOGIN', 'none consent']) {
      const login = await browser.open(world.authUrl(client, { prompt }));
      expect(login.parameters).toHaveProperty('login_challenge');
      expectErrorAtClient(await world.accept(browser, login), 'invalid_request');
    }
    const login = await browser.open(world.authUrl(client, { prompt: 'none login' }));
    expectErrorAtClient(login, 'login_required');
  });

  test('prompt=login and max_age=0 ask again', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    const skips = async (parameters: Record<string, string>) => {
      const login = await browser.open(world.authUrl(client, parameters));
      return (await world.request(login)).body.skip;
    };
    expect(await skips({ prompt: 'login' })).toBe(false);
    expect(await skips({ max_age: '0' })).toBe(false);
    expect(await skips({ max_age: '-1' })).toBe(true);
    expect(await skips({ max_age: '3600' })).toBe(true);
    expectErrorAtClient(await browser.open(world.authUrl(client, { max_age: 'x' })), 'error');
  });

  test('the hint is shown to the app, and only that person will do', async () => {
    const browser = new Browser();
    const client = await world.register();
    const { body } = await world.exchange(await world.signIn(browser, client), client);
    const url = world.authUrl(client, { id_token_hint: body.id_token });
    const login = await new Browser().open(url);
    const asked = await world.request(login);
    expect(asked.body.oidc_context.id_token_hint_claims).toMatchObject({ sub: 'jane' });
    const back = await world.accept(browser, await browser.open(url), { subject: 'john' });
    expectErrorAtClient(back, 'login_required');

    await world.signIn(browser, client, { login: { subject: 'john', remember: true } });
    expectErrorAtClient(await browser.open(url), 'login_required');
    const garbled = world.authUrl(client, { id_token_hint: 'x.y.z' });
    expectErrorAtClient(await new Browser().open(garbled), 'invalid_request');
  });
});

describe('where errors go', () => {
  test('to the app while nobody knows which client it is, or where it wants its answer', async () => {
    const browser = new Browser();
    const client = await world.register();
    const errorFor = async (parameters: Record<string, string | undefined>, error: string) =>
      expectErrorAtApp(await browser.open(world.authUrl(client, parameters)), error);
    await errorFor({ client_id: undefined }, 'invalid_client');
    await errorFor({ client_id: 'nobody' }, 'invalid_client');
    await errorFor({ redirect_uri: 'https://evil.example.test' }, 'invalid_request');
    await errorFor({ redirect_uri: undefined }, 'invalid_request');
    await errorFor({ response_mode: 'smoke' }, 'unsupported_response_mode');
  });

  test('to the client for what it may not ask, before the app is called', async () => {
    const browser = new Browser();
    const client = await world.register();
    const errorFor = async (parameters: Record<string, string>, error: string) =>
      expectErrorAtClient(await browser.open(world.authUrl(client, parameters)), error);
    await errorFor({ scope: 'openid admin' }, 'invalid_scope');
    await errorFor({ audience: 'https://other.example.test' }, 'invalid_request');
    await errorFor({ response_type: 'token' }, 'unsupported_response_type');
    await errorFor({ response_type: '' }, 'unsupported_response_type');
    const short = await browser.open(world.authUrl(client, { state: 'short' }));
    expect(short.parameters).toMatchObject({ error: 'invalid_state', state: 'short' });
    const fragment = { response_mode: 'fragment', scope: 'admin' };
    const page = await browser.open(world.authUrl(client, fragment));
    expect(page.location.hash).toMatch('error=invalid_scope');
    const form = { response_mode: 'form_post', scope: 'admin' };
    expect((await browser.open(world.authUrl(client, form))).text).toMatch('invalid_scope');
  });

  test('to the client, in the words of the app, when the app refuses, from any browser', async () => {
    const client = await world.register();
    const reason = { error: 'access_denied', error_description: 'Not today', error_hint: 'ever' };
    const login = await new Browser().open(world.authUrl(client));
    const refused = await world.answer(login, 'reject', reason);
    const back = await new Browser().open(refused.body.redirect_to);
    expectErrorAtClient(back, 'access_denied');
    expect(back.parameters['error_description']).toBe('Not today ever');

    const browser = new Browser();
    const consent = await world.accept(browser, await browser.open(world.authUrl(client)));
    const denied = await world.answer(consent, 'reject', {});
    const denial = await new Browser().open(denied.body.redirect_to);
    expectErrorAtClient(denial, 'consent request denied');
  });

  test('to the client when PKCE is not S256, but only at the end', async () => {
    const client = await world.register();
    const parameters = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };
    expectErrorAtClient(
      await world.signIn(new Browser(), client, { parameters }),
      'invalid_request',
    );
  });

  test('to the app when a posted request comes back without its body', async () => {
    const browser = new Browser();
    const client = await world.register();
    const [endpoint = '', query = ''] = world.authUrl(client).split('?');
    const body = new URLSearchParams(query);
    const login = await browser.open(endpoint, { method: 'POST', body });
    expect((await world.request(login)).body.request_url).not.toMatch('client_id');
    expectErrorAtApp(await world.accept(browser, login), 'invalid_client');
  });

  test('to the app when the client is gone by then', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    await world.admin('DELETE', `/admin/clients/${client.client_id}`);
    expect((await world.request(login)).body.client.client_id).toBe(client.client_id);
    expectErrorAtApp(await world.accept(browser, login), 'invalid_client');
  });
});

describe('the life of a challenge', () => {
  test('goes on after it was answered: it can be read, and answered anew', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    const first = await world.answer(login, 'accept', { subject: 'jane' });
    const second = await world.answer(login, 'accept', { subject: 'john' });
    expect(second.status).toBe(200);
    expect(second.body.redirect_to).not.toBe(first.body.redirect_to);
    const consent = await browser.open(second.body.redirect_to);
    expect((await world.request(consent)).body.subject).toBe('john');
    expect((await world.request(login)).body).toMatchObject({ skip: false, subject: '' });
  });

  test('gives many consent challenges, of which the first that comes back counts', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    const accepted = await world.answer(login, 'accept', { subject: 'jane' });
    await browser.open(accepted.body.redirect_to);
    const consent = await browser.open(accepted.body.redirect_to);
    expect(consent.parameters).toHaveProperty('consent_challenge');
    const granted = await world.answer(consent, 'accept', { grant_scope: ['openid'] });
    const back = await browser.open(granted.body.redirect_to);
    expect(back.parameters).toHaveProperty('code');
    expectErrorAtClient(await browser.open(granted.body.redirect_to), 'access_denied');
    expectErrorAtClient(await world.accept(browser, consent), 'access_denied');
    expect((await world.exchange(back, client)).status).toBe(200);
    const other = await browser.open(accepted.body.redirect_to);
    expectErrorAtClient(await world.accept(browser, other), 'access_denied');
  });

  test('a rejection that came back does not stop a later consent', async () => {
    const browser = new Browser();
    const client = await world.register();
    const consent = await world.accept(browser, await browser.open(world.authUrl(client)));
    const denied = await world.answer(consent, 'reject', { error: 'access_denied' });
    expectErrorAtClient(await browser.open(denied.body.redirect_to), 'access_denied');
    const back = await world.accept(browser, consent);
    expect(back.parameters).toHaveProperty('code');
    const late = await world.answer(consent, 'reject', { error: 'too_late' });
    expectErrorAtClient(await browser.open(late.body.redirect_to), 'too_late');
  });

  test('belongs to one browser, and a consent that comes from another is lost', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    const accepted = await world.answer(login, 'accept', { subject: 'jane' });
    const stranger = await new Browser().open(accepted.body.redirect_to);
    expectErrorAtClient(stranger, 'request_forbidden');

    const consent = await browser.open(accepted.body.redirect_to);
    const granted = await world.answer(consent, 'accept', { grant_scope: ['openid'] });
    const elsewhere = await new Browser().open(granted.body.redirect_to);
    expectErrorAtClient(elsewhere, 'request_forbidden');
    expectErrorAtClient(await browser.open(granted.body.redirect_to), 'access_denied');
    expectErrorAtClient(await world.accept(browser, consent), 'access_denied');
  });

  test('ends when a second tab of the same client begins the same step, not of another', async () => {
    const browser = new Browser();
    const client = await world.register();
    const other = await world.register();
    const first = await browser.open(world.authUrl(client));
    await browser.open(world.authUrl(other));
    const consent = await world.accept(browser, first);
    const second = await browser.open(world.authUrl(client));
    expectErrorAtClient(await world.accept(browser, first), 'request_forbidden');
    expect((await world.accept(browser, consent)).parameters).toHaveProperty('code');
    expect((await world.accept(browser, second)).parameters).toHaveProperty('consent_challenge');
  });

  test('an unknown verifier, or that of another client, is told to the client', async () => {
    const browser = new Browser();
    const client = await world.register();
    const other = await world.register();
    for (const name of ['login_verifier', 'consent_verifier']) {
      const page = await browser.open(world.authUrl(client, { [name]: 'unknown' }));
      expectErrorAtClient(page, 'access_denied');
    }
    const consent = await world.accept(browser, await browser.open(world.authUrl(client)));
    const granted = await world.answer(consent, 'accept', { grant_scope: ['openid'] });
    const url = new URL(granted.body.redirect_to);
    url.searchParams.set('client_id', other.client_id);
    expectErrorAtClient(await browser.open(url), 'invalid_client');
  });
});
