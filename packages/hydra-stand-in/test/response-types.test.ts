import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oidc from 'openid-client';
import { Browser, claimsOf, openWorld, type Page, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

const idToken = { response_type: 'id_token', nonce: 'some-nonce' };
const hybrid = { response_type: 'code id_token', nonce: 'some-nonce' };

/** A client of every flow that needs no access token from the authorization endpoint. */
const registered = {
  grant_types: ['authorization_code', 'refresh_token', 'implicit'],
  response_types: ['code', 'id_token', 'id_token code'],
};

function expectFragment(page: Page, parameters: object) {
  expect(page.status).toBe(303);
  expect(page.location.href).toMatch(/^http:\/\/localhost:5555\/callback#/);
  expect(page.parameters).toMatchObject({ state: 'some-state', ...parameters });
}

/** The fields of a page that posts itself to the client. */
function fieldsOf({ status, text }: Page): Record<string, string> {
  expect(status).toBe(200);
  expect(text).toMatch(/<form method="post" action="http:\/\/localhost:5555\/callback"/);
  const fields = text.matchAll(/name="(\w+)" value="([^"]*)"/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value]));
}

function codeHashOf(page: Page): string {
  const digest = createHash('sha256').update(page.parameters['code'] ?? '');
  return digest.digest().subarray(0, 16).toString('base64url');
}

describe('an ID token from the authorization endpoint', () => {
  test('comes after the #, with nothing but the state', async () => {
    const client = await world.register(registered);
    const back = await world.signIn(new Browser(), client, {
      parameters: idToken,
      login: { acr: '2', amr: ['pwd'] },
      consent: { session: { id_token: { email: 'jane@example.test', at_hash: 'x' } } },
    });
    expectFragment(back, {});
    expect(Object.keys(back.parameters)).toEqual(['id_token', 'state']);
    const claims = claimsOf(back.parameters['id_token'] ?? '');
    expect(claims).toMatchObject({
      iss: world.issuer,
      sub: 'jane',
      aud: [client.client_id],
      nonce: 'some-nonce',
      acr: '2',
      amr: ['pwd'],
      email: 'jane@example.test',
    });
    expect(claims).not.toHaveProperty('at_hash');
    expect(claims).not.toHaveProperty('c_hash');
    const listed = await world.admin('GET', '/admin/oauth2/auth/sessions/consent?subject=jane');
    expect(listed.body.length).toBeGreaterThan(0);
  });

  test('is posted by a form when the client wants that, also without a question', async () => {
    const browser = new Browser();
    const client = await world.register(registered);
    const parameters = { ...idToken, response_mode: 'form_post' };
    const remember = { remember: true };
    const first = await world.signIn(browser, client, {
      parameters,
      login: remember,
      consent: remember,
    });
    const silent = await world.signIn(browser, client, {
      parameters: { ...parameters, prompt: 'none' },
    });
    for (const page of [first, silent]) {
      const fields = fieldsOf(page);
      expect(Object.keys(fields)).toEqual(['id_token', 'state']);
      expect(claimsOf(fields['id_token'] ?? '').sub).toBe('jane');
    }
  });

  test('is one that an ordinary client takes, and a sign-out too', async () => {
    const browser = new Browser();
    const client = await world.register(registered);
    const config = await oidc.discovery(
      new URL(world.issuer),
      client.client_id,
      undefined,
      oidc.None(),
      { execute: [oidc.allowInsecureRequests, oidc.useIdTokenResponseType] },
    );
    const back = await world.signIn(browser, client, {
      parameters: idToken,
      login: { remember: true },
    });
    const claims = await oidc.implicitAuthentication(config, back.location, 'some-nonce', {
      expectedState: 'some-state',
    });
    expect(claims.sub).toBe('jane');
    const hint = back.parameters['id_token'] ?? '';
    const logout = await browser.open(
      oidc.buildEndSessionUrl(config, {
        id_token_hint: hint,
        post_logout_redirect_uri: 'http://localhost:5555/bye',
      }),
    );
    const bye = await world.accept(browser, logout);
    expect(bye.location.href).toBe('http://localhost:5555/bye');
  });

  test('comes with a code to those who want both, in whatever order they say so', async () => {
    const client = await world.register(registered);
    const config = await oidc.discovery(
      new URL(world.issuer),
      client.client_id,
      undefined,
      oidc.ClientSecretBasic(client.client_secret),
      { execute: [oidc.allowInsecureRequests, oidc.useCodeIdTokenResponseType] },
    );
    for (const responseType of ['code id_token', 'id_token code']) {
      const verifier = oidc.randomPKCECodeVerifier();
      const back = await world.signIn(new Browser(), client, {
        parameters: {
          ...hybrid,
          response_type: responseType,
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        },
      });
      expectFragment(back, {});
      expect(Object.keys(back.parameters)).toEqual(['code', 'id_token', 'state']);
      const first = claimsOf(back.parameters['id_token'] ?? '');
      expect(first.c_hash).toBe(codeHashOf(back));
      expect(first).not.toHaveProperty('at_hash');
      const tokens = await oidc.authorizationCodeGrant(config, back.location, {
        pkceCodeVerifier: verifier,
        expectedNonce: 'some-nonce',
        expectedState: 'some-state',
      });
      expect(tokens.claims()).toMatchObject({ sub: 'jane', c_hash: codeHashOf(back) });
      expect(tokens.claims()).toHaveProperty('at_hash');
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '');
      expect(renewed.claims()).not.toHaveProperty('c_hash');
    }
  });

  test('lives as long as the client says for the implicit grant, with a code or without', async () => {
    const client = await world.register({
      ...registered,
      implicit_grant_id_token_lifespan: '2h0m0s',
    });
    for (const parameters of [idToken, hybrid]) {
      const back = await world.signIn(new Browser(), client, { parameters });
      const { exp, iat } = claimsOf(back.parameters['id_token'] ?? '');
      expect(exp - iat).toBe(7200);
    }
  });

  test('says acr 0 when the client asked how and the app does not say, but only once', async () => {
    const client = await world.register(registered);
    const asked = { acr_values: '1 2' };
    const back = await world.signIn(new Browser(), client, {
      parameters: { ...idToken, ...asked },
    });
    expect(claimsOf(back.parameters['id_token'] ?? '').acr).toBe('0');
    const coded = await world.signIn(new Browser(), client, { parameters: asked });
    const { body } = await world.exchange(coded, client);
    expect(claimsOf(body.id_token).acr).toBe('0');
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    const renewed = await world.post('/oauth2/token', form, client);
    expect(claimsOf(renewed.body.id_token)).not.toHaveProperty('acr');
  });
});

describe('a request for one that cannot be served', () => {
  test('is refused at once when the client did not register just that response type', async () => {
    for (const [allowed, wanted] of [
      ['code', 'id_token'],
      ['id_token', 'code id_token'],
      ['code id_token', 'id_token'],
      ['id_token', 'id_token id_token'],
    ] as const) {
      const client = await world.register({ ...registered, response_types: [allowed] });
      const url = world.authUrl(client, { ...idToken, response_type: wanted });
      const page = await new Browser().open(url);
      expect(page.location.href).toMatch(/^http:\/\/localhost:5555\/callback\?/);
      expect(page.parameters).toMatchObject({
        error: 'unsupported_response_type',
        state: 'some-state',
      });
    }
  });

  test('is refused after the #, or by a form, when anything else is wrong with it', async () => {
    const client = await world.register(registered);
    const browser = new Browser();
    const open = (parameters: Record<string, string>) =>
      browser.open(world.authUrl(client, { ...idToken, ...parameters }));
    expectFragment(await open({ prompt: 'none' }), { error: 'login_required' });
    expectFragment(await open({ state: 'short' }), { error: 'invalid_state', state: 'short' });
    const login = await open({ response_mode: 'form_post' });
    const refused = await world.answer(login, 'reject', { error: 'access_denied' });
    const denial = await browser.open(refused.body.redirect_to);
    expect(fieldsOf(denial)).toMatchObject({ error: 'access_denied', state: 'some-state' });
    const consent = await world.accept(browser, await open({}));
    const denied = await world.answer(consent, 'reject', { error: 'access_denied' });
    expectFragment(await browser.open(denied.body.redirect_to), { error: 'access_denied' });
  });

  test('is told only after the consent what it lacks', async () => {
    const errorOf = async (changes: object, parameters: Record<string, string>, consent = {}) => {
      const client = await world.register({ ...registered, ...changes });
      const back = await world.signIn(new Browser(), client, { parameters, consent });
      const where = back.location.hash ? '#' : '?';
      return `${where}${back.parameters['error']}`;
    };
    for (const wanted of [idToken, hybrid]) {
      const { response_type: type } = wanted;
      expect(await errorOf({}, { response_type: type })).toBe('#invalid_request');
      expect(await errorOf({}, { ...wanted, nonce: 'short' })).toBe('#insufficient_entropy');
      const query = await errorOf({}, { ...wanted, response_mode: 'query' });
      expect(query).toBe('?unsupported_response_mode');
    }
    const nothing = { grant_scope: [] };
    expect(await errorOf({}, idToken, nothing)).toBe('#unsupported_response_type');
    expect(await errorOf({}, { ...hybrid, code_challenge: 'x'.repeat(43) })).toBe(
      '#invalid_request',
    );
    const [code, implicit] = [['authorization_code'], ['implicit']];
    expect(await errorOf({ grant_types: code }, idToken)).toBe('#invalid_grant');
    expect(await errorOf({ grant_types: implicit }, hybrid)).toBe('#invalid_grant');
    expect(await errorOf({ grant_types: code }, hybrid)).toBe('#undefined');
  });

  test('still gives the code when both were wanted and openid was not granted', async () => {
    const client = await world.register(registered);
    const back = await world.signIn(new Browser(), client, {
      parameters: hybrid,
      consent: { grant_scope: ['profile'] },
    });
    expectFragment(back, {});
    expect(Object.keys(back.parameters)).toEqual(['code', 'state']);
    const { body } = await world.exchange(back, client);
    expect(body).not.toHaveProperty('id_token');
  });

  test('is as wrong with a short nonce at the token endpoint, where the code stays good', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client, { parameters: { nonce: 'short' } });
    const first = await world.exchange(back, client);
    const second = await world.exchange(back, client);
    for (const { status, body } of [first, second]) {
      expect([status, body.error]).toEqual([400, 'insufficient_entropy']);
    }
  });
});
