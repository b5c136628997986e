/** People of a database, through HTTP. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { hashPassword } from '../../src/identity/password.ts';
import { disablePerson, removePerson, setPassword } from '../../src/identity/sql-people.ts';
import type { PeopleDb, PeopleTables } from '../../src/identity/sql-tables.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { databases, fill, open } from '../support/databases.ts';
import { link } from '../support/page.ts';
import { ada, dora, foo, max, password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { until } from '../support/until.ts';
import { words } from '../support/words.ts';

const longMs = 60_000;
let stub: AdminStub;
beforeAll(async () => {
  stub = await startAdminStub();
});
beforeEach(() => stub.reset());
afterAll(() => stub.close());

const openLogin = (browser: Browser) =>
  browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'))));

async function signIn(browser: Browser, fill: Record<string, string>) {
  return browser.submit(await openLogin(browser), { fill });
}

const isKnown = async (browser: Browser) =>
  link(await openLogin(browser), words('person.change')) !== undefined;

describe.each(databases())('people of $name', (home) => {
  let app: TestApp;
  let address: string;

  beforeAll(async () => {
    address = await home.fresh();
    const database = await open(address);
    await fill(database);
    await database.close();
    app = await startApp(stub, { IDENTITY: 'sql', DATABASE_URL: address, LOG_LEVEL: 'info' });
  }, longMs);
  afterAll(() => app.close());

  /** What another process does, where there can be one. */
  async function elsewhere(work: (db: PeopleDb) => Promise<unknown>): Promise<void> {
    const database = home.name === 'PGlite' ? app.parts.database! : await open(address);
    await work(database.kysely<PeopleTables>());
  }

  test(
    'sign in, or not',
    async () => {
      const browser = app.browser();
      expect((await signIn(browser, foosLogin)).leadsTo).toContain('login_verifier=');
      expect(stub.sent('login.accept')[0]!.body).toMatchObject({ subject: foo.subject });
      const odd = ['nobody@example.org', 'foo@bar.com\0', "' OR 1=1 --", dora.email];
      for (const email of odd) {
        const page = await signIn(app.browser(), { email, password });
        expect(page.status).toBe(400);
        expect(page.text).toContain(words('login.wrong.title'));
      }
    },
    longMs,
  );

  test.each([
    ['gets another password', ada, (db: PeopleDb) => change(db, ada.subject)],
    ['is disabled', foo, (db: PeopleDb) => disablePerson(db, foo.subject)],
    ['is removed', max, (db: PeopleDb) => removePerson(db, max.subject)],
  ])(
    'are signed out everywhere, as soon as a person %s',
    async (_what, person, work) => {
      const browser = app.browser();
      const typed = person === foo ? 'foobar' : password;
      await signIn(browser, { email: person.email, password: typed });
      expect(await isKnown(browser)).toBe(true);
      await elsewhere(work);
      expect(await isKnown(browser)).toBe(false);
      const revoked = () =>
        stub.sent('loginSessions.revoke').map(({ query }) => query.get('subject'));
      await until(() => revoked().length > 0);
      expect(revoked()).toContain(person.subject);
      expect((await signIn(app.browser(), { email: person.email, password: typed })).status).toBe(
        400,
      );
    },
    longMs,
  );

  async function change(db: PeopleDb, subject: string) {
    return setPassword(db, subject, await hashPassword('sesame'));
  }

  test('no line of the log has a password or the address of the database', () => {
    const lines = JSON.stringify(app.logs);
    for (const secret of ['foobar', password, 'argon2', 'postgres://']) {
      expect(lines).not.toContain(secret);
    }
  });
});

/** Waits until somebody asks at this port, twice, and is sent away. */
async function knocksAt(port: number): Promise<void> {
  let knocks = 0;
  const listener = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((done) => {
    listener.listen(port, '127.0.0.1', done);
  });
  await until(() => knocks >= 2);
  await new Promise((done) => {
    listener.close(done);
  });
}

const home = databases().find(({ name }) => name === 'PostgreSQL');
const server = await home?.server();
if (home && server) {
  describe('a PostgreSQL that is away', () => {
    test(
      'is waited for at start, and later people get a page to try again',
      async () => {
        const address = await home.fresh();
        const database = await open(address);
        await fill(database);
        await server.stop();
        let isUp = false;
        const starting = startApp(stub, { IDENTITY: 'sql', DATABASE_URL: address });
        void starting.then(() => {
          isUp = true;
        });
        await knocksAt(Number(new URL(server.address).port));
        expect(isUp).toBe(false);
        await server.start();
        const app = await starting;
        const browser = app.browser();
        const page = await openLogin(browser);

        await server.stop();
        const refused = await browser.submit(page, { fill: foosLogin });
        expect(refused.status).toBe(503);
        expect(await app.parts.identity.ready()).toBe(false);
        expect(stub.sent('login.accept')).toEqual([]);
        await server.start();
        await until(() => app.parts.database!.ready());
        expect(await app.parts.identity.ready()).toBe(true);
        const again = await signIn(app.browser(), foosLogin);
        expect(again.leadsTo).toContain('login_verifier=');
        await app.close();
      },
      longMs,
    );
  });
}
