/** What people can do, and what they see, while the user store cannot be asked. */
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { control, link, referenceOf, type Page } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { createStoreSwitch } from '../support/store-switch.ts';
import { words } from '../support/words.ts';

const store = createStoreSwitch();
let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  const env = { LOG_LEVEL: 'info', TRUST_PROXY: 'loopback' };
  app = await startApp(stub, env, { change: (parts) => store.change(parts) });
});
beforeEach(() => {
  store.comeBack();
  stub.reset();
  app.logs.length = 0;
  app.audits.length = 0;
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const [, consentScreen, logoutScreen] = screens;
let addresses = 0;
const newBrowser = (): Browser => {
  addresses += 1;
  return app.browser({ 'X-Forwarded-For': `198.51.100.${addresses}` });
};
const openLogin = (browser: Browser, given?: Parameters<AdminStub['login']>[1]) =>
  browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given)));

/** A browser in which foo is signed in; what happened before is forgotten. */
async function signedIn(): Promise<Browser> {
  const browser = newBrowser();
  const done = await browser.submit(await openLogin(browser), { fill: foosLogin });
  expect(done.leadsTo).toContain('login_verifier=');
  stub.calls.length = 0;
  app.logs.length = 0;
  app.audits.length = 0;
  return browser;
}

function expectFault(page: Page, address: string): void {
  expect(page.status).toBe(503);
  expect(page.heading).toBe(words('error.user_store_down.title'));
  expect(page.text).toContain(words('error.user_store_down.text'));
  expect(link(page, words('button.try_again'))?.href).toBe(address);
  expect(page.text).toContain(words('error.reference', { id: referenceOf(page)! }));
  expect(page.html).not.toContain('people of the tests');
}

/** Nothing was answered, and the log has one line about it, without a stack. */
function expectNothingDone(msg = 'cannot answer'): void {
  expect(stub.sent()).toEqual([]);
  expect(app.audits).toEqual([]);
  const lines = app.logs.filter((line) => line.msg !== 'request');
  expect(lines).toEqual([
    expect.objectContaining({
      level: 40,
      msg,
      code: 'user_store_down',
      request: expect.any(String),
      reason: 'IdentityError: the people of the tests are away',
    }),
  ]);
  expect(JSON.stringify(lines)).not.toMatch(/\.ts:|stack/);
}

const pathOf = (page: Page) => page.url.slice(new URL(page.url).origin.length);

describe('signing in', () => {
  test('is a 503 that answers nothing, and works once the store is back', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    store.goAway();
    expectFault(await browser.submit(form, { fill: foosLogin }), pathOf(form));
    expectNothingDone();
    store.comeBack();
    expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toContain('login_verifier=');
  });

  test('costs no try: not even twenty lead to a wait', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    store.goAway();
    for (let i = 0; i < 20; i++) {
      const fill = { ...foosLogin, password: 'sesame' };
      expect((await browser.submit(form, { fill })).status).toBe(503);
    }
    expect(app.audits).toEqual([]);
    store.comeBack();
    expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toContain('login_verifier=');
  });

  test('is not repeated by a second click, as nobody can say whether the proof still holds', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    const done = await browser.submit(form, { fill: foosLogin });
    store.goAway();
    const page = await browser.submit(form, { fill: foosLogin });
    expect(page.status).toBe(503);
    expect(page.leadsTo).toBeUndefined();
    store.comeBack();
    const again = await browser.submit(form, { fill: foosLogin });
    expect(again.leadsTo).toBe(done.leadsTo);
    expect(stub.sent('login.accept')).toHaveLength(1);
  });

  test('can be cancelled', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    store.goAway();
    expect((await browser.submit(form, { press: 'reject' })).status).toBe(303);
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['login.reject']);
  });

  test('of a person whom the server remembers is a 503 until the store is back', async () => {
    const browser = await signedIn();
    const challenge = stub.login(newChallenge(), { skip: true, subject: foo.subject });
    const address = addressOf('/login', 'login_challenge', challenge);
    store.goAway();
    expectFault(await browser.get(address), address);
    expectNothingDone();
    store.comeBack();
    expect((await browser.get(address)).leadsTo).toContain('login_verifier=');
  });
});

describe('the sign-in page', () => {
  test('of a known person is the plain form, and knows them again afterwards', async () => {
    const browser = await signedIn();
    const again = { request_url: 'https://auth.example.org/oauth2/auth?prompt=login' };
    store.goAway();
    const page = await openLogin(browser, again);
    expect(page.status).toBe(200);
    expect(page.text).not.toContain(foo.email);
    expect(control(page, 'email')).toMatchObject({ kind: 'text', value: '' });
    expectNothingDone('shown without the user store');
    store.comeBack();
    expect((await openLogin(browser, again)).text).toContain(foo.email);
  });

  test('asks for all when the store goes away behind a wrong password', async () => {
    const browser = await signedIn();
    const form = await openLogin(browser);
    expect(form.text).toContain(foo.email);
    store.goAway('find');
    const page = await browser.submit(form, { fill: { password: 'sesame' } });
    expect(page.status).toBe(400);
    expect(page.text).toContain(words('login.wrong.title'));
    expect(control(page, 'email')).toMatchObject({ kind: 'text', value: foo.email });
  });

  test('of nobody known does not ask the store', async () => {
    store.goAway();
    expect((await openLogin(newBrowser())).status).toBe(200);
    expect(app.logs.filter(({ level }) => level > 30)).toEqual([]);
  });
});

describe('consent', () => {
  test.each([
    ['a question', {}],
    ['what was allowed before', { skip: true }],
    ['an app of our own', { client: { skip_consent: true } }],
  ])('to %s is a 503 that grants nothing', async (_what, given) => {
    const challenge = stub.consent(newChallenge('consent'), given);
    const address = addressOf('/consent', 'consent_challenge', challenge);
    const browser = newBrowser();
    store.goAway();
    expectFault(await browser.get(address), address);
    expectNothingDone();
    store.comeBack();
    expect((await browser.get(address)).status).toBeLessThan(400);
  });

  test('is given only while the store can be asked', async () => {
    const { address } = openAt(stub, consentScreen!);
    const browser = newBrowser();
    const form = await browser.get(address);
    store.goAway();
    expectFault(await browser.submit(form, consentScreen!.yes), address);
    expectNothingDone();
    store.comeBack();
    const done = await browser.submit(form, consentScreen!.yes);
    expect(done.leadsTo).toContain('consent_verifier=');
  });

  test('can be refused', async () => {
    const browser = newBrowser();
    const form = await browser.get(openAt(stub, consentScreen!).address);
    store.goAway();
    expect((await browser.submit(form, consentScreen!.no)).status).toBe(303);
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['consent.reject']);
  });
});

describe('signing out', () => {
  test('is asked without the name, and done', async () => {
    const browser = await signedIn();
    store.goAway();
    const page = await browser.get(openAt(stub, logoutScreen!).address);
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('class="person"');
    expectNothingDone('shown without the user store');
    const done = await browser.submit(page, logoutScreen!.yes);
    expect(done.leadsTo).toContain('logout_verifier=');
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
  });

  test('can be refused, and the page after it has no name', async () => {
    const browser = await signedIn();
    store.goAway();
    const page = await browser.get(openAt(stub, logoutScreen!).address);
    for (const stayed of [
      await browser.submit(page, logoutScreen!.no),
      await browser.get('/logout/stayed'),
    ]) {
      expect(stayed.status).toBe(200);
      expect(stayed.heading).toBe(words('stayed.title'));
      expect(stayed.html).not.toContain('class="person"');
    }
  });

  test('works on the start page, which shows no name', async () => {
    const browser = await signedIn();
    store.goAway();
    const page = await browser.get('/');
    expect(page.status).toBe(200);
    expect(page.html).not.toContain('class="person"');
    for (const key of ['start.signed_in', 'start.signed_out']) {
      expect(page.text).not.toContain(words(key));
    }
    expectNothingDone('shown without the user store');
    const done = await browser.submit(page, { press: 'sign_out' });
    expect(done.status).toBe(303);
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
    expect(app.audits).toEqual([expect.objectContaining({ audit: 'signed_out' })]);
    expect(app.audits[0]).not.toHaveProperty('subject');
    expect((await browser.get('/')).text).toContain(words('start.signed_out'));
  });
});

test('any other fault of the user store is not taken for its absence', async () => {
  const browser = await signedIn();
  const find = jest.spyOn(app.parts.identity, 'find').mockRejectedValue(new Error('a bug'));
  try {
    expect((await browser.get('/')).status).toBe(500);
    expect((await openLogin(browser)).status).toBe(500);
  } finally {
    find.mockRestore();
  }
});
