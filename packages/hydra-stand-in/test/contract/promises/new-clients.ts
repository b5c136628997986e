/** Operation 5: registering clients. */
import { expect } from '@jest/globals';
import { expectError, expectKind } from '../expectations.ts';
import { isOperatorsOnly } from '../operators-only.ts';
import { everywhere, holds, promised } from '../promise.ts';

const redirect_uris = ['http://localhost:5555/callback'];
const grant_types = ['client_credentials', 'authorization_code'];

export const newClients = [
  promised(
    'S5.a',
    'registering a client stores the given secret',
    everywhere(
      holds(async (trial) => {
        const client_secret = 'as I like it';
        const created = await trial.hydra.clients.create({ client_secret, grant_types });
        trial.remove(created.client_id);
        expect(created.client_secret).toBe(client_secret);
        const short = { client_secret: 'short', redirect_uris };
        expectError(await trial.admin('POST', '/clients', short), 400, 'invalid_client_metadata');
        await expectKind(trial.hydra.clients.create(short), 'bad_request');
        const { client_id } = await trial.client({ client_secret });
        expect((await trial.ownToken({ client_id, client_secret })).status).toBe(200);
        expect((await trial.ownToken({ client_id, client_secret: 'another' })).status).toBe(401);
      }),
    ),
  ),
  promised(
    'S5.b',
    'registering a client generates a secret if none is given',
    everywhere(
      holds(async (trial) => {
        const one = await trial.client({ client_secret: undefined });
        const other = await trial.client({ client_secret: undefined });
        expect(one.client_secret).toHaveLength(26);
        expect(one.client_secret).not.toBe(other.client_secret);
        expect((await trial.ownToken(one)).status).toBe(200);
      }),
    ),
  ),
  promised(
    'S5.c',
    'registering a client returns its secret, unless it is public',
    everywhere(
      holds(async (trial) => {
        const secretless = { redirect_uris, token_endpoint_auth_method: 'none' } as const;
        const open = await trial.admin('POST', '/clients', secretless);
        trial.remove(open.body.client_id);
        expect(open.status).toBe(201);
        expect(open.headers.get('location')).toBe(`${trial.prefix}/clients/${open.body.client_id}`);
        expect(open.body).not.toHaveProperty('client_secret');
        const secret = await trial.hydra.clients.create({ redirect_uris });
        trial.remove(secret.client_id);
        expect(secret.client_secret).toMatch(/^.{26}$/);
      }),
    ),
  ),
  promised(
    'S5.d',
    'never shows the secret again: in no client, list, request or consent',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client({ owner: trial.subject });
        const login = await trial.atLogin({ client });
        const consent = await trial.atConsent({ client, login: { remember: true } });
        const requests = [(await login.request()).body, (await consent.request()).body];
        await consent.accept({ grant_scope: ['openid'], remember: true });
        const logout = await trial.atLogout(consent.browser);
        const of = new URLSearchParams({ subject: trial.subject }).toString();
        const seen = [
          (await trial.admin('GET', `/clients/${client.client_id}`)).body,
          ...(await trial.admin('GET', `/clients?owner=${trial.subject}`)).body,
          ...requests,
          (await logout.request()).body,
          ...(await trial.admin('GET', `/oauth2/auth/sessions/consent?${of}`)).body,
        ];
        expect(seen).toHaveLength(6);
        expect(JSON.stringify(seen)).not.toContain('client_secret"');
        expect(JSON.stringify(seen)).not.toContain(client.client_secret);
      }),
    ),
  ),
  promised(
    'S5.e',
    'registering is for operators only: the public port has no such operation',
    everywhere(holds(isOperatorsOnly('POST', ''))),
  ),
];
