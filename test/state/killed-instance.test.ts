/** What is left of an instance that was killed in the middle of its work (`kill -9`): real processes. */
import { testDatabases, whyNoPostgres } from '@portico/database/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret } from '../support/app.ts';
import { openBrowser, type Browser } from '../support/browser.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { notRun } from '../support/not-run.ts';
import { foo, removeUsersFile, writeUsersFile } from '../support/people.ts';
import { startRoundRobin, type RoundRobin } from '../support/round-robin.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { startTcpSwitch } from '../support/tcp-switch.ts';
import { until } from '../support/until.ts';

// A busy machine takes its time to start a process.
jest.setTimeout(120_000);

const why = whyNoPostgres();
if (why) notRun('An instance that is killed, with one database', why);
const homes = testDatabases().filter(({ name }) => name === 'PostgreSQL');

test('there is a PostgreSQL for the instances, or a reason why not', () => {
  expect(homes.length > 0).toBe(why === undefined);
});

for (const home of homes) {
  describe('an instance that is killed', () => {
    let stub: AdminStub;
    let proxy: RoundRobin;
    let instances: [Instance, Instance];
    let databaseUrl: string;
    let usersFile: string;
    let database: Client;

    const start = (more: Record<string, string> = {}) =>
      startInstance({
        BASE_URL: proxy.url,
        HYDRA_ADMIN_URL: stub.url,
        HYDRA_PUBLIC_URL: stub.publicUrl,
        COOKIE_SECRET: cookieSecret,
        USERS_FILE: usersFile,
        DATABASE_URL: databaseUrl,
        TRUST_PROXY: 'loopback',
        ...more,
      });

    async function kill(index: 0 | 1): Promise<void> {
      instances[index].signal('SIGKILL');
      await instances[index].ended;
    }

    beforeAll(async () => {
      stub = await startAdminStub();
      proxy = await startRoundRobin();
      usersFile = await writeUsersFile();
      databaseUrl = await home.fresh();
      database = new Client({ connectionString: databaseUrl });
      await database.connect();
      instances = await Promise.all([start(), start()]);
    });
    beforeEach(async () => {
      stub.reset();
      if (!instances[0].isRunning()) instances[0] = await start();
      proxy.lead(instances.map(({ port }) => port));
      proxy.pin();
    });
    afterAll(async () => {
      for (const instance of instances) instance.signal('SIGKILL');
      await database.end();
      await removeUsersFile(usersFile);
      await proxy.close();
      await stub.close();
      await home.close();
    });

    let addresses = 0;
    function newBrowser(): Browser {
      addresses += 1;
      const headers = { 'X-Forwarded-For': `198.51.100.${addresses}` };
      return openBrowser({ url: proxy.url, headers });
    }
    const openLogin = (browser: Browser) =>
      browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'))));
    const yes = { fill: foosLogin };
    const no = { press: 'reject' };

    test('loses nothing that it answered, and no session', async () => {
      const browser = newBrowser();
      const form = await openLogin(browser);
      proxy.pin(0);
      const done = await browser.submit(form, yes);
      await kill(0);
      proxy.pin(1);
      expect((await browser.submit(form, yes)).leadsTo).toBe(done.leadsTo);
      expect((await browser.submit(form, no)).status).toBe(409);
      expect((await browser.get('/')).text).toContain(foo.email);
      expect(stub.sent()).toHaveLength(1);
    });

    test('while it tells the server an answer: that can be given again, but no other', async () => {
      const browser = newBrowser();
      const form = await openLogin(browser);
      stub.answer('login.accept', () => {}); // it never answers
      proxy.pin(0);
      const lost = browser.submit(form, yes);
      await until(() => stub.sent('login.accept').length === 1);
      await kill(0);
      expect((await lost).status).toBe(502);
      stub.usually();
      proxy.pin(1);
      expect((await browser.submit(form, no)).status).toBe(409);
      const again = browser.submit(form, yes);
      await database.query(
        `update portico_answers set claimed_until = now() where stage = 'claimed'`,
      );
      expect((await again).leadsTo).toContain('login_verifier=');
      expect((await browser.submit(form, no)).status).toBe(409);
      expect((await browser.submit(form, yes)).leadsTo).toBe((await again).leadsTo);
      expect(stub.sent().map(({ operation }) => operation)).toEqual([
        'login.accept',
        'login.accept',
      ]);
    });

    test('by a signal ends also while the database hangs', async () => {
      const way = await startTcpSwitch(databaseUrl);
      const stuck = await start({ DATABASE_URL: way.address });
      proxy.lead([stuck.port]);
      const browser = newBrowser();
      await browser.submit(await openLogin(browser), yes); // opens connections to the database
      way.hang();
      stuck.signal('SIGTERM');
      expect(await stuck.ended).toBe(1);
      await way.cut();
      await way.close();
    });

    test('does not take its count of wrong passwords with it', async () => {
      const browser = newBrowser();
      const form = await openLogin(browser);
      const wrong = { fill: { ...foosLogin, password: 'sesame' } };
      proxy.pin(0);
      for (let tries = 0; tries < 3; tries += 1) await browser.submit(form, wrong);
      await kill(0);
      proxy.pin(1);
      const statuses = [];
      for (let tries = 0; tries < 3; tries += 1) {
        statuses.push((await browser.submit(form, wrong)).status);
      }
      expect(statuses).toEqual([400, 400, 429]);
    });

    test('in a crowd: who was sent on is sent to the same place by the other', async () => {
      const crowd = await Promise.all(
        Array.from({ length: 40 }, async () => {
          const browser = newBrowser();
          return { browser, form: await openLogin(browser) };
        }),
      );
      const posts = crowd.map(({ browser, form }) => browser.submit(form, yes));
      await until(() => stub.sent('login.accept').length >= 5);
      await kill(0);
      const pages = await Promise.all(posts);
      proxy.pin(1);
      const answered = pages.filter(({ status }) => status === 303);
      expect(answered.length).toBeGreaterThan(5);
      // Those who were not, have to wait until the claims lapse.
      await database.query(
        `update portico_answers set claimed_until = now() where stage = 'claimed'`,
      );
      const again = await Promise.all(crowd.map(({ browser, form }) => browser.submit(form, yes)));
      expect(again.map(({ status }) => status)).toEqual(crowd.map(() => 303));
      pages.forEach(({ status, leadsTo }, index) => {
        if (status === 303) expect(again[index]!.leadsTo).toBe(leadsTo);
      });
    });
  });
}
