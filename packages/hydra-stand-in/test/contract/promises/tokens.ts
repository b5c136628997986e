/** Operation 17, and deleting the tokens of a client. */
import { expect } from '@jest/globals';
import { expectError, expectSilence } from '../expectations.ts';
import { differs, everywhere, holds, promised } from '../promise.ts';

export const tokens = [
  promised(
    'S17.a',
    'introspection knows access tokens and refresh tokens',
    everywhere(
      holds(async (trial) => {
        const { access_token, refresh_token, id_token } = await trial.tokens();
        const use = async (token: string) => (await trial.introspect({ token })).body.token_use;
        expect(await use(access_token)).toBe('access_token');
        expect(await use(refresh_token)).toBe('refresh_token');
        for (const token of [access_token, refresh_token]) {
          expect(await trial.hydra.tokens.introspect(token)).toMatchObject({ active: true });
        }
        expect(await trial.hydra.tokens.introspect(id_token)).toEqual({ active: false });
      }),
    ),
  ),
  promised(
    'S17.b',
    'a token is active unless it is expired or revoked',
    everywhere(
      holds(async (trial) => {
        const brief = await trial.client({
          client_credentials_grant_access_token_lifespan: '1s',
        });
        const short = (await trial.ownToken(brief)).body.access_token;
        const { access_token: token, client } = await trial.tokens();
        expect(await trial.isActive(token)).toBe(true);
        expect((await trial.revoke(client, token)).status).toBe(200);
        const { status, body } = await trial.introspect({ token });
        expect({ status, body }).toEqual({ status: 200, body: { active: false } });
        expect(await trial.hydra.tokens.introspect(token)).toEqual({ active: false });
        await trial.until(async () => !(await trial.isActive(short)));
        expect(await trial.hydra.tokens.introspect(short)).toEqual({ active: false });
      }),
    ),
  ),
  promised(
    'S17.c',
    'introspection describes an active token',
    everywhere(
      holds(async (trial) => {
        const { access_token: token, client } = await trial.tokens();
        const { body } = await trial.introspect({ token });
        for (const seen of [body, await trial.hydra.tokens.introspect(token)]) {
          expect(seen).toMatchObject({
            active: true,
            scope: 'openid offline_access profile',
            client_id: client.client_id,
            sub: trial.subject,
            aud: [],
            token_type: 'Bearer',
            token_use: 'access_token',
            exp: expect.any(Number),
            iat: expect.any(Number),
            nbf: expect.any(Number),
          });
        }
        expect(body.exp - body.iat).toBeGreaterThan(0);
        // 1.x adds a slash to the issuer, later it is as it was configured
        if (trial.version === '1.11') expect(body.iss).toMatch(/\/$/);
      }),
    ),
  ),
  promised(
    'S17.d',
    'introspection shows what the app stored with the consent, as `ext`',
    everywhere(
      holds(async (trial) => {
        const access_token = { tenant: 'a', level: 3 };
        const consent = { session: { access_token } };
        const { access_token: token, refresh_token } = await trial.tokens({ consent });
        expect((await trial.introspect({ token })).body.ext).toEqual(access_token);
        const refreshing = await trial.hydra.tokens.introspect(refresh_token);
        expect(refreshing).toMatchObject({ active: true, ext: access_token });
        const plain = await trial.tokens();
        const { body } = await trial.introspect({ token: plain.access_token });
        expect(body).not.toHaveProperty('ext');
      }),
    ),
  ),
  promised(
    'S17.e',
    'a token without the requested scope is inactive too',
    everywhere(
      holds(async (trial) => {
        const { access_token: token } = await trial.tokens();
        const isActive = async (scope: string) =>
          (await trial.introspect({ token, scope })).body.active;
        expect(await isActive('openid profile')).toBe(true);
        expect(await isActive('openid email')).toBe(false);
        const scope = (...names: string[]) =>
          trial.hydra.tokens.introspect(token, { scope: names });
        expect(await scope('openid', 'profile')).toMatchObject({ active: true });
        expect(await scope('email')).toEqual({ active: false });
      }),
    ),
  ),
  promised(
    'S17.f',
    "introspection needs the caller's credentials",
    everywhere(
      differs('no credentials are needed, and wrong ones are ignored', async (trial) => {
        const { access_token: token } = (await trial.ownToken(await trial.client())).body;
        for (const authorization of ['Basic d3Jvbmc6d3Jvbmc=', 'Bearer wrong']) {
          const answer = await trial.introspect({ token }, { authorization });
          expect(answer).toMatchObject({ status: 200, body: { active: true } });
        }
        expect(await trial.hydra.tokens.introspect(token)).toMatchObject({ active: true });
      }),
    ),
  ),
  promised(
    'E3',
    'deletes the access tokens of a client, and nothing else',
    everywhere(
      holds(async (trial) => {
        const { access_token, refresh_token, client } = await trial.tokens();
        const other = (await trial.ownToken(await trial.client())).body.access_token;
        await trial.hydra.tokens.deleteByClient(client.client_id);
        expect(await trial.isActive(access_token)).toBe(false);
        expect(await trial.isActive(refresh_token)).toBe(true);
        expect(await trial.isActive(other)).toBe(true);
        expectSilence(await trial.admin('DELETE', '/oauth2/tokens?client_id=nobody'));
        expectError(await trial.admin('DELETE', '/oauth2/tokens'), 400);
      }),
    ),
  ),
];
