import type { Pool, PoolClient } from 'pg';
import { DatabaseError } from './errors.ts';

interface ConnectionFault {
  message?: string;
  errors?: readonly { message?: string }[];
}

/** Whatever stands in the way of a connection, the database cannot be asked. */
export async function connect(pool: Pool): Promise<PoolClient> {
  try {
    return await pool.connect();
  } catch (cause) {
    const reason = reasonOf(cause as ConnectionFault);
    throw new DatabaseError(`no connection to the database: ${reason}`, { isAway: true, cause });
  }
}

/** An error for several addresses of one host has no message of its own. */
function reasonOf({ message = '', errors: [first] = [] }: ConnectionFault): string {
  return message || first?.message || 'no reason given';
}
