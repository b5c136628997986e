import {
  databaseAddress,
  databaseDoubt,
  openDatabase,
  type Database,
  type DatabaseAddress,
  type Watched,
} from '@portico/database';
import { setting } from '@portico/settings';
import type { Log } from './web/log.ts';

export const databaseSettings = {
  DATABASE_URL: setting(
    'postgres://user:password@host/name?sslmode=verify-full, or pglite:./folder',
    databaseAddress,
    { isSecret: true, doubt: databaseDoubt },
  ),
};

/**
 * Opens the one database that people and what instances share live in: PGlite allows one opening in one
 * process.
 * @throws DatabaseError when a folder or file cannot be used. A PostgreSQL may be away
 */
export async function openSharedDatabase(
  address: DatabaseAddress | undefined,
  log: Log,
  watched: Watched = {},
): Promise<Database | undefined> {
  return address && openDatabase(address, { log, ...watched });
}
