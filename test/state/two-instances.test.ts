/** Two instances behind a proxy without sticky sessions, with one database. */
import { testDatabases, whyNoPostgres } from '@portico/database/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { openBrowser, type Browser } from '../support/browser.ts';
import { notRun } from '../support/not-run.ts';
import { foo } from '../support/people.ts';
import { startRoundRobin, type RoundRobin } from '../support/round-robin.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

const why = whyNoPostgres();
if (why) notRun('Two instances with one database', why);
const homes = testDatabases().filter(({ name }) => name === 'PostgreSQL');

test('there is a PostgreSQL for both, or a reason why not', () => {
  expect(homes.length > 0).toBe(why === undefined);
});

const [, consentScreen] = screens;

for (const home of homes)
  describe('two instances', () => {
    let stub: AdminStub;
    let proxy: RoundRobin;
    let apps: TestApp[];
    let databaseUrl: string;

    const start = () =>
      startApp(stub, {
        BASE_URL: proxy.url,
        DATABASE_URL: databaseUrl,
        TRUST_PROXY: 'loopback',
        LOG_LEVEL: 'info',
      });
    const portOf = ({ url }: TestApp) => Number(new URL(url).port);

    beforeAll(async () => {
      stub = await startAdminStub();
      proxy = await startRoundRobin();
      databaseUrl = await home.fresh();
      apps = await Promise.all([start(), start()]);
      proxy.lead(apps.map(portOf));
    }, 60_000);
    beforeEach(() => {
      proxy.pin();
      stub.reset();
      for (const app of apps) {
        app.logs.length = 0;
        app.audits.length = 0;
      }
    });
    afterAll(async () => {
      await Promise.all(apps.map((app) => app.close()));
      await proxy.close();
      await stub.close();
      await home.close();
    });

    let addresses = 0;
    function newBrowser(): Browser {
      addresses += 1;
      const headers = { 'X-Forwarded-For': `198.51.${addresses >> 8}.${addresses % 256}` };
      return openBrowser({ url: proxy.url, headers });
    }
    const openLogin = (browser: Browser, given: Parameters<AdminStub['login']>[1] = {}) =>
      browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given)));

    async function signedIn(): Promise<Browser> {
      const browser = newBrowser();
      const done = await browser.submit(await openLogin(browser), { fill: foosLogin });
      expect(done.leadsTo).toContain('login_verifier=');
      return browser;
    }

    /** Both instances get the same request at the same moment. */
    const atBoth = <T>(send: () => Promise<T>): Promise<T[]> => Promise.all([send(), send()]);

    test('each of them answers', async () => {
      for (const app of apps) {
        expect(await (await fetch(`${app.url}/health/ready`)).json()).toEqual({ status: 'ok' });
      }
    });

    describe.each(screens)('$name', (screen) => {
      test('begun at one ends at the other', async () => {
        const browser = newBrowser();
        proxy.pin(0);
        const form = await browser.get(openAt(stub, screen).address);
        proxy.pin(1);
        const done = await browser.submit(form, screen.yes);
        expect(done.status).toBe(303);
        expect(done.leadsTo).toContain(`${screen.name}_verifier=`);
      });

      test('posted to both at the same moment is given once, and leads to the same place', async () => {
        const browser = newBrowser();
        const form = await browser.get(openAt(stub, screen).address);
        const [one, other] = await atBoth(() => browser.submit(form, screen.yes));
        expect([one!.status, other!.status]).toEqual([303, 303]);
        expect(other!.leadsTo).toBe(one!.leadsTo);
        expect(stub.sent()).toHaveLength(1);
        // Sums of what the tests before did come a second later.
        const answered = apps.flatMap(({ audits }) => audits).filter((line) => !('count' in line));
        expect(answered).toHaveLength(1);
        expect((await browser.submit(form, screen.yes)).leadsTo).toBe(one!.leadsTo);
        expect((await browser.get(form.url)).leadsTo).toBe(one!.leadsTo);
        expect(stub.sent()).toHaveLength(1);
      });

      test('answered at one cannot be answered otherwise at the other', async () => {
        const browser = newBrowser();
        const form = await browser.get(openAt(stub, screen).address);
        proxy.pin(0);
        const done = await browser.submit(form, screen.yes);
        proxy.pin(1);
        const denied = await browser.submit(form, screen.no);
        expect([denied.status, denied.heading]).toEqual([409, words('error.challenge_used.title')]);
        expect(stub.sent().map(({ operation }) => operation)).toEqual([`${screen.name}.accept`]);
        expect((await browser.submit(form, screen.yes)).leadsTo).toBe(done.leadsTo);
      });

      test('answered yes and no at the same moment stands as one of them', async () => {
        const browser = newBrowser();
        const form = await browser.get(openAt(stub, screen).address);
        const pages = await Promise.all([
          browser.submit(form, screen.yes),
          browser.submit(form, screen.no),
        ]);
        expect(pages.filter(({ status }) => status === 409)).toHaveLength(1);
        expect(stub.sent()).toHaveLength(1);
      });

      test('answered at one is nothing for another browser at the other', async () => {
        const browser = newBrowser();
        const { address } = openAt(stub, screen);
        await browser.submit(await browser.get(address), screen.yes);
        const thief = newBrowser();
        await thief.get('/login'); // gets no cookie
        await openLogin(thief);
        const page = await thief.get(address);
        expect([page.status, page.leadsTo]).toEqual([409, undefined]);
      });

      test('answered at one may be shown to a browser without a cookie, but not answered', async () => {
        const browser = newBrowser();
        const { address } = openAt(stub, screen);
        proxy.pin(0);
        await browser.submit(await browser.get(address), screen.yes);
        proxy.pin(1);
        const stranger = newBrowser();
        const form = await stranger.get(address);
        expect(form.status).toBe(200);
        expect((await stranger.submit(form, screen.yes)).status).toBe(409);
        expect((await stranger.submit(form, screen.no)).status).toBe(409);
        expect(stub.sent()).toHaveLength(1);
      });

      test('that the server refused can be tried again at the other', async () => {
        const browser = newBrowser();
        const form = await browser.get(openAt(stub, screen).address);
        stub.answer(`${screen.name}.accept`, (_call, res) => void res.writeHead(503).end());
        proxy.pin(0);
        expect((await browser.submit(form, screen.yes)).status).toBe(503);
        stub.usually();
        proxy.pin(1);
        expect((await browser.submit(form, screen.yes)).status).toBe(303);
      });
    });

    test('a whole journey goes from one to the other at each step', async () => {
      const browser = newBrowser();
      const done = await browser.submit(await openLogin(browser), { fill: foosLogin });
      expect(done.leadsTo).toContain('login_verifier=');
      const context = stub.sent('login.accept')[0]!.body!['context'] as Record<string, string>;
      const given = { context, subject: foo.subject };
      const challenge = stub.consent(newChallenge('consent'), given);
      const form = await browser.get(addressOf('/consent', 'consent_challenge', challenge));
      expect(form.status).toBe(200);
      expect((await browser.submit(form, consentScreen!.yes)).leadsTo).toContain(
        'consent_verifier=',
      );
      // The sign-in has ended with it, whatever challenge the server makes of it now.
      for (const index of [0, 1]) {
        proxy.pin(index);
        const again = stub.consent(newChallenge('consent'), given);
        const page = await browser.get(addressOf('/consent', 'consent_challenge', again));
        expect(page.status).toBe(409);
      }
    });

    test('whoever reads the database learns neither who signed in nor how to', async () => {
      const browser = newBrowser();
      const form = await openLogin(browser);
      await browser.submit(form, { fill: { ...foosLogin, password: 'sesame' } });
      const done = await browser.submit(form, { fill: foosLogin });
      const verifier = new URL(done.leadsTo!).searchParams.get('login_verifier')!;
      const cookies = Object.values(browser.cookies()).map(
        (line) => /=(?:s%3A)?([^;.]+)/.exec(line)![1]!,
      );
      const database = new Client({ connectionString: databaseUrl });
      await database.connect();
      let text = '';
      for (const table of ['answers', 'sessions', 'counts']) {
        text += JSON.stringify((await database.query(`select * from portico_${table}`)).rows);
      }
      await database.end();
      const challenge = new URL(form.url).searchParams.get('login_challenge')!;
      for (const secret of [verifier, challenge, ...cookies, foo.subject, foosLogin.password]) {
        expect(text).not.toContain(secret);
      }
      expect(text.length).toBeGreaterThan(500);
    });

    describe('a session', () => {
      test('of one is known to the other, and ends at both', async () => {
        const browser = await signedIn();
        for (const index of [0, 1]) {
          proxy.pin(index);
          expect((await browser.get('/')).text).toContain(foo.email);
        }
        proxy.pin(0);
        const stolen = browser.cookies();
        await browser.submit(await browser.get('/'), { press: 'sign_out' });
        const thief = newBrowser();
        for (const [name, line] of Object.entries(stolen)) {
          if (name.includes('session')) thief.setCookie(name, /^[^=]+=([^;]*)/.exec(line)![1]!);
        }
        for (const index of [0, 1]) {
          proxy.pin(index);
          expect((await thief.get('/')).text).not.toContain(foo.email);
        }
      });

      test('and an answer survive that all are started again', async () => {
        const browser = newBrowser();
        const form = await openLogin(browser);
        const done = await browser.submit(form, { fill: foosLogin });
        await Promise.all(apps.map((app) => app.close()));
        apps = await Promise.all([start(), start()]);
        proxy.lead(apps.map(portOf));
        expect((await browser.get('/')).text).toContain(foo.email);
        expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toBe(done.leadsTo);
        expect((await browser.submit(form, { press: 'reject' })).status).toBe(409);
        expect(stub.sent()).toHaveLength(1);
      }, 60_000);

      test('tells a silent sign-in how the person signed in, wherever that was', async () => {
        const browser = await signedIn();
        for (const index of [0, 1]) {
          proxy.pin(index);
          stub.calls.length = 0;
          await openLogin(browser, { skip: true, subject: foo.subject });
          expect(stub.sent('login.accept')[0]?.body).toMatchObject({ amr: ['pwd'] });
        }
      });
    });

    describe('wrong passwords', () => {
      const wrong = { fill: { ...foosLogin, password: 'sesame' } };

      test('are looked at five times in all, wherever', async () => {
        const browser = newBrowser();
        const form = await openLogin(browser);
        const statuses: number[] = [];
        for (let tries = 0; tries < 8; tries += 1) {
          statuses.push((await browser.submit(form, wrong)).status);
        }
        expect(statuses).toEqual([400, 400, 400, 400, 400, 429, 429, 429]);
        expect((await browser.submit(form, { fill: foosLogin })).status).toBe(429);
        const reasons = apps.flatMap(({ audits }) => audits.map(({ reason }) => reason));
        expect(reasons.filter((reason) => reason === 'wrong')).toHaveLength(5);
      });

      test('of a crowd at the same moment are looked at no more often', async () => {
        const browser = newBrowser();
        const form = await openLogin(browser);
        const pages = await Promise.all(
          Array.from({ length: 100 }, () => browser.submit(form, wrong)),
        );
        expect(pages.filter(({ status }) => status === 400)).toHaveLength(5);
        expect(pages.filter(({ status }) => status === 429)).toHaveLength(95);
      });

      test('at one do not count at a second click with the right one at the other', async () => {
        const browser = newBrowser();
        const form = await openLogin(browser);
        const done = await browser.submit(form, { fill: foosLogin });
        const guess = await browser.submit(form, wrong);
        expect(guess.status).toBe(409);
        expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toBe(done.leadsTo);
      });
    });
  });
