import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { sql } from 'kysely';
import { testDatabases } from '@portico/database/testing';
import {
  databaseAddress,
  isAway,
  migrate,
  openDatabase,
  tryAgain,
  type Database,
  type Migrations,
} from '../src/index.ts';

interface Tables {
  thing: { name: string };
}

const log = { info() {}, warn() {} };
const migrations: Migrations = {
  '2026-01-01-things': {
    up: (db) =>
      db.schema
        .createTable('thing')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .execute(),
  },
};
const things = { name: 'things', migrations };

describe.each(testDatabases())('a database of $name', (home) => {
  const opened: Database[] = [];
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((database) => database.close()));
  });
  afterAll(() => home.close(), 30_000);

  async function open(address?: string): Promise<Database> {
    const where = databaseAddress(address ?? (await home.fresh()))!;
    const database = await openDatabase(where, { log });
    opened.push(database);
    return database;
  }

  test('is brought up to date once, and keeps what is stored', async () => {
    const address = await home.fresh();
    const database = await open(address);
    expect(await migrate(database, things)).toEqual(['2026-01-01-things']);
    expect(await migrate(database, things)).toEqual([]);
    await database.kysely<Tables>().insertInto('thing').values({ name: 'a' }).execute();
    await database.close();
    const again = await open(address);
    expect(await migrate(again, things)).toEqual([]);
    expect(await again.kysely<Tables>().selectFrom('thing').selectAll().execute()).toEqual([
      { name: 'a' },
    ]);
  }, 60_000);

  test('that takes no changes for a while says so, and takes them afterwards', async () => {
    const database = await open();
    await migrate(database, things);
    const db = database.kysely<Tables>();
    const add = (name: string) => db.insertInto('thing').values({ name }).execute();
    const setReadOnly = (is: string) =>
      sql.raw(`set default_transaction_read_only = ${is}`).execute(db);
    expect(await database.writable()).toBe(true);
    await setReadOnly('on');
    expect([await database.ready(), await database.writable()]).toEqual([true, false]);
    expect(isAway(await add('a').catch((error: unknown) => error))).toBe(true);
    // Another connection is taken then; PGlite has only one.
    if (home.name === 'PGlite') await setReadOnly('off');
    await add('b');
    expect(await database.writable()).toBe(true);
  }, 60_000);

  test('runs each query inside of what is put around, with a comment that it cannot leave', async () => {
    const around: string[] = [];
    let comment: string | undefined;
    const database = await openDatabase(databaseAddress(await home.fresh())!, {
      log,
      comment: () => comment,
      async around(query, work) {
        around.push(query);
        return work();
      },
    });
    opened.push(database);
    const db = database.kysely<Tables>();
    const told = async () => {
      const { rows } = await sql<{ text: string }>`select current_query() as text`.execute(db);
      return rows[0]?.text;
    };
    expect(await told()).toBe('select current_query() as text');
    comment = "a='1' */ drop table thing; /* **//";
    expect(await told()).toBe("select current_query() as text /*a='1'  drop table thing;  */");
    comment = undefined;
    await migrate(database, things);
    around.length = 0;
    await db.insertInto('thing').values({ name: "from 'somebody'" }).execute();
    await db.selectFrom('thing').selectAll().where('name', '=', 'a').execute();
    await db.updateTable('thing').set({ name: 'b' }).execute();
    await db.deleteFrom('thing').execute();
    expect(around).toEqual(['insert thing', 'select thing', 'update thing', 'delete thing']);
  }, 60_000);

  test('refuses tables that a newer program made, in a sentence', async () => {
    const database = await open();
    await migrate(database, things);
    await expect(migrate(database, { name: 'things', migrations: {} })).rejects.toThrow(
      'the tables of things are newer than this Portico: it does not know "2026-01-01-things"',
    );
  }, 60_000);

  test('is as before when a migration fails', async () => {
    const database = await open();
    const oops: Migrations = {
      '2026-01-02-oops': {
        async up(db) {
          await sql`oops`.execute(db);
        },
      },
    };
    const failing = migrate(database, { name: 'things', migrations: { ...migrations, ...oops } });
    await expect(failing).rejects.toThrow('syntax error');
    expect(await migrate(database, things)).toEqual(['2026-01-01-things']);
  }, 60_000);

  test('can be used after a transaction that failed', async () => {
    const database = await open();
    await migrate(database, things);
    const db = database.kysely<Tables>();
    const failing = db.transaction().execute(async (within) => {
      await within.insertInto('thing').values({ name: 'b' }).execute();
      await sql`select 1 / 0`.execute(within);
    });
    await expect(failing).rejects.toThrow('division by zero');
    expect(await db.selectFrom('thing').selectAll().execute()).toEqual([]);
  }, 60_000);

  test('describes a query without running it', async () => {
    const database = await open();
    await migrate(database, things);
    const text = 'insert into thing values ($1) returning name, 1 as one';
    const described = await database.describe(text);
    expect(described).toEqual({ parameters: 1, columns: ['name', 'one'] });
    expect(await database.describe('delete from thing')).toEqual({
      parameters: 0,
      columns: undefined,
    });
    await expect(database.describe('select oops')).rejects.toMatchObject({ code: '42703' });
    expect(await database.kysely<Tables>().selectFrom('thing').selectAll().execute()).toEqual([]);
  }, 60_000);

  test('gives dates as they are, and tries a transaction again that another one was in the way of', async () => {
    const database = await open();
    const { rows } = await sql`select date '2000-02-29' as day`.execute(database.kysely());
    expect(rows).toEqual([{ day: '2000-02-29' }]);
    const conflict = Object.assign(new Error('conflict'), { code: '40001' });
    const outcomes = [conflict, conflict, undefined];
    const result = await tryAgain(async () => {
      const fault = outcomes.shift();
      if (fault) throw fault;
      return 'done';
    });
    expect(result).toBe('done');
  }, 60_000);

  test('can be closed at once after a query that failed', async () => {
    const database = await open();
    const failing = sql`select * from nothing`.execute(database.kysely<Tables>());
    await expect(failing).rejects.toMatchObject({ code: '42P01' });
    await database.close();
  }, 60_000);

  test('tells a wrong query from a database that cannot be asked', async () => {
    const database = await open();
    const wrong = await sql`select * from nowhere`.execute(database.kysely()).catch((e) => e);
    expect(isAway(wrong)).toBe(false);
    expect(await database.ready()).toBe(true);
    await database.close();
    expect(await database.ready()).toBe(false);
    const closed = await sql`select 1`.execute(database.kysely()).catch((e) => e);
    expect(isAway(closed)).toBe(true);
  }, 60_000);
});
