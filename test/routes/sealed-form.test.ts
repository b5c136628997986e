/** A form comes back with what it was drawn from: what was shown is what is answered. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { control, type Page } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
});
beforeEach(() => {
  stub.reset();
  jest.restoreAllMocks();
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

describe.each(screens)('a form of $name', (screen) => {
  const { name, yes } = screen;

  function expectFresh(page: Page, form: Page): void {
    expect([page.status, page.heading]).toEqual([403, form.heading]);
    expect(page.text).toContain(words('form.expired.title'));
    expect(stub.sent()).toEqual([]);
  }

  test.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['something else', 'AAAA'],
  ])('that brings back %s is shown again with what works', async (_what, sealed) => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const page = await browser.submit(form, { ...yes, forge: { sealed } });
    expectFresh(page, form);
    expect((await browser.submit(page, yes)).status).toBe(303);
  });

  test('that brings back one letter changed is shown again', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const { value } = control(form, 'sealed')!;
    const sealed = value.slice(0, 30) + (value[30] === 'A' ? 'B' : 'A') + value.slice(31);
    expectFresh(await browser.submit(form, { ...yes, forge: { sealed } }), form);
  });

  test('that brings back the facts of another challenge is shown again', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const other = await browser.get(openAt(stub, screen).address);
    const sealed = control(other, 'sealed')!.value;
    expectFresh(await browser.submit(form, { ...yes, forge: { sealed } }), form);
  });

  test('that brings back the facts of another browser is shown again', async () => {
    const browser = app.browser();
    const { address } = openAt(stub, screen);
    const form = await browser.get(address);
    const sealed = control(await app.browser().get(address), 'sealed')!.value;
    expectFresh(await browser.submit(form, { ...yes, forge: { sealed } }), form);
  });

  test('that is older than any challenge is shown again', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const now = Date.now();
    jest.spyOn(Date, 'now').mockReturnValue(now + 3 * 60 * 60 * 1000);
    const page = await browser.submit(form, yes);
    expectFresh(page, form);
    expect((await browser.submit(page, yes)).status).toBe(303);
  });

  test('asks the admin API once to be shown, and once to be answered', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const shown = stub.calls.filter(({ operation }) => operation.startsWith(`${name}.`));
    expect(shown).toHaveLength(1);
    const before = stub.calls.length;
    await browser.submit(form, yes);
    expect(stub.calls.slice(before).map(({ operation }) => operation)).toEqual([`${name}.accept`]);
  });
});

test('a wrong password asks the admin API nothing', async () => {
  const browser = app.browser();
  const address = addressOf('/login', 'login_challenge', stub.login(newChallenge()));
  const form = await browser.get(address);
  const calls = stub.calls.length;
  const wrong = await browser.submit(form, { fill: { ...foosLogin, password: 'wrong' } });
  expect(wrong.status).toBe(400);
  expect((await browser.submit(wrong, { fill: { ...foosLogin, password: 'no' } })).status).toBe(
    400,
  );
  expect(stub.calls).toHaveLength(calls);
  expect((await browser.submit(wrong, { fill: foosLogin })).status).toBe(303);
});

test('a whole journey makes four calls, and one more for the past', async () => {
  const browser = app.browser();
  const login = addressOf('/login', 'login_challenge', stub.login(newChallenge()));
  await browser.submit(await browser.get(login), { fill: foosLogin });
  const consent = addressOf('/consent', 'consent_challenge', stub.consent(newChallenge()));
  await browser.submit(await browser.get(consent), { press: 'accept', tickScopes: true });
  const calls = stub.calls.map(({ operation }) => operation);
  expect(calls.filter((operation) => operation !== 'server.version')).toEqual([
    'login.get',
    'login.accept',
    'consent.get',
    'consentSessions.list',
    'consent.accept',
  ]);
});

test('a device page that is loaded again while a wrong code is checked is a page', async () => {
  const browser = app.browser();
  const address = addressOf(
    '/device/verify',
    'device_challenge',
    stub.device(newChallenge(), 'right'),
  );
  const form = await browser.get(address);
  let release = (): void => {};
  const held = new Promise<void>((resolve) => {
    stub.answer('device.accept', (_call, _res, usual) => {
      release = usual;
      resolve();
    });
  });
  const checked = browser.submit(form, { fill: { code: 'wrong' } });
  await held;
  const reloading = browser.get(address);
  await new Promise((resolve) => setTimeout(resolve, 30));
  release();
  expect((await checked).status).toBe(400);
  const reloaded = await reloading;
  expect([reloaded.status, reloaded.headers['location']]).toEqual([200, undefined]);
  expect(control(reloaded, 'code')).toBeDefined();
  stub.usually();
});

test('a refused post is logged as the post it was', async () => {
  const logged = await startApp(stub, { LOG_LEVEL: 'info' });
  const browser = logged.browser();
  const form = await browser.get(openAt(stub, screens[0]!).address);
  await browser.submit(form, { forge: { _csrf: 'broken' } });
  const last = logged.logs.findLast(({ msg }) => msg === 'request');
  expect(last).toMatchObject({ method: 'POST', path: '/login', status: 403 });
  await logged.close();
});
