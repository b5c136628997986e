/** A screen that a person has to pass before an app gets anything. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { RequiredAction } from '../../src/policy/required-actions.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { foo } from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';

let stub: AdminStub;
let app: TestApp;
/** Subjects that still have to accept the terms. */
const due = new Set<string>();

const terms: RequiredAction = {
  path: '/terms',
  isDue: async ({ subject }, { clientId }) => due.has(subject) && clientId === 'meadow-notes',
};

beforeAll(async () => {
  stub = await startAdminStub();
  const change = (parts: TestApp['parts']) => ({ ...parts, requiredActions: [terms] });
  app = await startApp(stub, { BASE_URL: 'http://127.0.0.1:{port}/auth' }, { change });
});
beforeEach(() => {
  stub.reset();
  due.clear();
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

function open(given: object = {}) {
  const challenge = stub.consent(newChallenge(), given);
  const address = addressOf('/auth/consent', 'consent_challenge', challenge);
  return { address, terms: addressOf('/auth/terms', 'consent_challenge', challenge) };
}

test('comes before the question, and leads back to it', async () => {
  due.add(foo.subject);
  const browser = app.browser();
  const { address, terms: screen } = open();
  const page = await browser.get(address);
  expect([page.status, page.leadsTo]).toEqual([303, screen]);
  due.clear();
  const question = await browser.get(address);
  expect(question.status).toBe(200);
  expect((await browser.submit(question, { press: 'accept' })).leadsTo).toContain('verifier=');
});

test('comes before an answer, also when it became due while the question was open', async () => {
  const browser = app.browser();
  const { address, terms: screen } = open();
  const question = await browser.get(address);
  due.add(foo.subject);
  expect((await browser.submit(question, { press: 'accept' })).leadsTo).toBe(screen);
  expect(stub.sent()).toEqual([]);
  expect((await browser.submit(question, { press: 'reject' })).leadsTo).toContain('verifier=');
});

test('comes before what would not be asked', async () => {
  due.add(foo.subject);
  const { address, terms: screen } = open({ skip: true });
  expect((await app.browser().get(address)).leadsTo).toBe(screen);
  expect(stub.sent()).toEqual([]);
});

test('is not shown where the app wants no page: it is told so', async () => {
  due.add(foo.subject);
  const silent = `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&prompt=none`;
  const { address } = open({ skip: true, request_url: silent });
  expect((await app.browser().get(address)).leadsTo).toContain('consent_verifier=');
  expect(stub.sent().map(({ operation, body }) => [operation, body?.['error']])).toEqual([
    ['consent.reject', 'interaction_required'],
  ]);
});

test('concerns whom it concerns', async () => {
  due.add('somebody else');
  expect((await app.browser().get(open().address)).status).toBe(200);
});
