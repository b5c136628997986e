/** Operations 3, 14 and 24: logout requests. */
import { expect } from '@jest/globals';
import { expectAddress, expectKind, expectRedirect, expectSilence } from '../expectations.ts';
import { everywhere, holds, promised, since2, type Check } from '../promise.ts';
import type { Trial } from '../trial.ts';
import { send, type Body } from '../wire.ts';

const path = '/oauth2/auth/requests/logout';

/** A browser that is remembered, at the question whether to sign out. */
async function leaving(trial: Trial) {
  const client = await trial.client();
  const { browser } = await trial.signIn({ client, login: { remember: true } });
  const journey = await trial.atLogout(browser);
  expect(journey.kind).toBe('logout');
  return { journey, browser, client };
}

/** @param unknown status of rejecting what is not there */
const rejectsUnknown =
  (unknown: number): Check =>
  async (trial) => {
    const { journey } = await leaving(trial);
    const rejected = await journey.answer('reject', {});
    expectSilence(rejected);
    expect(rejected.headers.get('location')).toBeNull();
    const other = await trial.admin('PUT', `${path}/reject?logout_challenge=unknown`);
    expect(other.status).toBe(unknown);
  };

export const logout = [
  promised(
    'S3.a',
    'accepting a logout signs the subject out',
    everywhere(
      holds(async (trial) => {
        const { journey, browser, client } = await leaving(trial);
        const next = await trial.hydra.logout.accept(journey.challenge);
        // the session ends when the browser goes there, and not before
        expect(await trial.isRemembered(browser, client)).toBe(true);
        await journey.follow(next);
        expect(await trial.isRemembered(browser, client)).toBe(false);
      }),
    ),
  ),
  promised(
    'S3.b',
    'accepting a logout needs no body',
    everywhere(
      holds(async (trial) => {
        const { journey, browser, client } = await leaving(trial);
        const { status, body } = await journey.answer('accept');
        expect(status).toBe(200);
        expect((await journey.follow(body.redirect_to)).kind).toBe('');
        expect(await trial.isRemembered(browser, client)).toBe(false);
      }),
    ),
  ),
  promised(
    'S3.c',
    'accepting a logout returns the address that the browser visits next',
    everywhere(
      holds(async (trial) => {
        const { journey } = await leaving(trial);
        const url = `${trial.publicUrl}/oauth2/sessions/logout`;
        const to = { url, verifier: 'logout_verifier' };
        expectRedirect(await journey.answer('accept'), to);
        expectAddress(await trial.hydra.logout.accept(journey.challenge), to);
        await expectKind(trial.hydra.logout.accept('x'), 'unknown');
      }),
    ),
  ),
  promised(
    'S14.a',
    'reading a logout request returns who will be signed out',
    everywhere(
      holds(async (trial) => {
        const { journey } = await leaving(trial);
        const { challenge } = journey;
        const { status, body }: { status: number; body: Body } = await journey.request();
        expect(status).toBe(200);
        const times = trial.version === '1.11' ? [] : ['expires_at', 'requested_at'];
        expect(Object.keys(body).toSorted()).toEqual([...members, ...times].toSorted());
        for (const seen of [body, await trial.hydra.logout.get(challenge)]) {
          expect(seen).toMatchObject({
            challenge,
            subject: trial.subject,
            rp_initiated: false,
            request_url: '/oauth2/sessions/logout',
            client: null,
          });
        }
        await trial.hydra.logout.reject(challenge);
        await expectKind(trial.hydra.logout.get(challenge), 'unknown');
      }),
    ),
  ),
  promised(
    'S24.a',
    'rejecting a logout leaves the subject signed in',
    everywhere(
      holds(async (trial) => {
        const { journey, browser, client } = await leaving(trial);
        await trial.hydra.logout.reject(journey.challenge);
        expect(await trial.isRemembered(browser, client)).toBe(true);
      }),
    ),
  ),
  promised(
    'S24.b',
    'rejecting a logout needs no body; JSON and forms are accepted',
    everywhere(
      holds(async (trial) => {
        const { journey } = await leaving(trial);
        expectSilence(await journey.answer('reject'));
        expectSilence(await journey.answer('reject', { error: 'access_denied' }));
        const query = new URLSearchParams({ logout_challenge: journey.challenge });
        const url = `${trial.adminUrl}${trial.prefix}${path}/reject?${query.toString()}`;
        const form = new URLSearchParams({ error: 'access_denied' });
        expectSilence(await send(url, { method: 'PUT', body: form }));
      }),
    ),
  ),
  promised(
    'S24.c',
    'rejecting a logout returns nothing: the app decides what comes next',
    since2(holds(rejectsUnknown(204)), holds(rejectsUnknown(404))),
  ),
];

const members = ['challenge', 'subject', 'sid', 'request_url', 'rp_initiated', 'client'];
