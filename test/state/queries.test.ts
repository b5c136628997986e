/** How often the database is asked on the way of a page: as docs/operate.md says. */
import { readFileSync } from 'node:fs';
import { testDatabases } from '@portico/database/testing';
import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';

const [, consentScreen, logoutScreen] = screens;

/** What the documentation says, by step. */
const promised = new Map(
  [...readFileSync('docs/operate.md', 'utf8').matchAll(/^\| (.+?) \| (\d+) \|$/gm)].map(
    ([, step = '', count = '']): [string, number] => [step, Number(count)],
  ),
);

describe.each(testDatabases())('on $name', (home) => {
  let stub: AdminStub;
  let app: TestApp;
  let asking: { mock: { calls: unknown[] } };

  beforeAll(async () => {
    stub = await startAdminStub();
    app = await startApp(stub, { DATABASE_URL: await home.fresh(), TRUST_PROXY: 'loopback' });
    // Enough connections are open by now: what a new one says first is not counted.
    await Promise.all(Array.from({ length: 10 }, () => app.parts.state.answers.find('none')));
    asking = jest.spyOn(Client.prototype, 'query');
  }, 60_000);
  beforeEach(() => stub.reset());
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await stub.close();
    await home.close();
  });

  let addresses = 0;
  function newBrowser(): Browser {
    addresses += 1;
    return app.browser({ 'X-Forwarded-For': `2001:db8:${addresses.toString(16)}::1` });
  }
  const loginAddress = (given: Parameters<AdminStub['login']>[1] = {}) =>
    addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));

  test('it is asked as often as the documentation says', async () => {
    const counted = new Map<string, number>();
    async function count<T>(step: string, work: () => Promise<T>): Promise<T> {
      asking.mock.calls.length = 0;
      const result = await work();
      counted.set(step, asking.mock.calls.length);
      return result;
    }

    const browser = newBrowser();
    await count('start page, nobody signed in', () => browser.get('/'));
    const address = loginAddress();
    const form = await count('sign-in page, new browser', () => browser.get(address));
    await count('sign-in page, browser that was here before', () => browser.get(address));
    await count('sign-in, right password', () => browser.submit(form, { fill: foosLogin }));
    await count('second click on it, at the same instance', () =>
      browser.submit(form, { fill: foosLogin }),
    );
    const { context } = stub.sent('login.accept')[0]!.body!;
    const given = { context: context as Record<string, string>, subject: foo.subject };
    const consent = addressOf('/consent', 'consent_challenge', stub.consent('asked', given));
    const question = await count('consent page', () => browser.get(consent));
    await count('consent, allowed or denied', () => browser.submit(question, consentScreen!.yes));
    await count('start page, signed in', () => browser.get('/'));
    const known = await count('sign-in page, signed in', () => browser.get(loginAddress()));
    await count('sign-in again, in a known browser', () =>
      browser.submit(known, { fill: foosLogin }),
    );
    await count('remembered sign-in', () =>
      browser.get(loginAddress({ skip: true, subject: foo.subject })),
    );
    const other = newBrowser();
    const guess = await other.get(loginAddress());
    const fill = { ...foosLogin, password: 'sesame' };
    await count('sign-in, wrong password', () => other.submit(guess, { fill }));
    await count('sign-in, right password after it', () => other.submit(guess, { fill: foosLogin }));
    const leaving = await count('sign-out page', () =>
      browser.get(openAt(stub, logoutScreen!).address),
    );
    await count('sign-out', () => browser.submit(leaving, logoutScreen!.yes));
    expect(Object.fromEntries(counted)).toEqual(
      Object.fromEntries([...counted.keys()].map((step) => [step, promised.get(step)])),
    );
  });
});
