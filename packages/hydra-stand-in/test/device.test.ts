import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { Browser, claimsOf, openWorld, type Page, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const grant = 'urn:ietf:params:oauth:grant-type:device_code';
const device = {
  grant_types: [grant, 'refresh_token'],
  redirect_uris: [],
  post_logout_redirect_uris: [],
};

async function waitingDevice(changes: object = {}, scope = 'openid offline_access') {
  const client = await world.register({ ...device, ...changes });
  const asked = await world.post(
    '/oauth2/device/auth',
    { client_id: client.client_id, scope },
    client,
  );
  const poll = async (other = client) => {
    const form = { grant_type: grant, device_code: asked.body.device_code };
    const { status, body } = await world.post('/oauth2/token', form, other);
    return { status, body };
  };
  return { client, ...asked, poll };
}

/** Types a code into the app's page. */
async function enter(browser: Browser, page: Page, userCode: string): Promise<Page> {
  const entered = await world.answer(page, 'accept', { user_code: userCode });
  return browser.open(entered.body.redirect_to);
}

const verify = () => `${world.publicUrl}/oauth2/device/verify`;

describe('the device flow', () => {
  test('lets an ordinary client in', async () => {
    const client = await world.register(device);
    const config = await oidc.discovery(
      new URL(world.issuer),
      client.client_id,
      undefined,
      oidc.ClientSecretBasic(client.client_secret),
      { execute: [oidc.allowInsecureRequests] },
    );
    const asked = await oidc.initiateDeviceAuthorization(config, {
      client_id: client.client_id,
      scope: 'openid offline_access',
    });
    const browser = new Browser();
    const start = await browser.open(asked.verification_uri_complete ?? '');
    const login = await enter(browser, start, asked.user_code);
    const done = await world.accept(browser, await world.accept(browser, login));
    expect(done.status).toBe(302);
    const tokens = await oidc.pollDeviceAuthorizationGrant(config, { ...asked, interval: 0.1 });
    expect(tokens.claims()).toMatchObject({ sub: 'jane', aud: [client.client_id] });
    expect(tokens.refresh_token).toMatch(/^ory_rt_/);
  });

  test('shows the code to the app, and no more than the app may know', async () => {
    const { body, client } = await waitingDevice();
    expect(body).toMatchObject({
      Header: null,
      device_code: expect.stringMatching(/^ory_dc_/),
      user_code: expect.stringMatching(/^[A-Za-z0-9]{8}$/),
      verification_uri: verify(),
      verification_uri_complete: `${verify()}?user_code=${body.user_code}`,
      interval: 5,
    });
    expect(body.expires_in).toBeGreaterThan(590);
    const browser = new Browser();
    const start = await browser.open(body.verification_uri_complete);
    expect(start.status).toBe(302);
    expect(start.location.href).toMatch(`${world.appUrl}/device/verify?device_challenge=`);
    expect(start.parameters['user_code']).toBe(body.user_code);
    expect(start.parameters['device_challenge']?.length).toBeGreaterThan(300);

    const login = await enter(browser, start, body.user_code);
    const asked = await world.request(login);
    const requestUrl = `${verify()}?client_id=${client.client_id}&user_code=%2A%2A%2A%2A`;
    expect(decodeURIComponent(asked.body.request_url)).toBe(decodeURIComponent(requestUrl));
    expect(asked.body).toMatchObject({
      oidc_context: null,
      skip: false,
      requested_scope: ['openid', 'offline_access'],
      client: { client_id: client.client_id },
    });
    const consent = await world.accept(browser, login);
    expect((await world.request(consent)).body).toMatchObject({ oidc_context: null });
    const done = await world.accept(browser, consent);
    expect(done.location.href).toBe(`${world.appUrl}/device/success?client_id=${client.client_id}`);
  });

  test('keeps the device waiting until the consent is back, and answers it once', async () => {
    const { body, client, poll } = await waitingDevice();
    const pending = { status: 400, body: { error: 'authorization_pending' } };
    expect(await poll()).toMatchObject(pending);
    const browser = new Browser();
    const start = await browser.open(verify());
    expect(start.parameters).not.toHaveProperty('user_code');
    const consent = await world.accept(browser, await enter(browser, start, body.user_code));
    expect(await poll()).toMatchObject(pending);
    await world.accept(browser, consent, {
      session: { id_token: { name: 'Jane' }, access_token: { tenant: 'acme' } },
    });
    const foreign = await poll(await world.register(device));
    expect(foreign).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    const tokens = await poll();
    expect(tokens.status).toBe(200);
    expect(claimsOf(tokens.body.id_token)).toMatchObject({ sub: 'jane', name: 'Jane' });
    const { ext, client_id: owner } = await world.introspect(tokens.body.access_token);
    expect([ext, owner]).toEqual([{ tenant: 'acme' }, client.client_id]);
    expect(await poll()).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('skips a remembered sign-in, and a remembered consent only for a confidential client', async () => {
    for (const method of ['client_secret_basic', 'none']) {
      const browser = new Browser();
      const subject = `tv-${method}`;
      const first = await waitingDevice({ token_endpoint_auth_method: method }, 'openid');
      const { client } = first;
      const login = await enter(browser, await browser.open(verify()), first.body.user_code);
      const consent = await world.accept(browser, login, { subject, remember: true });
      await world.accept(browser, consent, { remember: true });

      const form = { client_id: client.client_id, scope: 'openid' };
      const second = await world.post('/oauth2/device/auth', form, client);
      const prompted = await browser.open(`${verify()}?prompt=login&max_age=0`);
      const skipped = await enter(browser, prompted, second.body.user_code);
      expect((await world.request(skipped)).body).toMatchObject({ skip: true, subject });
      const asked = await world.accept(browser, skipped, { subject });
      expect((await world.request(asked)).body.skip).toBe(method !== 'none');
    }
  });
});

describe('a user code', () => {
  test('must be typed as it is, and a wrong one leaves the page usable', async () => {
    const { body } = await waitingDevice();
    const browser = new Browser();
    const start = await browser.open(verify());
    const code: string = body.user_code;
    const swapped = Array.from(code, (letter) =>
      letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase(),
    );
    for (const wrong of ['abcdefgh', swapped.join(''), ` ${code}`, '']) {
      const answer = await world.answer(start, 'accept', { user_code: wrong });
      expect([answer.status, answer.body.error]).toEqual([400, 'invalid_request']);
    }
    expect((await world.answer(start, 'accept', undefined)).status).toBe(400);
    const [one, two] = [
      await world.answer(start, 'accept', { user_code: code }),
      await world.answer(start, 'accept', { user_code: code }),
    ];
    expect([one.status, two.status]).toEqual([200, 200]);
    expect(one.body.redirect_to).not.toBe(two.body.redirect_to);
  });

  test('is used up by a consent that came back, not by a refusal', async () => {
    const { body, poll } = await waitingDevice();
    const browser = new Browser();
    const refuse = async (page: Page) => {
      const refused = await world.answer(page, 'reject', {
        error: 'access_denied',
        error_description: 'Not my TV',
        status_code: 418,
      });
      const shown = await browser.open(refused.body.redirect_to);
      expect(shown.status).toBe(418);
      expect(JSON.parse(shown.text)).toEqual({
        error: 'access_denied',
        error_description: 'Not my TV',
      });
    };
    await refuse(await enter(browser, await browser.open(verify()), body.user_code));
    const login = await enter(browser, await browser.open(verify()), body.user_code);
    await refuse(await world.accept(browser, login));
    expect((await poll()).body.error).toBe('authorization_pending');

    const again = await enter(browser, await browser.open(verify()), body.user_code);
    const other = new Browser();
    const parallel = await enter(other, await other.open(verify()), body.user_code);
    const late = await world.accept(other, parallel, { subject: 'john' });
    await world.accept(browser, await world.accept(browser, again));
    const start = await browser.open(verify());
    const used = await world.answer(start, 'accept', { user_code: body.user_code });
    expect([used.status, used.body.error]).toEqual([400, 'invalid_request']);
    expect((await world.accept(other, late)).status).toBe(409);
    expect(claimsOf((await poll()).body.id_token).sub).toBe('jane');
  });
});

describe('errors in a device flow', () => {
  const shown = (page: Page) => [page.status, JSON.parse(page.text).error];

  test('are shown in the browser, as JSON', async () => {
    const { body } = await waitingDevice();
    const browser = new Browser();
    expect(shown(await browser.open(`${verify()}?device_verifier=x`))).toEqual([
      403,
      'access_denied',
    ]);
    const lost = await browser.open(`${verify()}?login_verifier=x`);
    expect(shown(lost)).toEqual([401, 'invalid_client']);
    const start = await browser.open(verify());
    const entered = await world.answer(start, 'accept', { user_code: body.user_code });
    const elsewhere = await new Browser().open(entered.body.redirect_to);
    expect(shown(elsewhere)).toEqual([403, 'request_forbidden']);

    const login = await browser.open(entered.body.redirect_to);
    const accepted = await world.answer(login, 'accept', { subject: 'jane' });
    const stranger = await new Browser().open(accepted.body.redirect_to);
    expect(shown(stranger)).toEqual([403, 'request_forbidden']);
    const consent = await browser.open(accepted.body.redirect_to);
    const granted = await world.answer(consent, 'accept', { grant_scope: ['openid'] });
    expect((await browser.open(granted.body.redirect_to)).status).toBe(302);
    expect(shown(await browser.open(granted.body.redirect_to))).toEqual([403, 'access_denied']);
    expect((await browser.open(verify(), { method: 'POST' })).status).toBe(404);
  });

  test('of another subject on skip lead back to the page for the code', async () => {
    const { body } = await waitingDevice();
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    const login = await enter(browser, await browser.open(verify()), body.user_code);
    const other = await world.answer(login, 'accept', { subject: 'john' });
    const restart = await browser.open(other.body.redirect_to);
    expect(restart.parameters).toHaveProperty('device_challenge');
    const again = await enter(browser, restart, body.user_code);
    expect((await world.request(again)).body).toMatchObject({ skip: true, subject: 'jane' });
    const { session_id: sid } = (await world.request(again)).body;
    await world.admin('DELETE', `/admin/oauth2/auth/sessions/login?sid=${sid}`);
    const fresh = await enter(browser, await browser.open(verify()), body.user_code);
    expect((await world.request(fresh)).body.skip).toBe(false);
  });

  test('of the device itself are answered to it', async () => {
    const client = await world.register(device);
    const ask = async (form: Record<string, string>, who: unknown = client) => {
      const { status, body } = await world.post('/oauth2/device/auth', form, who);
      return [status, body.error];
    };
    const id = { client_id: client.client_id };
    expect(await ask({})).toEqual([400, 'invalid_request']);
    expect(await ask({ scope: 'openid' })).toEqual([400, 'invalid_request']);
    expect(await ask({ ...id, scope: 'admin' })).toEqual([400, 'invalid_scope']);
    expect(await ask({ ...id, audience: 'https://x.test' })).toEqual([400, 'invalid_request']);
    expect(await ask(id, { ...client, client_secret: 'wrong secret' })).toEqual([
      401,
      'invalid_client',
    ]);
    const other = await world.register();
    expect(await ask({ client_id: other.client_id }, other)).toEqual([400, 'invalid_grant']);
    const form = { grant_type: grant, device_code: 'unknown' };
    expect((await world.post('/oauth2/token', form, client)).body.error).toBe('invalid_grant');
  });
});
