import type { Pool } from 'pg';
import type { DatabaseLog } from './open-database.ts';

/** An error event that nobody listens to would end the process. */
export function listenToPool(pool: Pool, log: DatabaseLog): void {
  // A connection at rest was closed: the next query opens a new one.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'a database connection ended'));
  // In the middle of a query, its caller gets the same error.
  pool.on('connect', (client) => client.on('error', () => undefined));
}
