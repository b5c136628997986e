import { exitCodes, Failure, misuse, type CommandContext } from '@portico/command-line';
import {
  DatabaseError,
  isAway,
  migrate,
  MigrationError,
  openDatabase,
  type Database,
  type DatabaseAddress,
} from '@portico/database';
import { readSettings } from '@portico/settings';
import { databaseSettings } from '../database.ts';
import { chosenBackends } from '../identity/index.ts';
import { sqlBackend } from '../identity/sql.ts';
import { peopleMigrations, type PeopleDb, type PeopleTables } from '../identity/sql-tables.ts';

type Surroundings = Pick<CommandContext, 'env' | 'note'>;

/**
 * Opens a database for a command, and closes it in the end.
 * @throws Failure when it cannot be asked
 */
export async function withDatabase<T>(
  address: DatabaseAddress,
  { note }: Surroundings,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const log = { info() {}, warn: (_details: object, message: string) => note(`${message}.`) };
  let database: Database | undefined;
  try {
    database = await openDatabase(address, { log });
    return await work(database);
  } catch (error) {
    throw failureOf(error);
  } finally {
    await database?.close();
  }
}

/**
 * Where people are with these settings.
 * @throws SettingsError when there is no database; Failure when people are in tables of the company
 */
export function addressOfPeople(env: Surroundings['env']): DatabaseAddress {
  const { PEOPLE_DATABASE_URL, PEOPLE_BY_LOGIN } = sqlBackend.settings;
  const { DATABASE_URL } = databaseSettings;
  const own = readSettings({ PEOPLE_DATABASE_URL, PEOPLE_BY_LOGIN }, env).values;
  if (own.PEOPLE_BY_LOGIN !== undefined) {
    throw misuse(
      'PEOPLE_BY_LOGIN is set: people are in tables of your own, and are managed there.',
    );
  }
  if (own.PEOPLE_DATABASE_URL) return own.PEOPLE_DATABASE_URL;
  return readSettings({ DATABASE_URL: { ...DATABASE_URL, isRequired: true as const } }, env).values
    .DATABASE_URL;
}

/** Looks at the people in the database, or changes one. The tables must be there. */
export async function withPeople<T>(
  context: Surroundings,
  work: (db: PeopleDb) => Promise<T>,
): Promise<T> {
  return withDatabase(addressOfPeople(context.env), context, async (database) =>
    work(database.kysely<PeopleTables>()),
  );
}

/** Adds people, for as long as that takes. Makes the tables when they are not there yet. */
export async function withNewPeople<T>(
  context: Surroundings,
  work: (db: PeopleDb) => Promise<T>,
): Promise<T> {
  const { env, note } = context;
  const address = addressOfPeople(env);
  const asked = chosenBackends(env);
  if (asked.length > 0 && !asked.includes('sql')) {
    note(`With these settings Portico asks ${asked.join(', ')} for people: set IDENTITY=sql.`);
  }
  return withDatabase(address, context, async (database) => {
    await migrate(database, peopleMigrations);
    return database.slow<PeopleTables>().connection().execute(work);
  });
}

/** What an operator can do about an error of the database. */
function failureOf(error: unknown): unknown {
  const { code, message } = error as { code?: unknown; message?: string };
  if (code === '42P01') {
    return new Failure('The database has no tables of Portico yet: run portico migrate.');
  }
  if (code === '42501') return new Failure(`The database does not allow this: ${message}.`);
  if (error instanceof MigrationError) return new Failure(`${capital(error.message)}.`);
  if (error instanceof DatabaseError) return new Failure(`${capital(error.message)}.`);
  if (!isAway(error)) return error;
  return new Failure(`The database cannot be asked: ${message ?? 'no reason given'}.`);
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** For a person who is not there. */
export function nobody(who: string): Failure {
  return new Failure(`There is nobody with ${who}.`, exitCodes.unknown);
}

/** For options that exclude each other. */
export function onlyOneOf(given: { has(option: string): boolean }, options: string[]): void {
  const found = options.filter((option) => given.has(option)).map((option) => `--${option}`);
  if (found.length > 1) throw misuse(`${found.join(' and ')} exclude each other.`);
}
