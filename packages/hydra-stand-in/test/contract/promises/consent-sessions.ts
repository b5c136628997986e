/** Operations 20 and 26: consents that were given. */
import { expect } from '@jest/globals';
import { expectError, expectKind, expectSilence } from '../expectations.ts';
import { differs, everywhere, holds, promised, type Check } from '../promise.ts';
import type { Trial } from '../trial.ts';
import { linksOf } from '../wire.ts';

const path = '/oauth2/auth/sessions/consent';

/** Two consents of the subject, to two clients. */
async function allowed(trial: Trial) {
  const one = await trial.tokens({ consent: { remember: true } });
  const other = await trial.tokens({ consent: { remember: true } });
  const ids: [string, string] = [one.client.client_id, other.client.client_id];
  return { one, other, ids };
}

async function allowedIds(trial: Trial): Promise<string[]> {
  const { items } = await trial.hydra.consentSessions.page(trial.subject);
  return items.map(({ consent_request }) => consent_request.client.client_id).toSorted();
}

/** @param since what has become of a consent that is listed */
const listsGranted =
  (since: 'accepted' | 'redeemed'): Check =>
  async (trial) => {
    const refused = await trial.atConsent();
    await refused.answer('reject', { error: 'access_denied' });
    const { client } = await trial.signIn();
    const open = await trial.atConsent();
    await open.answer('accept', { grant_scope: ['openid'] });
    const all: string[] = [client.client_id, open.client.client_id];
    const ids = since === 'accepted' ? all : all.slice(0, 1);
    expect(await allowedIds(trial)).toEqual(ids.toSorted());
  };

/** @param relations of the first of two pages; `undefined`: they are of no use */
const linksConsents =
  (relations: string[] | undefined): Check =>
  async (trial) => {
    const nobody = await trial.admin('GET', `${path}?subject=${trial.subject}`);
    expect(nobody).toMatchObject({ status: 200, body: [] });
    expect(nobody.headers.get('link')).toBeNull();
    const { ids } = await allowed(trial);
    const size = trial.version === '1.11' ? 'limit=1' : 'page_size=1';
    const first = await trial.admin('GET', `${path}?subject=${trial.subject}&${size}`);
    const links = linksOf(first);
    if (relations) expect(Object.keys(links).toSorted()).toEqual(relations);
    else expect(links['next']).toBeUndefined();
    const seen: string[] = [];
    for await (const session of trial.hydra.consentSessions.list(trial.subject, { size: 1 })) {
      seen.push(session.consent_request.client.client_id);
    }
    expect(seen.toSorted()).toEqual(ids.toSorted());
  };

/** @param id whether a consent can be named by its own id */
const narrows =
  (id: 'id' | 'no id'): Check =>
  async (trial) => {
    const { ids } = await allowed(trial);
    const [first, second] = ids;
    const mine = `${path}?subject=${trial.subject}`;
    expectError(await trial.admin('DELETE', mine), 400, 'invalid_request');
    expectError(await trial.admin('DELETE', `${mine}&all=1`), 400, 'invalid_request');
    if (id === 'id') {
      const mixed = await trial.admin('DELETE', `${mine}&client=${first}&all=true`);
      expectError(mixed, 400, 'invalid_request');
    }
    expect(await allowedIds(trial)).toEqual(ids.toSorted());
    await trial.hydra.consentSessions.revoke({ subject: trial.subject, client: first });
    expect(await allowedIds(trial)).toEqual([second]);
    await trial.hydra.consentSessions.revoke({ subject: trial.subject, all: true });
    expect(await allowedIds(trial)).toEqual([]);
    // nothing to do is no error
    expectSilence(await trial.admin('DELETE', `${mine}&all=true`));
  };

const needsSubject: Check = async (trial) => {
  const { client } = await trial.tokens({ consent: { remember: true } });
  for (const query of ['', '?all=true', `?client=${client.client_id}`]) {
    expectError(await trial.admin('DELETE', `${path}${query}`), 400, 'invalid_request');
  }
  const byId = trial.hydra.consentSessions.revoke({ consentRequestId: 'some' });
  await expectKind(byId, 'unsupported');
  expect(await allowedIds(trial)).toEqual([client.client_id]);
};

export const consentSessions = [
  promised(
    'S20.a',
    'needs the subject whose consents to list',
    everywhere(
      holds(async (trial) => {
        expectError(await trial.admin('GET', path), 400, 'invalid_request');
        expectError(await trial.admin('GET', `${path}?subject=`), 400, 'invalid_request');
        await expectKind(trial.hydra.consentSessions.page(''), 'bad_request');
      }),
    ),
  ),
  promised('S20.b', 'lists the consents that were granted', {
    '1.11': holds(listsGranted('accepted')),
    '2.3': holds(listsGranted('redeemed')),
    '26.2': holds(listsGranted('redeemed')),
  }),
  promised(
    'S20.c',
    'lists consents with their client and the scopes that were granted',
    everywhere(
      holds(async (trial) => {
        const session = { access_token: { a: 1 }, id_token: { b: 2 } };
        const consent = { grant_scope: ['openid'], session, remember: true, remember_for: 60 };
        const { client } = await trial.signIn({ consent });
        const { body } = await trial.admin('GET', `${path}?subject=${trial.subject}`);
        const { items } = await trial.hydra.consentSessions.page(trial.subject);
        const { client_id } = client;
        for (const [seen, ...others] of [body, items]) {
          expect(others).toEqual([]);
          expect(seen).toMatchObject({
            ...consent,
            consent_request: { subject: trial.subject, client: { client_id } },
          });
        }
        const members = Object.keys(body[0]).toSorted();
        expect(members).toEqual([...usual, ...newer[trial.version]].toSorted());
      }),
    ),
  ),
  promised('S20.d', 'the `Link` header of the consents has first, next, last and previous', {
    '1.11': differs('its name for the last one is `prev`', linksConsents(['last', 'next'])),
    '2.3': differs('its numbers are wrong', linksConsents(undefined)),
    '26.2': differs('it has only first and next', linksConsents(['first', 'next'])),
  }),
  promised(
    'S20.e',
    'the list of consents names no parameters for pages',
    everywhere(
      differs('it accepts those of the client list', async (trial) => {
        await allowed(trial);
        const size = trial.version === '1.11' ? 'limit=1' : 'page_size=1';
        const mine = `${path}?subject=${trial.subject}`;
        expect((await trial.admin('GET', `${mine}&${size}`)).body).toHaveLength(1);
        expect((await trial.admin('GET', mine)).body).toHaveLength(2);
        const { items } = await trial.hydra.consentSessions.page(trial.subject, { size: 1 });
        expect(items).toHaveLength(1);
      }),
    ),
  ),
  promised('S26.a', 'needs the subject whose consents to revoke', {
    '1.11': holds(needsSubject),
    '2.3': holds(needsSubject),
    '26.2': differs('the id of a consent is accepted too', async (trial) => {
      const { one, other } = await allowed(trial);
      const of = one.client.client_id;
      const { items } = await trial.hydra.consentSessions.page(trial.subject);
      const mine = items.find(({ consent_request: { client } }) => client.client_id === of);
      const consentRequestId = mine?.consent_request_id ?? '';
      await trial.hydra.consentSessions.revoke({ consentRequestId });
      expect(await allowedIds(trial)).toEqual([other.client.client_id]);
      expect(await trial.isActive(one.access_token)).toBe(false);
      for (const query of ['', '?all=true', `?client=${of}`]) {
        expectError(await trial.admin('DELETE', `${path}${query}`), 400, 'invalid_request');
      }
    }),
  }),
  promised('S26.b', 'revokes the consents for one client, or all if no client is given', {
    '1.11': differs('all are revoked only with `all=true`', narrows('no id')),
    '2.3': differs('all are revoked only with `all=true`', narrows('no id')),
    '26.2': differs('all are revoked only with `all=true`', narrows('id')),
  }),
  promised(
    'S26.c',
    'tokens of revoked consents become invalid, and no others',
    everywhere(
      holds(async (trial) => {
        const { one, other } = await allowed(trial);
        const { client_id: client } = one.client;
        await trial.hydra.consentSessions.revoke({ subject: trial.subject, client });
        expect(await trial.isActive(one.access_token)).toBe(false);
        expect(await trial.isActive(one.refresh_token)).toBe(false);
        expect(await trial.isActive(other.access_token)).toBe(true);
        expect(await trial.isActive(other.refresh_token)).toBe(true);
      }),
    ),
  ),
];

const usual = [
  'grant_scope',
  'grant_access_token_audience',
  'session',
  'remember',
  'remember_for',
  'handled_at',
  'consent_request',
];
const newer = { '1.11': [], '2.3': ['context'], '26.2': ['context', 'consent_request_id'] };
