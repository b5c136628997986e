import { Client, Pool, type ClientBase, type PoolConfig } from 'pg';
import type { DatabaseAddress } from './address.ts';
import { DatabaseError } from './errors.ts';
import { plainTypes } from './plain-types.ts';
import { listenToPool } from './listen-to-pool.ts';
import type { DatabaseLog, Opened } from './open-database.ts';

const mostConnections = 10;
const connectWithinMs = 3000;
/** The server gives up first: then the connection can be used again. */
const statementWithinMs = 5000;
const answerWithinMs = 7000;

/**
 * A pool of connections to PostgreSQL, or to what speaks its protocol. The address may set `max`,
 * the number of connections.
 */
export function openPostgres(address: DatabaseAddress, log: DatabaseLog): Opened {
  const config: PoolConfig = {
    connectionString: withPlainMode(address.secretText()),
    max: mostConnectionsIn(address.secretText()),
    application_name: 'portico',
    connectionTimeoutMillis: connectWithinMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    onConnect: limitStatements,
    types: plainTypes,
  };
  checkFiles(config);
  const pool = new Pool(config);
  listenToPool(pool, log);
  return { pool, queryTimeoutMs: answerWithinMs, close: () => pool.end() };
}

/** As a statement and not when connecting, because poolers such as PgBouncer refuse it there. */
async function limitStatements(client: ClientBase): Promise<void> {
  await client.query(
    `SET statement_timeout = ${statementWithinMs}; SET idle_in_transaction_session_timeout = 30000`,
  );
}

/** The files of the address, such as `sslrootcert`, are read whenever the driver makes a connection. */
function checkFiles(config: PoolConfig): void {
  try {
    // oxlint-disable-next-line no-new -- it connects only when asked to
    new Client(config);
  } catch (cause) {
    const { path } = cause as { path?: unknown };
    const what = typeof path === 'string' ? `cannot read ${path}` : 'its parameters do not fit';
    throw new DatabaseError(`the address of the database: ${what}`, { isAway: false, cause });
  }
}

/** The driver takes these modes for verify-full, too, but then writes a warning of eight lines. */
function withPlainMode(text: string): string {
  if (/[?&]uselibpqcompat=true\b/.test(text)) return text;
  return text.replace(/([?&]sslmode=)(prefer|require|verify-ca)\b/, '$1verify-full');
}

function mostConnectionsIn(text: string): number {
  const [, max] = /[?&]max=(\d{1,4})(?:&|$)/.exec(text) ?? [];
  return Number(max) || mostConnections;
}
