/** What people can do, and what they see, while the database that instances share cannot be asked. */
import { testDatabases, whyNoPostgres } from '@portico/database/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { notRun } from '../support/not-run.ts';
import { link, type Page } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { startTcpSwitch, type TcpSwitch } from '../support/tcp-switch.ts';
import { until } from '../support/until.ts';
import { words } from '../support/words.ts';
import { readChallenge } from '../../src/challenge/read-challenge.ts';

const why = whyNoPostgres();
if (why) notRun('Portico while PostgreSQL is away', why);
const homes = testDatabases().filter(({ name }) => name === 'PostgreSQL');

test('there is a PostgreSQL to cut off, or a reason why not', () => {
  expect(homes.length > 0).toBe(why === undefined);
});

const [, consentScreen, logoutScreen] = screens;

for (const home of homes) {
  afterAll(() => home.close());

  describe('while the database is away', () => {
    let stub: AdminStub;
    let way: TcpSwitch;
    let app: TestApp;

    beforeAll(async () => {
      stub = await startAdminStub();
      way = await startTcpSwitch(await home.fresh());
      const env = { DATABASE_URL: way.address, LOG_LEVEL: 'info', TRUST_PROXY: 'loopback' };
      app = await startApp(stub, env);
    }, 60_000);
    beforeEach(async () => {
      await way.mend();
      stub.reset();
      app.logs.length = 0;
      app.audits.length = 0;
    });
    afterAll(async () => {
      await app.close();
      await way.close();
      await stub.close();
    });

    let addresses = 0;
    function newBrowser(): Browser {
      addresses += 1;
      return app.browser({ 'X-Forwarded-For': `198.51.100.${addresses}` });
    }
    const loginAddress = (given: Parameters<AdminStub['login']>[1] = {}) =>
      addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));

    async function signedIn(): Promise<Browser> {
      const browser = newBrowser();
      const form = await browser.get(loginAddress());
      const done = await browser.submit(form, { fill: foosLogin });
      expect(done.leadsTo).toContain('login_verifier=');
      stub.calls.length = 0;
      app.logs.length = 0;
      app.audits.length = 0;
      return browser;
    }

    /** Nothing was answered, and the log has one line for each request, without stack or secret. */
    function expectFault(page: Page): void {
      expect([page.status, page.heading]).toEqual([503, words('error.user_store_down.title')]);
      expect(page.text).toContain(words('error.user_store_down.text'));
      expect(link(page, words('button.try_again'))).toBeDefined();
      expect(stub.sent()).toEqual([]);
      expect(app.audits).toEqual([]);
      const lines = app.logs.filter(({ msg, request }) => msg !== 'request' && request);
      expect(lines).toEqual([
        expect.objectContaining({ level: 40, msg: 'cannot answer', code: 'user_store_down' }),
      ]);
      expect(JSON.stringify(lines)).not.toMatch(/\.ts:|stack|postgres:\/\//);
    }

    test('the instance is ready all the same, and the state says so, and when it is back', async () => {
      await way.cut();
      const { state } = app.parts;
      expect(await state.ready()).toBe(false);
      for (const which of ['alive', 'ready']) {
        expect((await fetch(`${app.url}/health/${which}`)).status).toBe(200);
      }
      await way.mend();
      expect(await state.ready()).toBe(true);
    });

    test('signing in is a 503 that answers and counts nothing, and works when it is back', async () => {
      const browser = newBrowser();
      const form = await browser.get(loginAddress());
      await way.cut();
      expectFault(await browser.submit(form, { fill: foosLogin }));
      for (let tries = 0; tries < 10; tries += 1) {
        const fill = { ...foosLogin, password: 'sesame' };
        expect((await browser.submit(form, { fill })).status).toBe(503);
      }
      await way.mend();
      const done = await browser.submit(form, { fill: foosLogin });
      expect(done.leadsTo).toContain('login_verifier=');
      expect(stub.sent()).toHaveLength(1);
    });

    test('who is remembered gets the same page, and is signed in when it is back', async () => {
      const browser = await signedIn();
      const address = loginAddress({ skip: true, subject: foo.subject });
      await way.cut();
      expectFault(await browser.get(address));
      await way.mend();
      expect((await browser.get(address)).leadsTo).toContain('login_verifier=');
    });

    test.each([
      ['asked', {}],
      ['not asked', { skip: true }],
    ])('consent of somebody who is %s is a 503 that grants nothing', async (_who, given) => {
      const browser = await signedIn();
      const challenge = stub.consent(newChallenge('consent'), given);
      const address = addressOf('/consent', 'consent_challenge', challenge);
      await way.cut();
      expectFault(await browser.get(address));
      await way.mend();
      expect((await browser.get(address)).status).toBeLessThan(400);
    });

    test.each(['accept', 'reject'])('an open consent form cannot be posted: %s', async (press) => {
      const browser = newBrowser();
      const form = await browser.get(openAt(stub, consentScreen!).address);
      await way.cut();
      expectFault(await browser.submit(form, { press, tickScopes: true }));
      await way.mend();
      expect((await browser.submit(form, { press, tickScopes: true })).status).toBe(303);
      expect(stub.sent()).toHaveLength(1);
    });

    test('the sign-in page of a new browser is shown, because it needs no database', async () => {
      await way.cut();
      expect((await newBrowser().get(loginAddress())).status).toBe(200);
      expect(app.logs.filter(({ request }) => request)).toEqual([
        expect.objectContaining({ msg: 'request' }),
      ]);
    });

    test('people can sign out, and are signed out everywhere once it is back', async () => {
      const browser = await signedIn();
      const cookie = browser.cookies()[app.cookie('session')]!;
      const { address } = openAt(stub, logoutScreen!);
      await way.cut();
      const form = await browser.get(address);
      expect(form.status).toBe(200);
      const done = await browser.submit(form, logoutScreen!.yes);
      expect(done.leadsTo).toContain('logout_verifier=');
      expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
      expect(app.logs.filter(({ level }) => level > 40)).toEqual([]);
      await way.mend();
      await until(async () => {
        const thief = newBrowser();
        thief.setCookie(app.cookie('session'), /^[^=]+=([^;]*)/.exec(cookie)![1]!);
        return !(await thief.get('/')).text.includes(foo.email);
      });
    });

    test('the start page is there without a name, and signs out', async () => {
      const browser = await signedIn();
      await way.cut();
      const page = await browser.get('/');
      expect(page.status).toBe(200);
      expect(page.text).not.toContain(foo.email);
      expect((await browser.submit(page, { press: 'sign_out' })).status).toBe(303);
      await way.mend();
      expect((await browser.get('/')).text).toContain(words('start.signed_out'));
    });

    test('lost while the server is told, the answer still reaches the browser, and is kept', async () => {
      const browser = newBrowser();
      const form = await browser.get(loginAddress());
      stub.answer('login.accept', async (_call, _res, usual) => {
        await way.cut();
        usual();
      });
      const done = await browser.submit(form, { fill: foosLogin });
      stub.usually();
      expect(done.leadsTo).toContain('login_verifier=');
      expect((await browser.submit(form, { press: 'reject' })).status).toBe(409);
      await way.mend();
      expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toBe(done.leadsTo);
      const other = await startApp(stub, {
        BASE_URL: app.publicUrl,
        DATABASE_URL: way.address,
        TRUST_PROXY: 'loopback',
      });
      await until(async () => {
        const rows = await app.parts.state.answers.find(keyOf(form));
        return rows?.stage === 'given';
      });
      const there = other.browser();
      for (const [name, line] of Object.entries(browser.cookies())) {
        there.setCookie(name, /^[^=]+=([^;]*)/.exec(line)![1]!);
      }
      expect((await there.submit(form, { press: 'reject' })).status).toBe(409);
      expect((await there.submit(form, { fill: foosLogin })).leadsTo).toBe(done.leadsTo);
      expect(stub.sent()).toHaveLength(1);
      await other.close();
    });

    test('when it hangs, nobody waits for ever, and all goes on afterwards', async () => {
      const browser = newBrowser();
      const form = await browser.get(loginAddress());
      way.hang();
      const pages = await Promise.all(
        Array.from({ length: 20 }, () => browser.submit(form, { fill: foosLogin })),
      );
      expect(pages.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 503));
      await way.cut();
      await way.mend();
      const done = await browser.submit(form, { fill: foosLogin });
      expect(done.leadsTo).toContain('login_verifier=');
    }, 60_000);
  });

  test('Portico starts when the database does', async () => {
    const stub = await startAdminStub();
    const way = await startTcpSwitch(await home.fresh());
    await way.cut();
    const starting = startApp(stub, { DATABASE_URL: way.address });
    const isThere = await Promise.race([
      starting.then(() => true),
      new Promise((resolve) => setTimeout(resolve, 500, false)),
    ]);
    expect(isThere).toBe(false);
    await way.mend();
    const app = await starting;
    expect((await fetch(`${app.url}/health/ready`)).status).toBe(200);
    await app.close();
    await way.close();
    await stub.close();
  }, 60_000);
}

/** Of the challenge of a sign-in page. */
function keyOf({ url }: Page): string {
  const fields = Object.fromEntries(new URL(url).searchParams);
  return readChallenge(fields, 'login').key;
}
