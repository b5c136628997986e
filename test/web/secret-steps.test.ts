/**
 * COOKIE_SECRET is replaced in three steps, `old,new`, `new,old` and `new`, each instance for itself, while
 * people have forms open.
 */
import { testDatabases } from '@portico/database/testing';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { openBrowser, type Browser, type FormWork, type Page } from '../support/browser.ts';
import { ada, foo, password } from '../support/people.ts';
import { startRoundRobin, type RoundRobin } from '../support/round-robin.ts';
import { addressOf, newChallenge, openAt, screens } from '../support/screens.ts';

jest.setTimeout(120_000);

const old = 'the-old-secret-of-the-tests-0123456789';
const next = 'the-new-secret-of-the-tests-0123456789';
const steps = [`${old},${next}`, `${next},${old}`, next];

/** In the memory of each instance, or in a database that both have. */
const homes = [
  { name: 'memory', fresh: async () => undefined, close: async () => {} },
  ...testDatabases().filter(({ name }) => name === 'PostgreSQL'),
];
const both = [0, 1] as const;

interface Open {
  what: string;
  browser: Browser;
  form: Page;
  work: FormWork;
}

describe.each(homes)('with what instances know in $name', (home) => {
  let stub: AdminStub;
  let proxy: RoundRobin;
  let apps: [TestApp, TestApp];
  let databaseUrl: string | undefined;

  const start = (secret: string) =>
    startApp(stub, {
      BASE_URL: proxy.url,
      COOKIE_SECRET: secret,
      DATABASE_URL: databaseUrl,
      TRUST_PROXY: 'loopback',
    });
  const lead = () => proxy.lead(apps.map(({ url }) => Number(new URL(url).port)));

  async function restart(index: 0 | 1, secret: string): Promise<void> {
    await apps[index].close();
    apps[index] = await start(secret);
    lead();
  }

  beforeAll(async () => {
    [stub, proxy] = await Promise.all([startAdminStub(), startRoundRobin()]);
    databaseUrl = await home.fresh();
  });
  afterAll(async () => {
    await proxy.close();
    await stub.close();
    await home.close();
  });

  let addresses = 0;
  const newBrowser = (): Browser => {
    addresses += 1;
    const headers = { 'X-Forwarded-For': `198.51.${addresses >> 8}.${addresses % 256}` };
    return openBrowser({ url: proxy.url, headers });
  };

  const openLogin = (browser: Browser) => browser.get(openAt(stub, screens[0]!).address);

  /** @returns the address of the question that follows the sign-in */
  async function signIn(browser: Browser): Promise<string> {
    const done = await browser.submit(await openLogin(browser), screens[0]!.yes);
    expect(done.leadsTo).toContain('login_verifier=');
    const context = stub.sent('login.accept').at(-1)!.body!['context'] as Record<string, string>;
    const challenge = stub.consent(newChallenge('consent'), { context, subject: foo.subject });
    return addressOf('/consent', 'consent_challenge', challenge);
  }

  /** Has a form of each screen open in this browser. */
  async function openAll(browser: Browser, who: string): Promise<Open[]> {
    const question = await signIn(browser);
    const [login, consent, logout] = screens;
    const logoutAt = stub.logout(newChallenge('logout'), { subject: foo.subject });
    return [
      { what: `${who}: login`, browser, form: await openLogin(browser), work: login!.yes },
      { what: `${who}: consent`, browser, form: await browser.get(question), work: consent!.yes },
      {
        what: `${who}: logout`,
        browser,
        form: await browser.get(addressOf('/logout', 'logout_challenge', logoutAt)),
        work: logout!.yes,
      },
    ];
  }

  async function postAll(forms: Open[]): Promise<void> {
    for (const { what, browser, form, work } of forms) {
      expect([what, form.status]).toEqual([what, 200]);
      // oxlint-disable-next-line no-await-in-loop -- a person does one thing after the other
      const done = await browser.submit(form, work);
      expect([what, done.status, done.heading]).toEqual([what, 303, '']);
    }
  }

  test('no posted form is refused at any step, at whichever instance', async () => {
    stub.reset();
    apps = [await start(old), await start(old)];
    lead();
    const regulars = [
      { from: 0, to: 1, browser: newBrowser() },
      { from: 1, to: 0, browser: newBrowser() },
    ] as const;
    let forms = 0;
    for (const secret of steps) {
      for (const index of both) {
        const open: { to: 0 | 1; forms: Open[] }[] = [];
        for (const { from, to, browser } of regulars) {
          proxy.pin(from);
          const at = `${index} gets ${secret}, from ${from} to ${to}`;
          open.push({ to, forms: await openAll(browser, `regular, ${at}`) });
          open.push({ to, forms: await openAll(newBrowser(), `new, ${at}`) });
        }
        await restart(index, secret);
        for (const { to, forms: some } of open) {
          proxy.pin(to);
          await postAll(some);
          forms += some.length;
        }
      }
    }
    expect(forms).toBe(72);
  });

  test('whoever comes between the second step and the third loses nothing by the third', async () => {
    apps = [await start(old), await start(old)];
    lead();
    proxy.pin(0);
    const browser = newBrowser();
    const question = await signIn(browser);
    await restart(0, `${next},${old}`);
    const forms = [await browser.get(question), await openLogin(browser)];
    const isKnown = async () => (await browser.get('/')).text.includes(foo.email);
    // In memory, sessions are gone with each restart.
    expect(await isKnown()).toBe(databaseUrl !== undefined);
    await restart(0, next);
    expect(await isKnown()).toBe(databaseUrl !== undefined);
    const [, consent] = screens;
    expect((await browser.submit(forms[0]!, consent!.yes)).leadsTo).toContain('consent_verifier=');
    expect((await browser.submit(forms[1]!, screens[0]!.yes)).leadsTo).toContain('login_verifier=');
  });

  // In memory, each instance would ask the server itself.
  if (home.name === 'memory') return;

  test('two clicks lead to one browser, at instances that sign with different secrets', async () => {
    apps = [await start(`${old},${next}`), await start(`${next},${old}`)];
    lead();
    proxy.pin(0);
    const browser = newBrowser();
    await signIn(browser);
    const form = await openLogin(browser);
    const [name] = Object.keys(browser.cookies()).filter((one) => one.includes('csrf'));
    const before = /=([^;]*)/.exec(browser.cookies()[name!]!)![1]!;
    const asAda = { fill: { email: ada.email, password } };
    const first = await browser.submit(form, asAda);
    const context = stub.sent('login.accept').at(-1)!.body!['context'] as Record<string, string>;
    browser.setCookie(name!, before); // the second click comes before the first answer
    proxy.pin(1);
    expect((await browser.submit(form, asAda)).leadsTo).toBe(first.leadsTo);
    const given = { context, subject: ada.subject };
    const challenge = stub.consent(newChallenge('consent'), given);
    const page = await browser.get(addressOf('/consent', 'consent_challenge', challenge));
    expect(page.status).toBe(200);
  });
});
