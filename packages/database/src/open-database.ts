import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { DatabaseAddress } from './address.ts';
import type { Description } from './describe.ts';
import type { Around, Comment } from './limited-pool.ts';
import type { Observe } from './query-report.ts';

/** The operator's log; a pino logger is one. */
export interface DatabaseLog {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface Database {
  /** Queries with the types of your tables. A query ends after a few seconds, if only by an error. */
  kysely<T>(): Kysely<T>;
  /** The same without limits of time, for migrations and imports: a connection of its own each time. */
  slow<T>(): Kysely<T>;
  /**
   * Prepares a query without running it.
   * @throws the error of the database when it is no query, or its tables and columns are not there
   */
  describe(text: string): Promise<Description>;
  /** Whether the database answers now. Takes two seconds at most, and never throws. */
  ready(): Promise<boolean>;
  /** The same, and whether it takes changes: a standby does not. */
  writable(): Promise<boolean>;
  /** How its connections are used now. */
  connections(): Connections;
  /** Waits for queries under way. */
  close(): Promise<void>;
}

export interface Connections {
  used: number;
  idle: number;
  /** Queries that wait for one. */
  waiting: number;
}

/** What may watch queries, and mark them. */
export interface Watched {
  /** Gets how each query went. */
  observe?: Observe | undefined;
  /** Runs each query, such as in a span of a trace. */
  around?: Around | undefined;
  /** What to add to the text of each query as a comment. */
  comment?: Comment | undefined;
}

/** What the two kinds give. */
export interface Opened {
  pool: Pool;
  /** In milliseconds; 0 for none. */
  queryTimeoutMs: number;
  close(): Promise<void>;
}

const readyWithinMs = 2000;

/**
 * Opens a database. PostgreSQL is not asked for anything yet: it may be away. After that, too, it may
 * go and come back at any time; queries in between fail with errors for which `isAway` is true.
 * @throws DatabaseError when the folder of PGlite cannot be used, or the address names files that
 *   cannot be read; the message is for the operator
 */
export async function openDatabase(
  address: DatabaseAddress,
  { log, ...watched }: { log: DatabaseLog } & Watched,
): Promise<Database> {
  const opened = await open(address, log);
  const { pool, queryTimeoutMs } = opened;
  const { Kysely: View, PostgresDialect } = await import('kysely');
  const { LocklessDialect } = await import('./lockless-dialect.ts');
  const { limitedPool } = await import('./limited-pool.ts');
  const { describe } = await import('./describe.ts');
  const usual = limitedPool(pool, { queryTimeoutMs, ...watched });
  const slow = limitedPool(pool, { queryTimeoutMs: 0, isSlow: true, ...watched });
  // oxlint-disable no-explicit-any -- the caller says which tables there are
  const usualView = new View<any>({ dialect: new PostgresDialect({ pool: usual }) });
  const slowView = new View<any>({ dialect: new LocklessDialect({ pool: slow }) });
  // oxlint-enable no-explicit-any
  let closing: Promise<void> | undefined;

  async function answers(text: string, isGood: (row: unknown[]) => boolean): Promise<boolean> {
    const asked = pool.query<unknown[]>({ text, rowMode: 'array' }).then(
      ({ rows: [row = []] }) => isGood(row),
      () => false,
    );
    return Promise.race([asked, falseAfter(readyWithinMs)]);
  }

  return {
    kysely: () => usualView,
    slow: () => slowView,
    describe: (text) => describe(pool, text),
    ready: () => answers('select 1', () => true),
    writable: () => answers('show transaction_read_only', ([state]) => state === 'off'),
    connections: () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
    }),
    close() {
      closing ??= opened.close();
      return closing;
    },
  };
}

/** The libraries are loaded when they are needed, so that a Portico without a database pays nothing for them. */
async function open(address: DatabaseAddress, log: DatabaseLog): Promise<Opened> {
  if (address.folder === undefined) {
    const { openPostgres } = await import('./postgres.ts');
    return openPostgres(address, log);
  }
  const { openPglite } = await import('./pglite.ts');
  return openPglite(address.folder, log);
}

function falseAfter(ms: number): Promise<boolean> {
  return new Promise((done) => {
    setTimeout(done, ms, false).unref();
  });
}
