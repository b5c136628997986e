/** Operation 25: forgetting sign-ins. */
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from '@jest/globals';
import { claimsOf } from '../../world.ts';
import { expectError, expectKind, expectSilence } from '../expectations.ts';
import { differs, everywhere, holds, promised, since2, type Check } from '../promise.ts';
import type { Trial } from '../trial.ts';

const path = '/oauth2/auth/sessions/login';

/** A browser that is remembered, and the client that it came by. */
async function remembered(trial: Trial) {
  const client = await trial.client();
  const login = { remember: true, remember_for: 3600 };
  const { browser } = await trial.signIn({ client, login });
  expect(await trial.isRemembered(browser, client)).toBe(true);
  return { client, browser };
}

async function refusesNobody(trial: Trial): Promise<void> {
  expectError(await trial.admin('DELETE', path), 400, 'invalid_request');
  expectError(await trial.admin('DELETE', `${path}?subject=`), 400, 'invalid_request');
  await expectKind(trial.hydra.loginSessions.revoke({ subject: '' }), 'bad_request');
}

/** Somebody who hears the back channel. */
async function listener(trial: Trial) {
  const heard: string[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (part) => (text += String(part)));
    request.on('end', () => {
      heard.push(claimsOf(new URLSearchParams(text).get('logout_token') ?? '').sid);
      response.end();
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  trial.finally(() => server.closeAllConnections());
  trial.finally(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { heard, uri: `http://127.0.0.1:${port}/bye` };
}

/** A sign-in of the subject whose client wants to hear of its end. */
async function heardOf(trial: Trial, uri: string) {
  const client = await trial.client({
    backchannel_logout_uri: uri,
    backchannel_logout_session_required: true,
  });
  const tokens = await trial.tokens({ client, login: { remember: true, remember_for: 3600 } });
  return { ...tokens, sid: String(claimsOf(tokens.id_token).sid) };
}

/** A sign-out that is heard shows that what was not heard before it was not said. */
const toldOf =
  (bySid: boolean): Check =>
  async (trial) => {
    const { heard, uri } = await listener(trial);
    await heardOf(trial, uri);
    await trial.hydra.loginSessions.revoke({ subject: trial.subject });
    const expected: string[] = [];
    if (bySid) {
      const { sid } = await heardOf(trial, uri);
      await trial.hydra.loginSessions.revoke({ sid });
      expected.push(sid);
      await trial.until(async () => heard.length >= expected.length);
    }
    const { browser, sid } = await heardOf(trial, uri);
    await (await trial.atLogout(browser)).accept();
    expected.push(sid);
    await trial.until(async () => heard.length >= expected.length);
    expect(heard).toEqual(expected);
  };

const endsBySid: Check = async (trial) => {
  const { client, browser } = await remembered(trial);
  const request = (await (await trial.atLogin({ client, browser })).request()).body;
  await trial.hydra.loginSessions.revoke({ sid: request.session_id });
  expect(await trial.isRemembered(browser, client)).toBe(false);
  expectSilence(await trial.admin('DELETE', `${path}?sid=unknown`));
  expectError(await trial.admin('DELETE', path), 400, 'invalid_request');
};

export const loginSessions = [
  promised('S25.a', 'needs the subject whose login sessions to end', {
    '1.11': holds(async (trial) => {
      await refusesNobody(trial);
      expectError(await trial.admin('DELETE', `${path}?sid=some`), 400, 'invalid_request');
      await expectKind(trial.hydra.loginSessions.revoke({ sid: 'some' }), 'unsupported');
    }),
    '2.3': differs('the `sid` of one session is accepted too', endsBySid),
    '26.2': differs('the `sid` of one session is accepted too', endsBySid),
  }),
  promised(
    'S25.b',
    'ends all login sessions of a subject',
    everywhere(
      holds(async (trial) => {
        const [one, other] = [await remembered(trial), await remembered(trial)];
        expectSilence(await trial.admin('DELETE', `${path}?subject=${trial.subject}`));
        for (const { browser, client } of [one, other]) {
          expect(await trial.isRemembered(browser, client)).toBe(false);
        }
        expectSilence(await trial.admin('DELETE', `${path}?subject=${trial.subject}`));
      }),
    ),
  ),
  promised(
    'S25.c',
    'the subject must sign in again after its login sessions were ended',
    everywhere(
      holds(async (trial) => {
        const { client, browser } = await remembered(trial);
        await trial.hydra.loginSessions.revoke({ subject: trial.subject });
        const request = (await (await trial.atLogin({ client, browser })).request()).body;
        expect(request).toMatchObject({ skip: false, subject: '' });
        const silent = { client, browser, parameters: { prompt: 'none' } };
        const { parameters } = await trial.atLogin(silent);
        expect(parameters['error']).toBe('login_required');
      }),
    ),
  ),
  promised(
    'S25.d',
    'ending login sessions makes no token invalid',
    everywhere(
      holds(async (trial) => {
        const { access_token, refresh_token } = await trial.tokens({ login: { remember: true } });
        await trial.hydra.loginSessions.revoke({ subject: trial.subject });
        expect(await trial.isActive(access_token)).toBe(true);
        expect(await trial.isActive(refresh_token)).toBe(true);
      }),
    ),
  ),
  promised(
    'S25.e',
    'ending login sessions informs no client, by no channel',
    since2(
      holds(toldOf(false)),
      differs('by `sid` it uses the back channel; by subject it does not', toldOf(true)),
    ),
  ),
];
