/** What docs/from-the-reference-app.md promises to forks of the reference app and to their tests. */
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';

let stub: AdminStub;
let app: TestApp;
let browser: Browser;

beforeAll(async () => {
  stub = await startAdminStub({ version: '26.2' });
  app = await startApp(stub);
});
beforeEach(() => {
  stub.reset();
  browser = app.browser();
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const loginAt = (given = {}) =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge(), given));
const consentAt = (given = {}) =>
  addressOf('/consent', 'consent_challenge', stub.consent(newChallenge(), given));
const logoutAt = () => addressOf('/logout', 'logout_challenge', stub.logout(newChallenge(), {}));

const idsIn = (html: string) => [...html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
const namesIn = (html: string) => [...html.matchAll(/\sname="([^"]*)"/g)].map(([, name]) => name);

test('screens are at the same addresses and their elements have the same ids and names', async () => {
  const login = await browser.get(loginAt());
  expect(idsIn(login.html)).toEqual(
    expect.arrayContaining(['email', 'password', 'remember', 'accept', 'reject']),
  );
  expect(namesIn(login.html)).toEqual(
    expect.arrayContaining(['_csrf', 'login_challenge', 'email', 'password', 'remember']),
  );

  const consent = await browser.get(
    consentAt({ subject: foo.subject, requested_scope: ['openid', 'photos.read'] }),
  );
  expect(idsIn(consent.html)).toEqual(
    expect.arrayContaining(['photos.read', 'remember', 'accept', 'reject']),
  );
  expect(namesIn(consent.html)).toEqual(
    expect.arrayContaining(['_csrf', 'consent_challenge', 'grant_scope', 'remember']),
  );

  const logout = await browser.get(logoutAt());
  expect(idsIn(logout.html)).toEqual(expect.arrayContaining(['accept', 'reject']));

  const device = await browser.get(
    addressOf('/device/verify', 'device_challenge', stub.device(newChallenge(), 'code')),
  );
  expect(idsIn(device.html)).toEqual(expect.arrayContaining(['code', 'verify']));
  expect(namesIn(device.html)).toEqual(expect.arrayContaining(['user_code', 'device_challenge']));
  expect((await browser.get('/device/success')).status).toBe(200);
});

test('an app is told the same after a no', async () => {
  await browser.submit(await browser.get(loginAt()), { press: 'reject' });
  expect(stub.sent('login.reject')[0]!.body).toEqual({
    error: 'access_denied',
    error_description: 'The resource owner denied the request',
  });
});

test('whoever signed in at the old app is asked for consent here', async () => {
  // The old app accepts with a subject and no context, so nothing names a browser.
  const page = await browser.get(consentAt({ subject: foo.subject }));
  expect(page.status).toBe(200);
  await browser.submit(page, { press: 'accept' });
  expect(stub.sent('consent.accept')).toHaveLength(1);
});

test('an hour, as in the old app, takes two settings', async () => {
  const other = await startApp(stub, {
    LOGIN_REMEMBER_SECONDS: '3600',
    CONSENT_REMEMBER_SECONDS: '3600',
    CONSENT_PRESELECT: 'none',
    MOCK_TLS_TERMINATION: 'yes',
  });
  const at = other.browser();
  const login = await at.get(loginAt());
  await at.submit(login, { fill: foosLogin, wish: { remember: 'true' } });
  expect(stub.sent('login.accept')[0]!.body).toMatchObject({ remember_for: 3600, acr: '1' });
  const { context } = stub.sent('login.accept')[0]!.body as { context: object };
  const consent = await at.get(consentAt({ subject: foo.subject, context }));
  expect(consent.html).not.toMatch(/name="grant_scope"[^>]* checked/);
  await other.close();
});
