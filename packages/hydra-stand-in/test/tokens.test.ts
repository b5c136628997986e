import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oidc from 'openid-client';
import { Browser, claimsOf, openWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await openWorld();
});

afterAll(() => world.close());

describe('discovery', () => {
  test('names the issuer to the letter and every endpoint', async () => {
    const url = `${world.publicUrl}/.well-known/openid-configuration`;
    const metadata = await (await fetch(url)).json();
    expect(metadata).toMatchObject({
      issuer: world.issuer,
      authorization_endpoint: `${world.publicUrl}/oauth2/auth`,
      token_endpoint: `${world.publicUrl}/oauth2/token`,
      jwks_uri: `${world.publicUrl}/.well-known/jwks.json`,
      userinfo_endpoint: `${world.publicUrl}/userinfo`,
      revocation_endpoint: `${world.publicUrl}/oauth2/revoke`,
      end_session_endpoint: `${world.publicUrl}/oauth2/sessions/logout`,
      device_authorization_endpoint: `${world.publicUrl}/oauth2/device/auth`,
      response_types_supported: expect.arrayContaining(['code', 'id_token', 'code id_token']),
      code_challenge_methods_supported: expect.arrayContaining(['S256']),
      backchannel_logout_supported: true,
    });
    expect((await fetch(`${world.publicUrl}/health/ready`)).status).toBe(200);
    expect((await fetch(`${world.publicUrl}/nope`)).status).toBe(404);
  });
});

describe('an ordinary client', () => {
  const http = { execute: [oidc.allowInsecureRequests] };

  for (const method of ['client_secret_basic', 'client_secret_post', 'none'] as const) {
    test(`that authenticates by ${method} gets its tokens, refreshes and revokes them`, async () => {
      const client = await world.register({ token_endpoint_auth_method: method });
      const authentication = {
        client_secret_basic: oidc.ClientSecretBasic(client.client_secret),
        client_secret_post: oidc.ClientSecretPost(client.client_secret),
        none: oidc.None(),
      }[method];
      const config = await oidc.discovery(
        new URL(world.issuer),
        client.client_id,
        undefined,
        authentication,
        http,
      );
      const verifier = oidc.randomPKCECodeVerifier();
      const nonce = oidc.randomNonce();
      const state = oidc.randomState();
      const back = await world.signIn(new Browser(), client, {
        parameters: {
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          nonce,
          state,
        },
        consent: { session: { id_token: { email: 'jane@example.test', sub: 'evil' } } },
      });
      const tokens = await oidc.authorizationCodeGrant(config, back.location, {
        pkceCodeVerifier: verifier,
        expectedNonce: nonce,
        expectedState: state,
      });
      expect(tokens.claims()).toMatchObject({ sub: 'jane', email: 'jane@example.test', nonce });
      const info = await oidc.fetchUserInfo(config, tokens.access_token, 'jane');
      expect(info['email']).toBe('jane@example.test');
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', {
        scope: 'openid',
      });
      expect(renewed.claims()).toMatchObject({ sub: 'jane', sid: tokens.claims()?.['sid'] });
      await oidc.tokenRevocation(config, renewed.access_token, { token_type_hint: 'access_token' });
      expect(await world.introspect(renewed.access_token)).toEqual({ active: false });
      expect(await world.introspect(renewed.refresh_token ?? '')).toEqual({ active: false });
    });
  }

  test('can speak for itself', async () => {
    const client = await world.register({ grant_types: ['client_credentials'] });
    const config = await oidc.discovery(
      new URL(world.issuer),
      client.client_id,
      undefined,
      oidc.ClientSecretBasic(client.client_secret),
      http,
    );
    const tokens = await oidc.clientCredentialsGrant(config, {
      scope: 'openid offline_access',
      audience: 'https://api.example.test',
    });
    expect(tokens).not.toHaveProperty('id_token');
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(await world.introspect(tokens.access_token)).toMatchObject({
      sub: client.client_id,
      aud: ['https://api.example.test'],
    });
    expect(await world.introspect(tokens.access_token)).not.toHaveProperty('ext');
  });
});

describe('an ID token', () => {
  test('is signed by a published key and says who, when and how', async () => {
    const client = await world.register();
    const session = { id_token: { name: 'Jane', acr: 'evil', c_hash: 'evil', azp: 'mine' } };
    const back = await world.signIn(new Browser(), client, {
      parameters: { nonce: 'some-nonce' },
      login: { acr: '2', amr: ['pwd', 'otp'] },
      consent: { session },
    });
    const { body, headers } = await world.exchange(back, client);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'bearer', scope: 'openid offline_access profile' });
    const keys = createRemoteJWKSet(new URL(`${world.publicUrl}/.well-known/jwks.json`));
    const { payload, protectedHeader } = await jwtVerify(body.id_token, keys, {
      issuer: world.issuer,
      audience: client.client_id,
    });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
    const digest = createHash('sha256').update(body.access_token).digest().subarray(0, 16);
    expect(payload).toMatchObject({
      sub: 'jane',
      name: 'Jane',
      azp: 'mine',
      acr: '2',
      amr: ['pwd', 'otp'],
      nonce: 'some-nonce',
      at_hash: digest.toString('base64url'),
      sid: expect.any(String),
      jti: expect.any(String),
      auth_time: expect.any(Number),
      rat: expect.any(Number),
    });
    expect(payload).not.toHaveProperty('c_hash');
  });

  test('has no acr of the app, not even when the server has none', async () => {
    const client = await world.register();
    const consent = { session: { id_token: { acr: 'evil', nonce: 'evil' } } };
    const back = await world.signIn(new Browser(), client, { consent });
    const { body } = await world.exchange(back, client);
    expect(claimsOf(body.id_token)).not.toHaveProperty('acr');
    expect(claimsOf(body.id_token)).not.toHaveProperty('nonce');
  });

  test('is not given without the scope openid, nor a refresh token without its scope', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client, { parameters: { scope: 'profile' } });
    const { body } = await world.exchange(back, client);
    expect(body).not.toHaveProperty('id_token');
    expect(body).not.toHaveProperty('refresh_token');
  });
});

describe('a code', () => {
  test('is good once, and its second use ends the tokens of the first', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client);
    const { body } = await world.exchange(back, client);
    const second = await world.exchange(back, client);
    expect([second.status, second.body.error]).toEqual([400, 'invalid_grant']);
    expect(await world.introspect(body.access_token)).toEqual({ active: false });
    expect(await world.introspect(body.refresh_token)).toEqual({ active: false });
  });

  test('is not used up by a client that cannot prove itself, nor by a wrong redirect_uri', async () => {
    const client = await world.register();
    const back = await world.signIn(new Browser(), client);
    const stranger = { ...client, client_secret: 'wrong secret' };
    const failed = await world.exchange(back, stranger);
    expect([failed.status, failed.body.error]).toEqual([401, 'invalid_client']);
    const other = await world.exchange(back, client, { redirect_uri: 'http://localhost:1/' });
    expect([other.status, other.body.error]).toEqual([400, 'invalid_grant']);
    const foreign = await world.exchange(back, await world.register());
    expect([foreign.status, foreign.body.error]).toEqual([400, 'invalid_grant']);
    expect((await world.exchange(back, client)).status).toBe(200);
  });

  test('wants the verifier that fits its challenge', async () => {
    const client = await world.register();
    const verifier = 'v'.repeat(43);
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const parameters = { code_challenge: challenge, code_challenge_method: 'S256' };
    const exchangeWith = async (more: Record<string, string>, asked = parameters) => {
      const back = await world.signIn(new Browser(), client, { parameters: asked });
      const { status, body } = await world.exchange(back, client, more);
      return [status, body.error];
    };
    const bad = [400, 'invalid_grant'];
    expect(await exchangeWith({})).toEqual(bad);
    expect(await exchangeWith({ code_verifier: 'w'.repeat(43) })).toEqual(bad);
    expect(await exchangeWith({ code_verifier: verifier })).toEqual([200, undefined]);
    const once = await world.signIn(new Browser(), client, { parameters });
    for (const code_verifier of ['w'.repeat(43), verifier]) {
      expect((await world.exchange(once, client, { code_verifier })).body.error).toBe(bad[1]);
    }
    const none = { code_challenge: '', code_challenge_method: '' };
    expect(await exchangeWith({ code_verifier: verifier }, none)).toEqual(bad);
  });
});

describe('a refresh token', () => {
  test('is good once; with its use the old access token ends', async () => {
    const client = await world.register();
    const { body } = await world.exchange(await world.signIn(new Browser(), client), client);
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    const renewed = await world.post('/oauth2/token', form, client);
    expect(renewed.status).toBe(200);
    expect(await world.introspect(body.access_token)).toEqual({ active: false });
    expect(await world.introspect(body.refresh_token)).toEqual({ active: false });
    expect((await world.introspect(renewed.body.access_token)).active).toBe(true);

    const reused = await world.post('/oauth2/token', form, client);
    expect([reused.status, reused.body.error]).toEqual([400, 'invalid_grant']);
    expect(await world.introspect(renewed.body.access_token)).toEqual({ active: false });
    expect(await world.introspect(renewed.body.refresh_token)).toEqual({ active: false });
  });

  test('is of one client, and only as long as that may have the scopes', async () => {
    const client = await world.register();
    const { body } = await world.exchange(await world.signIn(new Browser(), client), client);
    const form = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    const foreign = await world.post('/oauth2/token', form, await world.register());
    expect(foreign.body.error).toBe('invalid_grant');
    await world.admin('PUT', `/clients/${client.client_id}`, { ...client, scope: 'openid' });
    const narrowed = await world.post('/oauth2/token', form, client);
    expect(narrowed.body.error).toBe('invalid_scope');
  });
});

describe('the token endpoint', () => {
  const token = async (form: Record<string, string>, client?: unknown) => {
    const { status, body } = await world.post('/oauth2/token', form, client);
    return [status, body.error];
  };

  test('tells what is wrong with a request', async () => {
    const client = await world.register();
    const grants = { grant_type: 'client_credentials' };
    expect(await token({}, client)).toEqual([400, 'invalid_request']);
    expect(await token({ x: '1' }, client)).toEqual([400, 'invalid_request']);
    expect(await token({ grant_type: 'password' }, client)).toEqual([400, 'invalid_request']);
    expect(await token(grants)).toEqual([400, 'invalid_request']);
    expect(await token(grants, { client_id: 'nobody' })).toEqual([401, 'invalid_client']);
    expect(await token(grants, client)).toEqual([400, 'unauthorized_client']);
    expect(await token({ ...grants, scope: 'admin' }, client)).toEqual([400, 'invalid_scope']);
    const code = { grant_type: 'authorization_code', code: 'unknown' };
    expect(await token(code, client)).toEqual([400, 'invalid_grant']);
    expect((await fetch(`${world.publicUrl}/oauth2/token`)).status).toBe(404);
  });

  test('takes the one way to authenticate that the client registered', async () => {
    const grant_types = ['client_credentials'];
    const grant = { grant_type: 'client_credentials' };
    const basic = await world.register({ grant_types });
    const method = 'client_secret_post';
    const posting = await world.register({ grant_types, token_endpoint_auth_method: method });
    const credentials = ({ client_id, client_secret }: Record<string, string>) => ({
      ...grant,
      client_id: client_id ?? '',
      client_secret: client_secret ?? '',
    });
    expect(await token(grant, basic)).toEqual([200, undefined]);
    expect(await token(credentials(posting))).toEqual([200, undefined]);
    expect(await token(grant, posting)).toEqual([401, 'invalid_client']);
    expect(await token(credentials(basic))).toEqual([401, 'invalid_client']);
    expect(await token({ ...grant, client_id: basic.client_id })).toEqual([401, 'invalid_client']);
    const open = await world.register({ grant_types, token_endpoint_auth_method: 'none' });
    expect(await token({ ...grant, client_id: open.client_id })).toEqual([400, 'invalid_grant']);
  });
});

describe('userinfo and revocation', () => {
  test('want a good access token, in a header or a field', async () => {
    const client = await world.register();
    const { body } = await world.exchange(await world.signIn(new Browser(), client), client);
    const url = `${world.publicUrl}/userinfo`;
    const form = new URLSearchParams({ access_token: body.access_token });
    const posted = await fetch(url, { method: 'POST', body: form });
    expect(await posted.json()).toMatchObject({ sub: 'jane', aud: [client.client_id] });
    const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
    const got = await fetch(url, bearer(body.access_token));
    const claims = await got.json();
    expect(claims).toMatchObject({ sub: 'jane' });
    expect(claims).not.toHaveProperty('sid');
    const refused = await fetch(url, bearer(body.refresh_token));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer error="/);
  });

  test('revoke the tokens of the own client only', async () => {
    const client = await world.register();
    const { body } = await world.exchange(await world.signIn(new Browser(), client), client);
    const token = body.refresh_token;
    const foreign = await world.post('/oauth2/revoke', { token }, await world.register());
    expect(foreign.status).toBe(200);
    expect((await world.introspect(token)).active).toBe(true);
    expect((await world.post('/oauth2/revoke', { token })).status).toBe(400);
    expect((await world.post('/oauth2/revoke', { token }, client)).status).toBe(200);
    expect((await world.introspect(body.access_token)).active).toBe(false);
    expect((await world.post('/oauth2/revoke', { token: 'x' }, client)).status).toBe(200);
  });
});
