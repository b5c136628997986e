/** The home of the state in the database, which all instances share. */
import { isAway, migrate, type Database } from '@portico/database';
import { createDatabaseAnswers } from './database-answers.ts';
import { createDatabaseCounts } from './database-counts.ts';
import { createDatabaseSessions } from './database-sessions.ts';
import { migrations, type StateTables } from './database-tables.ts';
import { createLater } from './later.ts';
import { StateError } from './state-error.ts';
import type { State } from './state.ts';
import { createSweeper } from './sweeper.ts';

interface StateLog {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

/**
 * Brings the tables up to date. The database stays open when the state is closed: others use it, too.
 * @throws StateError when the database is away; MigrationError when the tables are of a newer Portico
 */
export async function createDatabaseState(database: Database, log: StateLog): Promise<State> {
  try {
    await migrate(database, { name: 'state', migrations });
  } catch (error) {
    if (!isAway(error)) throw error;
    throw new StateError(error instanceof Error ? error.message : String(error), error);
  }
  const db = database.kysely<StateTables>();
  const later = createLater({ log });
  const sweeper = createSweeper({ db, log });
  return {
    answers: createDatabaseAnswers(db, later),
    sessions: createDatabaseSessions(db, later),
    counts: createDatabaseCounts(db, later),
    ready: () => database.writable(),
    async close() {
      later.close();
      await sweeper.close();
    },
  };
}
