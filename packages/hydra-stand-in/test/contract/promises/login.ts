/** Operations 2 and 13: login requests. */
import { expect } from '@jest/globals';
import { expectAddress, expectError, expectKind, expectRedirect } from '../expectations.ts';
import { everywhere, holds, promised, since2, type Check } from '../promise.ts';
import { Browser } from '../../world.ts';

/** What reading and accepting a login say once the browser has gone on. */
const whenDone =
  (check: (read: number, accepted: number) => void): Check =>
  async (trial) => {
    const journey = await trial.atLogin();
    const { challenge } = journey;
    const accept = async () => trial.hydra.login.accept(challenge, { subject: trial.subject });
    expect((await journey.follow(await accept())).kind).toBe('consent');
    const query = `login_challenge=${encodeURIComponent(challenge)}`;
    const read = await trial.admin('GET', `/oauth2/auth/requests/login?${query}`);
    const body = { subject: trial.subject };
    const path = `/oauth2/auth/requests/login/accept?${query}`;
    check(read.status, (await trial.admin('PUT', path, body)).status);
    if (read.status === 410) {
      expect(Object.keys(read.body)).toEqual(['redirect_to']);
      await expectKind(trial.hydra.login.get(challenge), 'gone');
      await expectKind(accept(), 'conflict');
    }
  };

export const login = [
  promised(
    'S2.a',
    'accepting a login means that the subject signed in',
    since2(
      holds(whenDone((...statuses) => expect(statuses).toEqual([410, 409]))),
      holds(whenDone((...statuses) => expect(statuses).toEqual([200, 200]))),
    ),
  ),
  promised(
    'S2.b',
    'the body of a login says who signed in',
    everywhere(
      holds(async (trial) => {
        const journey = await trial.atLogin();
        expectError(await journey.answer('accept', { subject: '' }), 400, 'invalid_request');
        const nobody = trial.hydra.login.accept(journey.challenge, { subject: '' });
        await expectKind(nobody, 'bad_request');
        const { body } = await (await journey.accept({ subject: trial.subject })).request();
        expect(body).toMatchObject({ subject: trial.subject, skip: false });
      }),
    ),
  ),
  promised(
    'S2.c',
    'the body of a login says whether the browser is remembered, by a cookie',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client();
        const [known, other] = [new Browser(), new Browser()];
        const journey = await trial.atLogin({ client, browser: known });
        const answer = { subject: trial.subject, remember: true, remember_for: 3600 };
        const next = await trial.hydra.login.accept(journey.challenge, answer);
        expect(sessionCookie(known)).toBeUndefined();
        await journey.follow(next);
        expect(sessionCookie(known)).toBeDefined();
        const again = await trial.atLogin({ client, browser: known });
        const request = await trial.hydra.login.get(again.challenge);
        expect(request).toMatchObject({ skip: true, subject: trial.subject });
        await trial.atConsent({ client, browser: other });
        expect(await trial.isRemembered(other, client)).toBe(false);
      }),
    ),
  ),
  promised(
    'S2.d',
    'accepting a login returns the address that the browser visits next',
    everywhere(
      holds(async (trial) => {
        const to = { url: `${trial.publicUrl}/oauth2/auth`, verifier: 'login_verifier' };
        const answer = { subject: trial.subject };
        const journey = await trial.atLogin();
        expectRedirect(await journey.answer('accept', answer), to);
        const other = await trial.atLogin();
        expectAddress(await trial.hydra.login.accept(other.challenge, answer), to);
      }),
    ),
  ),
  promised(
    'S13.a',
    "the challenge arrives in the address of the app's login screen",
    everywhere(
      holds(async (trial) => {
        const { location, challenge } = await trial.atLogin();
        if (trial.appUrl) expect(location.href).toMatch(new RegExp(`^${trial.appUrl}/login\\?`));
        expect(Object.keys(Object.fromEntries(location.searchParams))).toEqual(['login_challenge']);
        expect((await trial.hydra.login.get(challenge)).challenge).toBe(challenge);
      }),
    ),
  ),
  promised(
    'S13.b',
    'reading a login request returns what the app needs to decide',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client({ client_name: 'Shop' });
        const parameters = { ui_locales: 'de en', login_hint: 'jane' };
        const journey = await trial.atLogin({ client, parameters });
        const { status, body } = await journey.request();
        expect(status).toBe(200);
        expect(Object.keys(body)).toEqual(members);
        const request = await trial.hydra.login.get(journey.challenge);
        for (const seen of [body, request]) {
          expect(seen).toMatchObject({
            skip: false,
            subject: '',
            requested_scope: ['openid', 'offline_access', 'profile'],
            oidc_context: { ui_locales: ['de', 'en'], login_hint: 'jane' },
            client: { client_id: client.client_id, client_name: 'Shop' },
          });
        }
        expect(new URL(body.request_url).searchParams.get('client_id')).toBe(client.client_id);
      }),
    ),
  ),
];

const members = [
  'challenge',
  'requested_scope',
  'requested_access_token_audience',
  'skip',
  'subject',
  'oidc_context',
  'client',
  'request_url',
  'session_id',
];

const sessionCookie = (browser: Browser) =>
  browser.cookieNamed('oauth2_authentication_session') ?? browser.cookieNamed('ory_hydra_session');
