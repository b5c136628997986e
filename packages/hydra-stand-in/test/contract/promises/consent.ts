/** Operations 1 and 10: consent requests. */
import { expect } from '@jest/globals';
import { expectAddress, expectError, expectKind, expectRedirect } from '../expectations.ts';
import { everywhere, holds, promised, since2, type Check } from '../promise.ts';
import { claimsOf } from '../../world.ts';

const scopes = ['openid', 'offline_access', 'profile'];
const nothingMore = {
  grant_access_token_audience: [],
  session: { access_token: {}, id_token: {} },
};

/** What reading and accepting a consent say once the browser has gone on. */
const readTwice =
  (done: [read: number, accepted: number]): Check =>
  async (trial) => {
    const journey = await trial.atConsent();
    const { challenge } = journey;
    const first = await trial.hydra.consent.get(challenge);
    expect(await trial.hydra.consent.get(challenge)).toEqual(first);
    await journey.accept({ grant_scope: scopes });
    expect(journey.parameters['code']).toBeTruthy();
    const query = `?consent_challenge=${encodeURIComponent(challenge)}`;
    const path = '/oauth2/auth/requests/consent';
    const read = await trial.admin('GET', path + query);
    const accepted = await trial.admin('PUT', `${path}/accept${query}`, { grant_scope: [] });
    expect([read.status, accepted.status]).toEqual(done);
    if (read.status === 410) await expectKind(trial.hydra.consent.get(challenge), 'gone');
    await expectKind(trial.hydra.consent.get('x'), 'unknown');
    expectError(await trial.admin('GET', path), 400, 'invalid_request');
  };

/** @param more members that the version has beside the usual */
const tellsAll =
  (...more: string[]): Check =>
  async (trial) => {
    const context = { from: 'login' };
    const login = { acr: 'high', amr: ['pwd'], context };
    const journey = await trial.atConsent({ login });
    const { status, body } = await journey.request();
    expect(status).toBe(200);
    expect(Object.keys(body).toSorted()).toEqual([...members, ...more].toSorted());
    for (const seen of [body, await trial.hydra.consent.get(journey.challenge)]) {
      expect(seen).toMatchObject({
        ...login,
        requested_scope: scopes,
        skip: false,
        subject: trial.subject,
        client: { client_id: journey.client.client_id },
      });
    }
  };

export const consent = [
  promised(
    'S1.a',
    'accepting a consent means that the subject authorized the client',
    everywhere(
      holds(async (trial) => {
        const journey = await trial.atConsent();
        const answer = { grant_scope: ['openid', 'profile'], ...nothingMore };
        await journey.follow(await trial.hydra.consent.accept(journey.challenge, answer));
        expect(journey.location.href).toMatch(/^http:\/\/localhost:5555\/callback\?/);
        const { code, scope, state } = journey.parameters;
        expect({ scope, state }).toEqual({ scope: 'openid profile', state: 'contract-state' });
        expect(code).toBeTruthy();
      }),
    ),
  ),
  promised(
    'S1.b',
    'the body of a consent may carry data for access token and ID token',
    everywhere(
      holds(async (trial) => {
        const session = { access_token: { tenant: 'a' }, id_token: { colour: 'blue' } };
        const { access_token, id_token } = await trial.tokens({ consent: { session } });
        const { body } = await trial.introspect({ token: access_token });
        expect(body.ext).toEqual({ tenant: 'a' });
        expect(claimsOf(id_token)).toMatchObject({ colour: 'blue', sub: trial.subject });
        expect(claimsOf(id_token).tenant).toBeUndefined();
      }),
    ),
  ),
  promised(
    'S1.c',
    'the body of a consent says whether it is remembered for later requests',
    everywhere(
      holds(async (trial) => {
        const client = await trial.client();
        const isSkipped = async () => {
          const { challenge } = await trial.atConsent({ client });
          return (await trial.hydra.consent.get(challenge)).skip;
        };
        await trial.signIn({ client });
        expect(await isSkipped()).toBe(false);
        const journey = await trial.atConsent({ client });
        const answer = { grant_scope: scopes, ...nothingMore, remember: true };
        await journey.follow(await trial.hydra.consent.accept(journey.challenge, answer));
        expect(await isSkipped()).toBe(true);
      }),
    ),
  ),
  promised(
    'S1.d',
    'accepting a consent returns the address that the browser visits next',
    everywhere(
      holds(async (trial) => {
        const to = { url: `${trial.publicUrl}/oauth2/auth`, verifier: 'consent_verifier' };
        const journey = await trial.atConsent();
        expectRedirect(await journey.answer('accept', { grant_scope: scopes }), to);
        const body = { grant_scope: scopes, ...nothingMore };
        expectAddress(await trial.hydra.consent.accept(journey.challenge, body), to);
      }),
    ),
  ),
  promised(
    'S10.a',
    "the challenge arrives in the address of the app's consent screen",
    everywhere(
      holds(async (trial) => {
        const { location, challenge } = await trial.atConsent();
        if (trial.appUrl) expect(location.href).toMatch(new RegExp(`^${trial.appUrl}/consent\\?`));
        const names = [...location.searchParams.keys()];
        expect(names).toEqual(['consent_challenge']);
        expect((await trial.hydra.consent.get(challenge)).challenge).toBe(challenge);
      }),
    ),
  ),
  promised('S10.b', 'reading a consent request returns what the app needs to ask the person', {
    '1.11': holds(tellsAll()),
    '2.3': holds(tellsAll()),
    '26.2': holds(tellsAll('consent_request_id')),
  }),
  promised(
    'S10.c',
    'reading a consent request does not answer it',
    since2(holds(readTwice([410, 409])), holds(readTwice([200, 200]))),
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
  'login_challenge',
  'login_session_id',
  'acr',
  'amr',
  'context',
];
