/** What one instance knows after it was started again: also on PGlite, which is for one process. */
import { testDatabases } from '@portico/database/testing';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { foo } from '../support/people.ts';
import { startRoundRobin, type RoundRobin } from '../support/round-robin.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';

describe.each(testDatabases())('on $name, an instance that was started again', (home) => {
  let stub: AdminStub;
  let proxy: RoundRobin;
  let app: TestApp;
  let databaseUrl: string;

  async function start(): Promise<void> {
    const env = { BASE_URL: proxy.url, DATABASE_URL: databaseUrl, TRUST_PROXY: 'loopback' };
    app = await startApp(stub, env);
    proxy.lead([Number(new URL(app.url).port)]);
  }

  beforeAll(async () => {
    [stub, proxy] = await Promise.all([startAdminStub(), startRoundRobin()]);
    databaseUrl = await home.fresh();
    await start();
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await proxy.close();
    await stub.close();
    await home.close();
  });

  test('knows sessions, answers and wrong passwords', async () => {
    const browserAt = (address: string) =>
      openBrowser({ url: proxy.url, headers: { 'X-Forwarded-For': address } });
    const open = (browser: ReturnType<typeof browserAt>) =>
      browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'))));
    const [browser, guesser] = [browserAt('192.0.2.1'), browserAt('192.0.2.2')];
    const form = await open(browser);
    const done = await browser.submit(form, { fill: foosLogin });
    const guess = await open(guesser);
    const wrong = { fill: { ...foosLogin, password: 'sesame' } };
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await guesser.submit(guess, wrong)).status).toBe(400);
    }
    await app.close();
    await start();
    expect((await browser.get('/')).text).toContain(foo.email);
    expect((await browser.submit(form, { fill: foosLogin })).leadsTo).toBe(done.leadsTo);
    expect((await browser.submit(form, { press: 'reject' })).status).toBe(409);
    expect((await guesser.submit(guess, wrong)).status).toBe(429);
    expect(stub.sent()).toHaveLength(1);
  }, 60_000);
});
