/** What holds for all operations. */
import { expect } from '@jest/globals';
import { expectError, expectKind, expectNoRoute } from '../expectations.ts';
import { differs, everywhere, holds, promised, type Check } from '../promise.ts';
import { sendForm } from '../wire.ts';

const asksForNothing: Check = async (trial) => {
  const { access_token } = (await trial.ownToken(await trial.client())).body;
  const wrong = { authorization: 'Basic d3Jvbmc6d3Jvbmc=' };
  const url = `${trial.adminUrl}${trial.prefix}/clients`;
  for (const headers of [{}, wrong]) {
    expect((await trial.send(url, { headers })).status).toBe(200);
    const answer = await trial.introspect({ token: access_token }, headers);
    expect(answer).toMatchObject({ status: 200, body: { active: true } });
  }
};

/** @param statuses of POST /clients, POST /keys and PUT /keys without a body */
const refusesEmpty =
  (empty: number): Check =>
  async (trial) => {
    const client = await trial.client();
    const login = await trial.atLogin({ client });
    const consent = await trial.atConsent({ client });
    const set = trial.newSet();
    expectError(await login.answer('accept'), 400);
    expectError(await login.answer('reject'), 400);
    expectError(await consent.answer('accept'), 400, 'error');
    expectError(await consent.answer('reject'), 400, 'error');
    expectError(await trial.admin('POST', '/clients'), empty);
    expectError(await trial.admin('PUT', `/clients/${client.client_id}`), 400);
    expect((await trial.admin('POST', `/keys/${set}`)).status).toBe(empty);
    expectError(await trial.admin('PUT', `/keys/${set}`), empty);
    expectError(await trial.admin('PUT', `/keys/${set}/some`), empty);
    // an answer to a logout needs none, in every version
    expect((await trial.admin('PUT', `${logout}/accept?logout_challenge=x`)).status).toBe(404);
  };

const logout = '/oauth2/auth/requests/logout';

export const general = [
  promised('S0.a', 'serves every operation below the base address, without a prefix', {
    '1.11': holds(async (trial) => {
      expect((await trial.bare('GET', '/clients?limit=1')).status).toBe(200);
      expectNoRoute(await trial.bare('GET', '/admin/clients'));
      expect((await trial.bare('GET', '/version')).status).toBe(200);
      expect((await trial.hydra.clients.page({ size: 1 })).items.length).toBeLessThan(2);
    }),
    '2.3': differs('below /admin, except version and health; otherwise a 307', async (trial) => {
      expect((await trial.bare('GET', '/admin/clients?page_size=1')).status).toBe(200);
      const sent = await trial.bare('GET', '/clients?page_size=1');
      expect(sent.status).toBe(307);
      expect(sent.headers.get('location')).toMatch(/\/admin\/clients\?page_size=1$/);
      expect((await trial.bare('GET', '/version')).status).toBe(200);
      expectNoRoute(await trial.bare('GET', '/admin/version'));
      expect((await trial.hydra.clients.page({ size: 1 })).items.length).toBeLessThan(2);
    }),
    '26.2': differs('below /admin, and without it too', async (trial) => {
      for (const path of ['/admin/clients', '/clients', '/version', '/admin/version']) {
        expect((await trial.bare('GET', path)).status).toBe(200);
      }
      expect((await trial.hydra.clients.page({ size: 1 })).items.length).toBeLessThan(2);
    }),
  }),
  promised(
    'S0.b',
    'needs no authorization, except for introspection',
    everywhere(differs('introspection needs none either', asksForNothing)),
  ),
  promised(
    'S0.c',
    'reads and writes JSON; introspection reads a form',
    everywhere(
      holds(async (trial) => {
        const { client_id } = await trial.client();
        const found = await trial.admin('GET', `/clients/${client_id}`);
        expect(found.headers.get('content-type')).toBe('application/json; charset=utf-8');
        const unknown = await trial.admin('GET', '/clients/nobody');
        expect(unknown.headers.get('content-type')).toBe('application/json');
        const url = `${trial.adminUrl}${trial.prefix}/oauth2/introspect`;
        const form = await sendForm(url, { token: 'x' });
        expect(form.headers.get('content-type')).toBe('application/json;charset=UTF-8');
        expect(form.body).toEqual({ active: false });
        const headers = { 'content-type': 'application/json' };
        const json = await trial.send(url, { method: 'POST', body: '{"token":"x"}', headers });
        expectError(json, 400, 'invalid_request');
      }),
    ),
  ),
  promised('S0.d', 'needs no body for operations without parameters', {
    '1.11': differs('an empty body is an error, except for logout requests', refusesEmpty(500)),
    '2.3': differs('an empty body is an error, except for logout requests', refusesEmpty(400)),
    '26.2': differs('an empty body is an error, except for logout requests', refusesEmpty(400)),
  }),
  promised(
    'S0.e',
    'does not describe errors',
    everywhere(
      differs('an object of `error` and `error_description`', async (trial) => {
        const login = '/oauth2/auth/requests/login';
        expectError(await trial.admin('GET', login), 400, 'invalid_request');
        expectError(await trial.admin('GET', `${login}?login_challenge=x`), 404, 'Not Found');
        const unknown = await trial.admin('GET', '/clients/nobody');
        expectError(unknown, 404, 'Unable to locate the resource');
        await expectKind(trial.hydra.login.get('x'), 'unknown');
        await expectKind(trial.hydra.clients.get('nobody'), 'unknown');
      }),
    ),
  ),
];
