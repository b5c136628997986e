import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { postgresPrograms } from './find-postgres.ts';
import { copyOfPglite, type PgliteFolder } from './pglite-folder.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

/** A database that tests run on. */
export interface TestDatabase {
  name: 'PGlite' | 'PostgreSQL';
  /** Makes a database with nothing in it, and returns its address. */
  fresh(): Promise<string>;
  /** The server, where the test may stop it and start it again: not PGlite, nor somebody's own. */
  server(): Promise<PostgresServer | undefined>;
  /** Removes everything. */
  close(): Promise<void>;
}

/** For `describe.each`: nothing is started before the first `fresh()`. */
export function testDatabases(): TestDatabase[] {
  const own = process.env['TEST_DATABASE_URL'];
  const programs = own ? undefined : postgresPrograms();
  return [
    pgliteForTests(),
    ...(own ? [postgresForTests(async () => ({ address: own, close: async () => {} }))] : []),
    ...(programs ? [postgresForTests(() => startPostgres(programs))] : []),
  ];
}

function pgliteForTests(): TestDatabase {
  const folders: PgliteFolder[] = [];
  return {
    name: 'PGlite',
    async fresh() {
      const folder = await copyOfPglite();
      folders.push(folder);
      return `pglite:${folder.path}`;
    },
    server: async () => undefined,
    async close() {
      for (const folder of folders.splice(0)) folder.remove();
    },
  };
}

type Running = Pick<PostgresServer, 'address' | 'close'> & Partial<PostgresServer>;

function postgresForTests(start: () => Promise<Running>): TestDatabase {
  let starting: Promise<Running> | undefined;
  const schemas: string[] = [];
  const running = () => (starting ??= start());

  return {
    name: 'PostgreSQL',
    async fresh() {
      const { address } = await running();
      const schema = `portico_test_${randomBytes(6).toString('hex')}`;
      await run(address, `create schema ${schema}`);
      schemas.push(schema);
      const url = new URL(address);
      url.searchParams.set('options', `-csearch_path=${schema}`);
      return url.href;
    },
    async server() {
      const server = await running();
      return server.stop && (server as PostgresServer);
    },
    async close() {
      if (!starting) return;
      const { address, close, stop } = await starting;
      // A server of our own goes as a whole.
      if (!stop) for (const schema of schemas) await run(address, `drop schema ${schema} cascade`);
      await close();
    },
  };
}

async function run(address: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: address });
  await client.connect();
  await client.query(sql);
  await client.end();
}
