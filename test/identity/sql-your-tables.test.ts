/** The backend `sql` with tables of somebody else. */
import { describe, expect, test } from '@jest/globals';
import type { Database } from '@portico/database';
import { readSettings } from '@portico/settings';
import { sql } from 'kysely';
import { foldLogin } from '../../src/identity/login-key.ts';
import { sqlBackend } from '../../src/identity/sql.ts';
import { createQueriesIdentity } from '../../src/identity/sql-your-tables.ts';
import { databases, open, partsOfBackend } from '../support/databases.ts';
import { origin } from '../support/origin.ts';
import { ada, foo, max, people } from '../support/people.ts';
import { describeStoreAway } from './contract-away.ts';
import { describeTime } from './contract-time.ts';
import { describeIdentity } from './contract.ts';

const longMs = 60_000;
const columns = `id AS subject, email, username, hash AS password_hash, disabled, name, given_name,
  family_name, middle_name, nickname, preferred_username, profile, picture, website, gender, birthdate,
  zoneinfo, locale, updated_at, email_verified, phone_number, phone_number_verified, address`;
const queries = {
  byLogin: `SELECT ${columns} FROM members WHERE $1 IN (login, other_login)`,
  bySubject: `SELECT ${columns} FROM members WHERE id = $1`,
};

/** Members with all claims, as somebody else would keep them: a number for a flag, a date, JSON. */
async function createMembers(database: Database, entries: object[] = people): Promise<void> {
  const db = database.kysely();
  await sql`create table members (
    id text primary key, login text, other_login text, email text, username text, hash text,
    disabled smallint, name text, given_name text, family_name text, middle_name text, nickname text,
    preferred_username text, profile text, picture text, website text, gender text, birthdate date,
    zoneinfo text, locale text, updated_at bigint, email_verified boolean, phone_number text,
    phone_number_verified boolean, address jsonb, groups text[], level integer, secret bytea,
    hired timestamptz)`.execute(db);
  for (const person of entries as (typeof ada)[]) {
    const { subject, password_hash: hash, disabled, address, ...others } = person;
    const row = {
      ...others,
      id: subject,
      hash,
      disabled: disabled === undefined ? null : Number(disabled),
      address: address ? JSON.stringify(address) : null,
      login: foldLogin(person.email),
      other_login: person.username === undefined ? null : foldLogin(person.username),
    };
    const names = Object.keys(row).map((name) => sql.ref(name));
    const values = Object.values(row).map((value) => sql`${value}`);
    await sql`insert into members (${sql.join(names)}) values (${sql.join(values)})`.execute(db);
  }
}

describe.each(databases())('on $name', (home) => {
  let opening: Promise<Database> | undefined;

  /** Always the same, as opening PGlite takes a second: what a test changes, it changes back. */
  async function members(): Promise<Database> {
    opening ??= home.fresh().then(async (address) => {
      const database = await open(address);
      await createMembers(database);
      return database;
    });
    return opening;
  }

  async function start(database: Database, changed: Partial<typeof queries> = {}) {
    const { parts, ...seen } = partsOfBackend();
    const identity = await createQueriesIdentity(database, { ...queries, ...changed }, parts);
    return { identity, ...seen };
  }

  async function faultsOf(changed: Partial<typeof queries>): Promise<unknown> {
    const database = await members();
    return start(database, changed).then(
      () => 'no fault',
      (error: { faults?: unknown }) => error.faults,
    );
  }

  describeIdentity(`${home.name} with tables of yours`, async () => {
    const { identity } = await start(await members());
    return identity;
  });

  describeTime(`${home.name} with tables of yours`, async (dear) => {
    const database = await open(await home.fresh());
    await createMembers(database, dear);
    const { identity } = await start(database);
    return identity;
  });

  test(
    'PEOPLE_DATABASE_URL is opened and closed by the backend, also when a query is wrong',
    async () => {
      const address = await home.fresh();
      const database = await open(address);
      await createMembers(database);
      await database.close();
      const { parts } = partsOfBackend();
      const env = { PEOPLE_DATABASE_URL: address, PEOPLE_BY_LOGIN: queries.byLogin };
      const create = (bySubject: string) => {
        const given = { ...env, PEOPLE_BY_SUBJECT: bySubject };
        return sqlBackend.create(readSettings(sqlBackend.settings, given).values, parts);
      };
      await expect(create('SELECT oops')).rejects.toMatchObject({ name: 'SettingsError' });
      const identity = await create(queries.bySubject);
      expect(await identity.find(max.subject)).toMatchObject({ email: max.email });
      await identity.close();
      expect(await identity.ready()).toBe(false);
      const again = await create(queries.bySubject);
      expect(await again.verify(foo.email, 'foobar', origin)).toHaveProperty('user');
      await again.close();
    },
    longMs,
  );

  describe('a query', () => {
    test.each([
      ['is no query', 'SELECT oops', 'the database says "column "oops" does not exist"'],
      [
        'asks a table that is not there',
        'SELECT $1 FROM nowhere',
        '"relation "nowhere" does not exist"',
      ],
      [
        'has no parameter',
        'SELECT id AS subject FROM members',
        'has 0 parameters and must have one: $1',
      ],
      [
        'has two parameters',
        `${queries.byLogin} AND email = $2`,
        'has 2 parameters and must have one: $1',
      ],
      [
        'names no column subject',
        'SELECT id, hash AS password_hash FROM members WHERE id = $1',
        'gives no column subject: name columns by AS',
      ],
      [
        'gives a column twice',
        'SELECT id AS subject, hash AS password_hash, email, name AS email FROM members WHERE id = $1',
        'gives email twice',
      ],
      [
        'writes',
        'WITH gone AS (DELETE FROM members WHERE id = $1 RETURNING *) SELECT id AS subject, hash AS password_hash FROM gone',
        'it writes, and must only read',
      ],
      ['is two', `${queries.byLogin}; DELETE FROM members`, 'multiple commands'],
    ])(
      'that %s is refused at start, in a sentence',
      async (_what, byLogin, sentence) => {
        const faults = await faultsOf({ byLogin });
        expect(faults).toEqual(
          expect.arrayContaining([expect.stringMatching(/^PEOPLE_BY_LOGIN.*\.$/s)]),
        );
        expect(String(faults)).toContain(sentence);
      },
      longMs,
    );

    test(
      'that gives other columns than the other one is refused at start',
      async () => {
        const bySubject =
          'SELECT id AS subject, hash AS password_hash, level FROM members WHERE id = $1';
        expect(await faultsOf({ bySubject })).toEqual([
          expect.stringMatching(/^PEOPLE_BY_SUBJECT must give email, username, disabled,/),
          'PEOPLE_BY_LOGIN must give level too: both give the same columns.',
        ]);
      },
      longMs,
    );

    test(
      'that gives two rows lets nobody in, and the log says why',
      async () => {
        const database = await members();
        const byLogin = `SELECT ${columns} FROM members WHERE $1 <> 'nobody'`;
        const { identity } = await start(database, { byLogin });
        await expect(identity.verify(foo.email, 'foobar', origin)).rejects.toMatchObject({
          kind: 'down',
          message: `a query for people gives ${people.length} rows, which must be one person at most`,
        });
        await identity.close();
      },
      longMs,
    );

    test(
      'that writes by a function is stopped, and changes nothing',
      async () => {
        const database = await members();
        const db = database.kysely();
        await sql`create function gone(who text) returns text language sql as
        'delete from members where id = who; select who'`.execute(db);
        const bySubject = queries.bySubject.replace('= $1', '= $1 AND gone(id) IS NOT NULL');
        const { identity } = await start(database, { bySubject });
        await expect(identity.find(max.subject)).rejects.toMatchObject({ kind: 'down' });
        const { rows } = await sql`select id from members`.execute(db);
        expect(rows).toHaveLength(people.length);
        await identity.close();
      },
      longMs,
    );

    test(
      'that breaks while we run is a fault of the store, without what was typed',
      async () => {
        const database = await members();
        const { identity } = await start(database);
        const db = database.kysely();
        await sql`alter table members rename nickname to petname`.execute(db);
        const failing = identity.verify(foo.email, 'foobar', origin);
        await expect(failing).rejects.toMatchObject({
          kind: 'down',
          message: expect.stringContaining('nickname'),
        });
        await expect(failing).rejects.not.toMatchObject({
          message: expect.stringContaining('foo'),
        });
        await sql`alter table members rename petname to nickname`.execute(db);
        await identity.close();
      },
      longMs,
    );
  });

  describe('a row', () => {
    async function rowGives(expression: string) {
      const own = `id AS subject, email, hash AS password_hash, ${expression}`;
      const { identity, lines } = await start(await members(), {
        byLogin: `SELECT ${own} FROM members WHERE login = $1`,
        bySubject: `SELECT ${own} FROM members WHERE id = $1`,
      });
      const found = await identity.find(max.subject).catch(String);
      await identity.close();
      return { found, lines };
    }

    test.each([
      ["'t' AS disabled", { disabled: true }],
      ['1 AS disabled', { disabled: true }],
      ["'no' AS disabled", { disabled: false }],
      ['NULL AS disabled', { disabled: false }],
      ["timestamptz '2026-01-01 00:00:00Z' AS updated_at", { updated_at: 1_767_225_600 }],
      ["date '2000-02-29' AS birthdate", { birthdate: '2000-02-29' }],
      [`'{"country": "France"}' AS address`, { address: { country: 'France' } }],
      ["array['a', 'b'] AS groups, 7 AS level", { claims: { groups: ['a', 'b'], level: 7 } }],
      [
        "timestamptz '2026-01-01 00:00:00Z' AS hired",
        { claims: { hired: '2026-01-01T00:00:00.000Z' } },
      ],
      ["12 AS nickname, '' AS website", { nickname: '12' }],
    ])(
      'that gives %s is read as meant',
      async (expression, expected) => {
        const { found, lines } = await rowGives(expression);
        expect(found).toEqual({
          subject: max.subject,
          email: max.email,
          disabled: false,
          credential: expect.any(String),
          ...expected,
        });
        expect(lines).toEqual([]);
      },
      longMs,
    );

    test(
      'that may be disabled, or not, is a fault and nobody',
      async () => {
        const { found } = await rowGives("'perhaps' AS disabled");
        expect(found).toContain('gives a "disabled" that is neither true nor false');
      },
      longMs,
    );

    test(
      'loses a claim of a wrong type, and the log names it once',
      async () => {
        const { found, lines } = await rowGives("'soon' AS updated_at, hash::bytea AS photo");
        expect(found).toEqual({
          subject: max.subject,
          email: max.email,
          disabled: false,
          credential: expect.any(String),
        });
        expect(lines.map(({ details }) => details)).toEqual([
          { claim: 'updated_at' },
          { claim: 'photo' },
        ]);
      },
      longMs,
    );

    test(
      'loses a day that JavaScript does not know, and is still a person',
      async () => {
        const { found, lines } = await rowGives(
          "timestamptz 'infinity' AS updated_at, timestamptz '294276-12-31' AS hired",
        );
        expect(found).toMatchObject({ subject: max.subject, email: max.email });
        expect(found).not.toHaveProperty('updated_at');
        expect(found).not.toHaveProperty('claims');
        expect(lines.map(({ details }) => details)).toEqual([
          { claim: 'updated_at' },
          { claim: 'hired' },
        ]);
      },
      longMs,
    );
  });

  test(
    'a changed password changes the credential',
    async () => {
      const database = await members();
      const { identity } = await start(database);
      const before = await identity.find(max.subject);
      await sql`update members set hash = ${foo.password_hash} where id = ${max.subject}`.execute(
        database.kysely(),
      );
      const after = await identity.find(max.subject);
      expect(after).toEqual({ ...before, credential: expect.any(String) });
      expect(after!.credential).not.toBe(before!.credential);
      expect(after!.credential).not.toContain('argon2');
      await sql`update members set hash = ${max.password_hash} where id = ${max.subject}`.execute(
        database.kysely(),
      );
      await identity.close();
    },
    longMs,
  );

  test(
    'an unknown login costs what the people cost who were met',
    async () => {
      const { identity, checked } = await start(await members());
      await identity.verify('x@example.org', 'sesame', origin);
      await identity.verify(foo.email, 'sesame', origin);
      for (const login of ['x@example.org', 'y@example.org', '']) {
        await identity.verify(login, 'sesame', origin);
      }
      const [first, ...others] = checked;
      expect(first).toContain('m=19456');
      expect(others).toEqual(Array(4).fill(foo.password_hash));
      await identity.close();
    },
    longMs,
  );
});

const server = databases().find(({ name }) => name === 'PostgreSQL');
const ownServer = await server?.server();
if (server && ownServer) {
  describeStoreAway('PostgreSQL with tables of yours', async () => {
    const database = await open(await server.fresh());
    await createMembers(database);
    const identity = await createQueriesIdentity(database, queries, partsOfBackend().parts);
    return { identity, goAway: () => ownServer.stop(), comeBack: () => ownServer.start() };
  });

  test(
    'a query that takes too long is ended by the server',
    async () => {
      const database = await open(await server.fresh());
      await createMembers(database);
      const byLogin = `SELECT ${columns} FROM members WHERE login = $1 AND pg_sleep(60) IS NOT NULL`;
      const identity = await createQueriesIdentity(
        database,
        { ...queries, byLogin },
        partsOfBackend().parts,
      );
      await expect(identity.verify(foo.email, 'foobar', origin)).rejects.toMatchObject({
        kind: 'down',
        message: expect.stringContaining('statement timeout'),
      });
      expect(await identity.find(foo.subject)).toMatchObject({ email: foo.email });
      await identity.close();
    },
    longMs,
  );
}
