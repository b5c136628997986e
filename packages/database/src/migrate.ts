import type { Kysely, Migration } from 'kysely';
import { DatabaseError } from './errors.ts';
import type { Database } from './open-database.ts';

/** By name; they run in the order of their names, each once. */
export type Migrations = Readonly<Record<string, Migration>>;

/** The tables cannot be brought up to date. The message is for the operator. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
  /** As in other errors for operators. */
  readonly faults: readonly string[];

  constructor(message: string) {
    super(message);
    this.faults = [message];
  }
}

/** Any number will do, as long as every Portico takes the same. */
const lockKey = 8_047_261_935;
const waitForOthersMs = 60_000;

/**
 * Brings tables up to date: all of it, or nothing. Several processes may do so at once, as one waits
 * for the other. (CockroachDB takes the lock for granted: there, start one instance first.)
 * @param name of what the tables are for, such as `people`: what was done is noted in a table with it
 * @returns the names of the migrations that ran
 * @throws MigrationError when the tables were made by a newer Portico, or a migration fails; errors
 *   for which `isAway` is true when the database is away
 */
export async function migrate(
  database: Database,
  { name, migrations }: { name: string; migrations: Migrations },
): Promise<string[]> {
  const { sql } = await import('kysely');
  return database
    .slow<unknown>()
    .connection()
    .execute(async (connection) => {
      await sql`begin`.execute(connection);
      try {
        await sql.raw(`set local lock_timeout = ${waitForOthersMs}`).execute(connection);
        await sql`select pg_advisory_xact_lock(${sql.lit(lockKey)})`.execute(connection);
        const done = await run(connection, name, migrations);
        await sql`commit`.execute(connection);
        return done;
      } catch (error) {
        // A connection that is lost has rolled back by itself.
        await sql`rollback`.execute(connection).catch(() => undefined);
        throw error;
      }
    });
}

/** In the transaction that the connection is in, where the Migrator would begin others. */
async function run(db: Kysely<unknown>, name: string, migrations: Migrations): Promise<string[]> {
  const { Migrator } = await import('kysely');
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    migrationTableName: `portico_${name}_migration`,
    migrationLockTableName: `portico_${name}_migration_lock`,
    // Otherwise a table of this name in another schema would do.
    migrationTableSchema: await currentSchema(db),
    disableTransactions: true,
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error === undefined) return results.map(({ migrationName }) => migrationName);
  const [, unknown] =
    /previously executed migration (\S+) is missing/.exec((error as Error).message) ?? [];
  if (unknown === undefined) throw error;
  throw new MigrationError(
    `the tables of ${name} are newer than this Portico: it does not know "${unknown}". ` +
      'Start the Portico that made them, or a newer one',
  );
}

async function currentSchema(db: Kysely<unknown>): Promise<string> {
  const { sql } = await import('kysely');
  const { rows } = await sql<{ schema: string | null }>`select current_schema() as schema`.execute(
    db,
  );
  const schema = rows[0]?.schema;
  if (schema) return schema;
  throw new DatabaseError('the search_path of the database names no schema that exists', {
    isAway: false,
  });
}
