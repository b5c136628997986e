import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from './errors.ts';

/** Whatever stands in the way of a connection, the database cannot be asked. */
export async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? reasonOf(cause) : 'no reason given';
    throw new DatabaseError(`no connection to the database: ${reason}`, { isAway: true, cause });
  }
}

/** An error for several addresses of one host has no message of its own. */
function reasonOf(error: Error): string {
  if (error.message) return error.message;
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return first instanceof Error ? first.message : error.name;
}
