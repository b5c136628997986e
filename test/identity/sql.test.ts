/** The backend `sql` with tables of its own. */
import { describe, expect, test } from '@jest/globals';
import { migrate, type Database } from '@portico/database';
import { sql } from 'kysely';
import { hashPassword } from '../../src/identity/password.ts';
import { createTablesIdentity } from '../../src/identity/sql-own-tables.ts';
import {
  addPerson,
  allPeople,
  disablePerson,
  enablePerson,
  personBy,
  personOf,
  removePerson,
  setPassword,
  somePeople,
} from '../../src/identity/sql-people.ts';
import { mergePeople } from '../../src/identity/sql-merge.ts';
import { unstorable } from '../../src/identity/sql-rows.ts';
import { peopleMigrations, type PeopleTables } from '../../src/identity/sql-tables.ts';
import { behindNetwork, databases, fill, open, partsOfBackend } from '../support/databases.ts';
import { origin } from '../support/origin.ts';
import { ada, dora, foo, max, password, people } from '../support/people.ts';
import { until } from '../support/until.ts';
import { describeStoreAway, describeStoreStalling } from './contract-away.ts';
import { describeTime } from './contract-time.ts';
import { describeIdentity } from './contract.ts';

/** All of "lètmein". */
const bcrypt = '$2b$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG';
const longMs = 60_000;

describe.each(databases())('on $name', (home) => {
  let opening: Promise<Database> | undefined;

  /** Always the same database, as opening PGlite takes a second; with these people in it alone. */
  async function filled(entries?: Parameters<typeof fill>[1]): Promise<Database> {
    opening ??= home.fresh().then(open);
    const database = await opening;
    await migrate(database, peopleMigrations);
    const db = database.kysely<PeopleTables>();
    await db.deleteFrom('portico_people').execute();
    await db.deleteFrom('portico_people_changes').execute();
    await fill(database, entries);
    return database;
  }

  async function start(database: Database) {
    const { parts, ...seen } = partsOfBackend();
    const identity = await createTablesIdentity(database, { ...parts, lookEveryMs: 20 });
    return { identity, db: database.kysely<PeopleTables>(), ...seen };
  }

  describeIdentity(`${home.name} with tables of our own`, async () => {
    const { identity } = await start(await filled());
    return identity;
  });

  describeTime(`${home.name} with tables of our own`, async (dear) => {
    const { identity } = await start(await filled(dear));
    return identity;
  });

  describe('people', () => {
    test(
      'are kept whole, with claims of one’s own',
      async () => {
        const { db, identity } = await start(await filled([]));
        const claims = { groups: ['a', 'b'], level: 3, nested: { ключ: null } };
        await addPerson(db, { ...ada, claims });
        const { password_hash: _, ...user } = ada;
        expect(await identity.find(ada.subject)).toEqual({
          ...user,
          claims,
          credential: expect.any(String),
        });
        await identity.close();
      },
      longMs,
    );

    test(
      'have logins that nobody else has, however they are written',
      async () => {
        const db = (await filled()).kysely<PeopleTables>();
        const taken = [
          { subject: 'new', email: 'FOO@bar.com' },
          { subject: 'new', email: 'new@example.org', username: 'ａｄａ' },
          { subject: 'new', email: 'dora' },
          { subject: ada.subject, email: 'new@example.org' },
        ];
        for (const person of taken) {
          await expect(addPerson(db, person)).rejects.toMatchObject({ name: 'TakenError' });
        }
        expect(await personOf(db, 'new')).toBeUndefined();
        expect(await personBy(db, 'new@example.org')).toBeUndefined();
        await addPerson(db, {
          subject: 'new',
          email: 'new@example.org',
          username: 'NEW@example.org',
        });
        expect(await personBy(db, ' new@EXAMPLE.org')).toMatchObject({ user: { subject: 'new' } });
      },
      longMs,
    );

    test(
      'are listed in the order of their subjects, and found by parts of their names',
      async () => {
        const db = (await filled()).kysely<PeopleTables>();
        const subjects: string[] = [];
        for await (const { user } of allPeople(db, 2)) subjects.push(user.subject);
        expect(subjects.toSorted()).toEqual(people.map(({ subject }) => subject).toSorted());
        const listed = await somePeople(db, { limit: 10, having: 'STRASS' });
        expect(listed).toEqual([]);
        expect(await somePeople(db, { limit: 10, having: 'mary' })).toMatchObject([
          { user: { subject: ada.subject } },
        ]);
        expect(await somePeople(db, { limit: 10, having: '%' })).toEqual([]);
      },
      longMs,
    );

    test(
      'without a password cannot sign in, whatever is typed',
      async () => {
        const { db, identity, checked } = await start(await filled([foo]));
        await addPerson(db, { subject: 'new', email: 'new@example.org' });
        for (const typed of ['', 'null', password]) {
          expect(await identity.verify('new@example.org', typed, origin)).toEqual({
            refused: 'wrong',
          });
        }
        expect(checked).toEqual(Array(3).fill(foo.password_hash));
        await setPassword(db, 'new', await hashPassword('sesame'));
        expect(await identity.verify('new@example.org', 'sesame', origin)).toMatchObject({
          user: { subject: 'new' },
        });
        await identity.close();
      },
      longMs,
    );

    test('are refused when no database can hold them', () => {
      expect(unstorable({ subject: 'a', username: '\u200B' })).toContain('neither');
      expect(unstorable({ subject: 'a', email: 'a@b.c', name: 'a\0b' })).toContain('NUL');
      expect(unstorable({ subject: 'a', email: 'a@b.c', claims: { x: ['\uDC00'] } })).toContain(
        'half',
      );
      expect(unstorable({ subject: 'a', email: 'a@b.c', name: '\\u0000 🔑' })).toBeUndefined();
    });
  });

  describe('a hash of another system', () => {
    const eva = { subject: 'eva', email: 'eva@example.org', password_hash: bcrypt };

    test(
      'becomes one of ours at the next sign-in, and the credential stays',
      async () => {
        const { db, identity } = await start(await filled([eva]));
        const before = await identity.find('eva');
        expect(await identity.verify('eva@example.org', 'wrong', origin)).toEqual({
          refused: 'wrong',
        });
        expect(await personOf(db, 'eva')).toMatchObject({ passwordHash: bcrypt });
        expect(await identity.verify('eva@example.org', 'lètmein', origin)).toEqual({
          user: before,
        });
        const { passwordHash } = (await personOf(db, 'eva'))!;
        expect(passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
        expect(await identity.verify('eva@example.org', 'lètmein', origin)).toEqual({
          user: before,
        });
        expect(await personOf(db, 'eva')).toMatchObject({ passwordHash });
        expect(await db.selectFrom('portico_people_changes').selectAll().execute()).toEqual([]);
        await identity.close();
      },
      longMs,
    );

    test(
      'does not come back over a password that was changed meanwhile',
      async () => {
        const database = await filled([eva]);
        const { parts } = partsOfBackend();
        const db = database.kysely<PeopleTables>();
        const newHash = await hashPassword('sesame');
        const identity = await createTablesIdentity(database, {
          ...parts,
          passwords: {
            async matches() {
              await setPassword(db, 'eva', newHash);
              return true;
            },
          },
        });
        await identity.verify('eva@example.org', 'lètmein', origin);
        expect(await personOf(db, 'eva')).toMatchObject({ passwordHash: newHash });
        await identity.close();
      },
      longMs,
    );

    test(
      'stays with a disabled person',
      async () => {
        const { db, identity } = await start(await filled([{ ...eva, disabled: true }]));
        expect(await identity.verify('eva@example.org', 'lètmein', origin)).toEqual({
          refused: 'disabled',
        });
        expect(await personOf(db, 'eva')).toMatchObject({ passwordHash: bcrypt });
        await identity.close();
      },
      longMs,
    );
  });

  describe('an unknown login', () => {
    test(
      'takes the time of one and the same person, and of each person by some login',
      async () => {
        const { identity, checked } = await start(await filled());
        for (const login of ['x@example.org', ' X@Example.org']) {
          await identity.verify(login, 'sesame', origin);
        }
        expect(checked[1]).toBe(checked[0]);
        for (let count = 0; count < 60; count += 1) {
          await identity.verify(`x${count}@example.org`, 'sesame', origin);
        }
        const hashes = people.map(({ password_hash: hash }) => hash);
        expect(new Set(checked)).toEqual(new Set(hashes));
        await identity.close();
      },
      longMs,
    );

    test(
      'takes the time of a hash of ours where there is nobody',
      async () => {
        const { identity, checked } = await start(await filled([]));
        await identity.verify('x@example.org', 'nobody', origin);
        expect(checked).toEqual([expect.stringContaining('$argon2id$v=19$m=19456,t=2,p=1$')]);
        await identity.close();
      },
      longMs,
    );
  });

  describe('a change by another process', () => {
    test(
      'ends sign-ins, also when it was made while nobody looked',
      async () => {
        const database = await filled();
        const db = database.kysely<PeopleTables>();
        await setPassword(db, foo.subject, await hashPassword('sesame'));
        expect(await setPassword(db, 'nobody', 'x')).toBe(false);
        const { identity, ended } = await start(database);
        await until(() => ended.length === 1);
        const before = (await identity.find(ada.subject))!.credential;
        expect(await disablePerson(db, ada.subject)).toBe(true);
        await until(() => ended.length === 2);
        expect(await enablePerson(db, ada.subject)).toBe(true);
        expect((await identity.find(ada.subject))!.credential).not.toBe(before);
        expect(await removePerson(db, max.subject)).toBe(true);
        await until(() => ended.length === 3);
        expect(ended).toEqual([foo.subject, ada.subject, max.subject]);
        expect(await personBy(db, max.email)).toBeUndefined();
        await until(async () => (await pending(database)).length === 0);
        await identity.close();
      },
      longMs,
    );

    test(
      'that a file makes ends sign-ins for good, too, where it disables somebody',
      async () => {
        const database = await filled();
        const db = database.kysely<PeopleTables>();
        const { identity, ended } = await start(database);
        const before = (await identity.find(ada.subject))!.credential;
        const options = { mayUpdate: true, keepsPasswords: false };
        for (const disabled of [true, false]) {
          const person = { subject: ada.subject, disabled };
          expect(await mergePeople(db, [person], options)).toEqual(['updated']);
        }
        const now = (await identity.find(ada.subject))!;
        expect(now.disabled).toBe(false);
        expect(now.credential).not.toBe(before);
        const rename = { subject: ada.subject, nickname: 'Countess' };
        expect(await mergePeople(db, [rename], options)).toEqual(['updated']);
        expect((await identity.find(ada.subject))!.credential).toBe(now.credential);
        await until(() => ended.length === 1);
        await identity.close();
      },
      longMs,
    );

    test(
      'is kept until the OAuth2 server has ended the sign-ins',
      async () => {
        const database = await filled();
        const db = database.kysely<PeopleTables>();
        await disablePerson(db, foo.subject);
        const { parts } = partsOfBackend();
        const asked: string[] = [];
        const identity = await createTablesIdentity(database, {
          ...parts,
          lookEveryMs: 20,
          endSignIns: async (subject) => asked.push(subject) > 1,
        });
        await until(() => asked.length === 1);
        expect(await pending(database)).toEqual([foo.subject]);
        // As five minutes later.
        await db
          .updateTable('portico_people_changes')
          .set({ claimed_until: sql`now()` })
          .execute();
        await until(async () => (await pending(database)).length === 0);
        expect(asked).toEqual([foo.subject, foo.subject]);
        await identity.close();
      },
      longMs,
    );

    async function pending(database: Database): Promise<string[]> {
      const db = database.kysely<PeopleTables>();
      const rows = await db.selectFrom('portico_people_changes').select('subject').execute();
      return rows.map(({ subject }) => subject);
    }
  });

  test(
    'tables that are newer than the code are refused in a sentence',
    async () => {
      const database = await open(await home.fresh());
      const newer = { '2099-01-01-newer': { up: async () => {} } };
      const { name, migrations } = peopleMigrations;
      await migrate(database, { name, migrations: { ...migrations, ...newer } });
      await expect(start(database)).rejects.toMatchObject({
        message: expect.stringContaining('newer than this Portico'),
        faults: [expect.any(String)],
      });
    },
    longMs,
  );
});

const server = databases().find(({ name }) => name === 'PostgreSQL');
const ownServer = await server?.server();
if (server && ownServer) {
  describeStoreAway('PostgreSQL', async () => {
    const database = await open(await server.fresh());
    await fill(database);
    const identity = await createTablesIdentity(database, partsOfBackend().parts);
    return { identity, goAway: () => ownServer.stop(), comeBack: () => ownServer.start() };
  });

  describeStoreStalling('PostgreSQL', async () => {
    const { address, network } = await behindNetwork(await server.fresh());
    const database = await open(address);
    await fill(database);
    const identity = await createTablesIdentity(database, partsOfBackend().parts);
    const close = async () => {
      await identity.close();
      network.close();
    };
    return { ...network, identity: { ...identity, close } };
  });

  test(
    'connections that the server ends are replaced, and many passwords are checked at once',
    async () => {
      const database = await open(await server.fresh());
      await fill(database);
      const { parts } = partsOfBackend();
      const identity = await createTablesIdentity(database, parts);
      const other = await open(ownServer.address);
      const verifyAll = () =>
        Promise.all(
          Array.from({ length: 50 }, async () => identity.verify(foo.email, 'foobar', origin)),
        );
      await verifyAll();
      await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'portico' and pid <> pg_backend_pid()`.execute(other.kysely());
      await until(() => identity.ready());
      const proven = await verifyAll();
      expect(proven).toEqual(
        proven.map(() => ({ user: expect.objectContaining({ email: foo.email }) })),
      );
      expect(await identity.verify(dora.email, password, origin)).toEqual({ refused: 'disabled' });
      await identity.close();
    },
    longMs,
  );
}
