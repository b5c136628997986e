import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PglitePgConnection } from '@electric-sql/pglite/node-postgres';
import { Client, Pool, type ClientConfig } from 'pg';
import { DatabaseError } from './errors.ts';
import { lockFile, lockFolder } from './folder-lock.ts';
import { listenToPool } from './listen-to-pool.ts';
import type { DatabaseLog, Opened } from './open-database.ts';
import { plainTypes } from './plain-types.ts';

/** The PostgreSQL that PGlite is made of. */
const major = '18';
const newMark = 'portico.new';
const waitForConnectionMs = 10_000;

/**
 * PostgreSQL inside this process, with its files in a folder that is made if need be. There is one
 * connection, so one transaction at a time.
 * @throws DatabaseError when another process uses the folder, or it is of another version
 */
export async function openPglite(folder: string, log: DatabaseLog): Promise<Opened> {
  makeFolder(folder);
  const lock = await lockFolder(folder);
  let pglite: PGlite;
  try {
    pglite = await openFolder(folder, log);
  } catch (cause) {
    lock.release();
    if (cause instanceof DatabaseError) throw cause;
    throw new DatabaseError(`PGlite cannot open ${folder}`, { isAway: false, cause });
  }
  const connections = new Set<EmbeddedConnection>();
  const pool = poolOf(pglite, connections);
  listenToPool(pool, log);

  async function close(): Promise<void> {
    await pool.end();
    await Promise.all([...connections].map(({ ended }) => ended));
    await pglite.close();
    lock.release();
  }

  return { pool, queryTimeoutMs: 0, close };
}

function makeFolder(folder: string): void {
  try {
    makeWithParents(folder);
  } catch (cause) {
    throw new DatabaseError(`the folder ${folder} cannot be made`, { isAway: false, cause });
  }
}

/** Node's own `recursive` never ends where a folder is there but takes none, such as /proc. */
function makeWithParents(folder: string): void {
  if (existsSync(folder)) return;
  makeWithParents(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // another process was faster
  }
}

async function openFolder(folder: string, log: DatabaseLog): Promise<PGlite> {
  const mark = join(folder, newMark);
  const entries = readdirSync(folder);
  if (entries.includes(newMark)) clear(folder, entries);
  const version = versionIn(folder);
  if (version === undefined) {
    refuseForeign(folder, readdirSync(folder));
    log.info({ folder }, 'a new database is made: this takes some seconds once');
    writeFileSync(mark, 'A database is being made here.\n');
  } else if (version !== major) {
    throw new DatabaseError(
      `${folder} holds data of PostgreSQL ${version}, but this PGlite is PostgreSQL ${major}: ` +
        'export with the Portico that wrote it, and import into a new folder',
      { isAway: false },
    );
  }
  const pglite = await PGlite.create({
    dataDir: folder,
    startParams: [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
  });
  rmSync(mark, { force: true });
  return pglite;
}

function versionIn(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** What we need not mind: the lock, and what file systems put into an empty volume. */
const isHarmless = (entry: string) =>
  entry === lockFile || entry === 'lost+found' || entry.startsWith('.');

/** The process ended while it made the database. Nobody has stored anything in it. */
function clear(folder: string, entries: string[]): void {
  for (const entry of entries) {
    if (isHarmless(entry) || entry === newMark) continue;
    rmSync(join(folder, entry), { recursive: true });
  }
}

function refuseForeign(folder: string, entries: string[]): void {
  if (entries.every((entry) => isHarmless(entry) || entry === newMark)) return;
  throw new DatabaseError(`${folder} is neither empty nor a database: choose another folder`, {
    isAway: false,
  });
}

/**
 * The library's own forgets at its end what it still has to tell PGlite, such as that a query that
 * failed is over, and who listens to its errors.
 */
class EmbeddedConnection extends PglitePgConnection {
  #end = (): void => undefined;
  /** Whether PGlite has been told everything. */
  readonly ended = new Promise<void>((resolve) => (this.#end = resolve));

  override end(): void {
    super.end();
    this.on('error', () => undefined);
    this.once('end', this.#end);
  }
}

/**
 * A client for each connection, because one that is shared stays broken after an error. A transaction
 * that the last client left open is rolled back.
 */
function poolOf(pglite: PGlite, connections: Set<EmbeddedConnection>): Pool {
  const config = { user: 'postgres', password: 'none', types: plainTypes };
  class EmbeddedClient extends Client {
    constructor() {
      const connection = new EmbeddedConnection({ pglite });
      super({ ...config, connection } as unknown as ClientConfig);
      connections.add(connection);
      void connection.ended.then(() => connections.delete(connection));
    }
  }
  return new Pool({
    Client: EmbeddedClient,
    max: 1,
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: waitForConnectionMs,
    onConnect: async (client) => {
      await client.query('ROLLBACK');
    },
  });
}
