/** People of OpenID providers whom the database keeps, for other instances and after a restart. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseAddress, openDatabase, type Database } from '@portico/database';
import { testDatabases } from '@portico/database/testing';
import { startAdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';
import { providerClient, startOpenIdProvider } from '../support/openid-provider.ts';
import { link } from '../support/page.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';
import { createPeopleInDatabase } from '../../src/identity/openid-people-table.ts';

const log = { info() {}, warn() {}, error() {} };
const subject = `openid-${'a'.repeat(43)}`;
const open = async (address: string) => openDatabase(databaseAddress(address)!, { log });

describe.each(testDatabases())('on $name', (home) => {
  let database: Database;
  beforeAll(async () => {
    database = await open(await home.fresh());
  });
  afterAll(async () => {
    await database.close();
    await home.close();
  });

  test('a person is kept whole, and as the provider said last', async () => {
    const people = await createPeopleInDatabase(database, log);
    expect(await people.find(subject)).toBeUndefined();
    const user = { subject, email: 'a@b.example', claims: { note: 'a \0 and a \uD800' } };
    await people.keep({ subject, name: 'Before' });
    await people.keep(user);
    expect(await people.find(subject)).toEqual(user);
    // Another instance, or this one after a restart.
    const others = await createPeopleInDatabase(database, log);
    expect(await others.find(subject)).toEqual(user);
    expect(await others.ready()).toBe(true);
  });

  test('a sign-in that one process begins ends in the next, and neither forgets the person', async () => {
    const stub = await startAdminStub();
    const provider = await startOpenIdProvider();
    const env = {
      BASE_URL: 'http://127.0.0.1:8',
      DATABASE_URL: await home.fresh(),
      IDENTITY: 'openid',
      USERS_FILE: undefined,
      OPENID_PROVIDERS: JSON.stringify([
        { id: 'work', name: 'Work', issuer: provider.issuer, ...providerClient },
      ]),
    };
    const login = stub.login(newChallenge('login'));
    const first = await startApp(stub, env);
    const before = openBrowser(first);
    const left = await before.get(addressOf('/login', 'login_challenge', login));
    const back = (await before.follow(left)).leadsTo!;
    await first.close();

    const second = await startApp(stub, env);
    const after = openBrowser(second);
    for (const [name, line] of Object.entries(before.cookies())) {
      after.setCookie(name, /^[^=]+=([^;]*)/.exec(line)![1]!);
    }
    expect((await after.get(back)).leadsTo).toContain('login_verifier=');
    const [{ body: accepted } = {}] = stub.sent('login.accept');
    const context = accepted?.['context'] as Record<string, string>;
    await second.close();

    const third = await startApp(stub, env);
    const cookies = after.cookies();
    const browser = openBrowser(third);
    for (const [name, line] of Object.entries(cookies)) {
      browser.setCookie(name, /^[^=]+=([^;]*)/.exec(line)![1]!);
    }
    const given = { subject: String(accepted?.['subject']), context };
    const consent = stub.consent(newChallenge('consent'), given);
    const page = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    expect(page.text).toContain(String(provider.person['email']));
    await third.close();
    await Promise.all([stub.close(), provider.close()]);
  });

  test('a subject that no provider has is not asked for', async () => {
    const people = await createPeopleInDatabase(database, log);
    for (const other of ['foo@bar.com', `${subject}'`, '\0']) {
      // oxlint-disable-next-line no-await-in-loop
      expect(await people.find(other)).toBeUndefined();
    }
  });
});

test.each(['memory', 'database'])(
  'while the database is away, who comes back gets a page to try again (STATE=%s)',
  async (STATE) => {
    const [home] = testDatabases();
    const stub = await startAdminStub();
    const provider = await startOpenIdProvider();
    const app = await startApp(stub, {
      STATE,
      DATABASE_URL: await home!.fresh(),
      IDENTITY: 'openid',
      USERS_FILE: undefined,
      OPENID_PROVIDERS: JSON.stringify([
        { id: 'work', name: 'Work', issuer: provider.issuer, ...providerClient },
      ]),
    });
    const browser = app.browser();
    const challenge = stub.login(newChallenge('login'));
    const address = addressOf('/login', 'login_challenge', challenge);
    const back = (await browser.follow(await browser.get(address))).leadsTo!;
    await app.parts.database!.close();
    const page = await browser.get(back);
    expect(page.status).toBe(503);
    expect(link(page, words('button.try_again'))?.href).toBe(address);
    expect(stub.sent('login.accept')).toEqual([]);
    await app.close();
    await Promise.all([stub.close(), provider.close(), home!.close()]);
  },
);

test('a database that is away is told from a person that is not there', async () => {
  const [home] = testDatabases();
  const database = await open(await home!.fresh());
  const people = await createPeopleInDatabase(database, log);
  await database.close();
  await expect(people.find(subject)).rejects.toMatchObject({ kind: 'down' });
  await expect(people.keep({ subject })).rejects.toMatchObject({ kind: 'down' });
  await home!.close();
});
