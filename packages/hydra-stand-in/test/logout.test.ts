import { createServer, type IncomingMessage } from 'node:http';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { Browser, claimsOf, openWorld, type Page, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const bye = 'http://localhost:5555/bye';

function logoutUrl(parameters: Record<string, string> = {}): string {
  const query = new URLSearchParams(parameters).toString();
  return `${world.publicUrl}/oauth2/sessions/logout${query && `?${query}`}`;
}

/** Somebody who signed in and is remembered, unless the test says otherwise. */
async function signedIn(changes: object = {}, login: object = {}) {
  const browser = new Browser();
  const client = await world.register(changes);
  const subject = randomUUID();
  const back = await world.signIn(browser, client, {
    login: { subject, remember: true, ...login },
  });
  const { body } = await world.exchange(back, client);
  return { browser, client, subject, hint: body.id_token, tokens: body };
}

async function isRemembered(browser: Browser, client: unknown): Promise<boolean> {
  const login = await browser.open(world.authUrl(client));
  return (await world.request(login)).body.skip;
}

function expectErrorAtApp(page: Page, error: string) {
  expect(page.status).toBe(302);
  expect(page.location.href).toMatch(`${world.appUrl}/error?`);
  expect(page.parameters['error']).toBe(error);
}

describe('a logout that a client asked for', () => {
  test('goes by the app, which sees who asks for whom, and back to the client', async () => {
    const { browser, client, subject, hint } = await signedIn();
    const config = await oidc.discovery(
      new URL(world.issuer),
      client.client_id,
      undefined,
      undefined,
      {
        execute: [oidc.allowInsecureRequests],
      },
    );
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: hint,
      post_logout_redirect_uri: bye,
      state: 'so long',
    });
    const asked = await new Browser().open(url);
    expect(asked.location.href).toMatch(`${world.appUrl}/logout?logout_challenge=`);
    const { body } = await world.request(asked);
    expect(Object.keys(body)).toEqual([
      'challenge',
      'subject',
      'sid',
      'request_url',
      'rp_initiated',
      'expires_at',
      'requested_at',
      'client',
    ]);
    expect(body).toMatchObject({
      challenge: asked.parameters['logout_challenge'],
      subject,
      sid: claimsOf(hint).sid,
      request_url: `${url.pathname}${url.search}`,
      rp_initiated: true,
      expires_at: null,
      requested_at: null,
      client: { client_id: client.client_id },
    });
    expect(body.client).not.toHaveProperty('client_secret');

    const accepted = await world.answer(asked, 'accept');
    expect(await isRemembered(browser, client)).toBe(true);
    const done = await browser.open(accepted.body.redirect_to);
    expect([done.status, done.location.href]).toEqual([302, `${bye}?state=so+long`]);
    expect(await isRemembered(browser, client)).toBe(false);
  });

  test('ends the session from any browser, but not the tokens', async () => {
    const { browser, client, hint, tokens } = await signedIn();
    const elsewhere = new Browser();
    const asked = await elsewhere.open(logoutUrl({ id_token_hint: hint }));
    const accepted = await world.answer(asked, 'accept');
    const done = await elsewhere.open(accepted.body.redirect_to);
    expect(done.location.href).toBe(`${world.appUrl}/logged-out`);
    expect(await isRemembered(browser, client)).toBe(false);
    expect((await world.introspect(tokens.access_token)).active).toBe(true);
  });

  test('never reaches the app when the person is not remembered', async () => {
    const { browser, hint } = await signedIn({}, { remember: false });
    const url = logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: bye, state: 'x' });
    const done = await browser.open(url);
    expect([done.status, done.location.href]).toEqual([302, `${bye}?state=x`]);
  });

  test('must bring a good hint and a registered address', async () => {
    const { browser, client, hint } = await signedIn();
    const garbled = logoutUrl({ id_token_hint: 'x.y.z' });
    expectErrorAtApp(await browser.open(garbled), 'invalid_request');
    const elsewhere = { id_token_hint: hint, post_logout_redirect_uri: 'http://localhost:5555/' };
    expectErrorAtApp(await browser.open(logoutUrl(elsewhere)), 'invalid_request');
    await world.admin('DELETE', `/clients/${client.client_id}`);
    expectErrorAtApp(await browser.open(logoutUrl({ id_token_hint: hint })), 'error');
  });
});

describe('a logout that no client asked for', () => {
  test('goes by the app for a remembered person', async () => {
    const { browser, client, subject } = await signedIn();
    const asked = await browser.open(logoutUrl());
    const { body } = await world.request(asked);
    expect(body).toMatchObject({ subject, rp_initiated: false, client: null });
    expect(body.request_url).toBe('/oauth2/sessions/logout');
    const lifetime = Date.parse(body.expires_at) - Date.parse(body.requested_at);
    expect(lifetime).toBeGreaterThan(0);
    const accepted = await world.answer(asked, 'accept');
    const done = await browser.open(accepted.body.redirect_to);
    expect(done.location.href).toBe(`${world.appUrl}/logged-out`);
    expect(await isRemembered(browser, client)).toBe(false);
  });

  test('goes straight to the end without one, and may not ask for more', async () => {
    const browser = new Browser();
    const done = await browser.open(logoutUrl());
    expect([done.status, done.location.href]).toEqual([302, `${world.appUrl}/logged-out`]);
    expectErrorAtApp(await browser.open(logoutUrl({ state: 'x' })), 'invalid_request');
    const posted = await browser.open(logoutUrl(), {
      method: 'POST',
      body: new URLSearchParams({ post_logout_redirect_uri: bye }),
    });
    expectErrorAtApp(posted, 'invalid_request');
  });

  test('does nothing in a browser where somebody else is signed in by then', async () => {
    const { browser, client } = await signedIn();
    const asked = await browser.open(logoutUrl());
    const accepted = await world.answer(asked, 'accept');
    const other = { parameters: { prompt: 'login' }, login: { subject: 'other', remember: true } };
    await world.signIn(browser, client, other);
    await browser.open(accepted.body.redirect_to);
    expect(await isRemembered(browser, client)).toBe(true);
  });
});

describe('a logout request', () => {
  test('that was rejected cannot be read, but accepted after all', async () => {
    const { browser, client } = await signedIn();
    const asked = await browser.open(logoutUrl());
    const first = await world.answer(asked, 'accept');
    expect((await world.request(asked)).status).toBe(200);
    const rejected = await world.answer(asked, 'reject');
    expect([rejected.status, rejected.text]).toEqual([204, '']);
    expect((await world.request(asked)).status).toBe(404);
    expectErrorAtApp(await browser.open(first.body.redirect_to), 'Not Found');
    expect(await isRemembered(browser, client)).toBe(true);
    const revived = await world.answer(asked, 'accept');
    expect(revived.body.redirect_to).toBe(first.body.redirect_to);
    expect((await world.request(asked)).status).toBe(200);
    expect((await browser.open(revived.body.redirect_to)).status).toBe(302);
  });

  test('that is done says so, and its verifier is a loaded gun', async () => {
    const { browser, client, subject } = await signedIn();
    const asked = await browser.open(logoutUrl());
    const accepted = await world.answer(asked, 'accept');
    await browser.open(accepted.body.redirect_to);
    const done = await world.request(asked);
    expect(done.status).toBe(410);
    expect(done.body).toEqual({ redirect_to: '/oauth2/sessions/logout' });

    await world.signIn(browser, client, { login: { subject, remember: true } });
    const again = await browser.open(accepted.body.redirect_to);
    expect(again.location.href).toBe(`${world.appUrl}/logged-out`);
    expect(await isRemembered(browser, client)).toBe(false);
  });

  test('whose verifier nobody knows or nobody accepted is an error of the app', async () => {
    const { browser } = await signedIn();
    expectErrorAtApp(await browser.open(logoutUrl({ logout_verifier: 'x' })), 'Not Found');
  });
});

describe('the other clients of a session', () => {
  test('are told on the back channel and in frames', async () => {
    const calls: { request: IncomingMessage; body: string }[] = [];
    let heard = () => {};
    const hearing = new Promise<void>((resolve) => (heard = resolve));
    const server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        calls.push({ request, body });
        response.end();
        heard();
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
    try {
      const { browser, client, hint } = await signedIn({
        backchannel_logout_uri: `${url}/back`,
        frontchannel_logout_uri: 'http://localhost:5555/front?x=1',
      });
      const asked = await browser.open(logoutUrl());
      const accepted = await world.answer(asked, 'accept');
      const page = await browser.open(accepted.body.redirect_to);
      expect(page.status).toBe(200);
      const { sid } = claimsOf(hint);
      const frame = /<iframe src="([^"]+)"/.exec(page.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
      expect(Object.fromEntries(new URL(frame).searchParams)).toEqual({
        iss: world.issuer,
        sid,
        x: '1',
      });
      expect(page.text).toMatch(`${world.appUrl}/logged-out`);

      await hearing;
      expect(calls[0]?.request.method).toBe('POST');
      const claims = claimsOf(new URLSearchParams(calls[0]?.body).get('logout_token') ?? '');
      expect(claims).toEqual({
        iss: world.issuer,
        aud: [client.client_id],
        iat: expect.any(Number),
        jti: expect.any(String),
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
        sid,
      });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('are told on the back channel when a session is revoked by its id', async () => {
    let heard = () => {};
    const hearing = new Promise<void>((resolve) => (heard = resolve));
    const server = createServer((_request, response) => {
      response.end();
      heard();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const url = `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : ''}`;
    try {
      const { hint } = await signedIn({ backchannel_logout_uri: url });
      const { sid } = claimsOf(hint);
      await world.admin('DELETE', `/admin/oauth2/auth/sessions/login?sid=${sid}`);
      await hearing;
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
