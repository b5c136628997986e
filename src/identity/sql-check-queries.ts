import { isAway, type Database, type Description } from '@portico/database';
import { SettingsError } from '@portico/settings';
import { CompiledQuery } from 'kysely';
import { IdentityError } from './backend.ts';
import { sayOf } from './sql-asking.ts';

export interface PeopleQueries {
  byLogin: string;
  bySubject: string;
}

const needed = ['subject', 'password_hash'];
const names = { byLogin: 'PEOPLE_BY_LOGIN', bySubject: 'PEOPLE_BY_SUBJECT' } as const;

/**
 * Prepares both queries and runs them for nobody.
 * @returns the names of the columns that they give
 * @throws SettingsError that lists all faults; IdentityError `down` when the database is away
 */
export async function checkQueries(
  database: Database,
  { byLogin, bySubject }: PeopleQueries,
): Promise<string[]> {
  const one = await check(database, names.byLogin, byLogin);
  const other = await check(database, names.bySubject, bySubject);
  const faults = [...one.faults, ...other.faults];
  if (faults.length === 0) faults.push(...differences(one.columns, other.columns));
  if (faults.length > 0) throw new SettingsError(faults);
  return one.columns;
}

interface Checked {
  columns: string[];
  faults: string[];
}

async function check(database: Database, name: string, query: string): Promise<Checked> {
  const found = await tryOut(() => database.describe(query));
  if (typeof found === 'string') return { columns: [], faults: [`${name}: ${found}.`] };
  const faults = faultsOf(found).map((fault) => `${name} ${fault}.`);
  if (faults.length === 0) {
    // What may not be read, and what writes, comes to light by running it alone.
    const ran = await tryOut(() => runForNobody(database, query));
    if (typeof ran === 'string') faults.push(`${name}: ${ran}.`);
  }
  return { columns: found.columns ?? [], faults };
}

/** @returns what is wrong with the query, when the database says so */
async function tryOut<T extends object>(ask: () => Promise<T>): Promise<T | string> {
  try {
    return await ask();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === '25006') return 'it writes, and must only read';
    if (isAway(error)) throw new IdentityError('down', sayOf(error));
    return `the database says "${message}"`;
  }
}

async function runForNobody(database: Database, query: string): Promise<object> {
  return database
    .kysely<unknown>()
    .transaction()
    .setAccessMode('read only')
    .execute((within) => within.executeQuery(CompiledQuery.raw(query, [null])));
}

function faultsOf({ parameters, columns = [] }: Description): string[] {
  const faults: string[] = [];
  if (parameters !== 1) faults.push(`has ${parameters} parameters and must have one: $1`);
  const missing = needed.filter((name) => !columns.includes(name));
  if (missing.length > 0) {
    faults.push(
      `gives no column ${missing.join(' and ')}: name columns by AS, such as "id AS subject"`,
    );
  }
  const twice = columns.filter((name, index) => columns.indexOf(name) !== index);
  if (twice.length > 0) faults.push(`gives ${[...new Set(twice)].join(', ')} twice`);
  return faults;
}

/** Otherwise somebody could be disabled for one query and not for the other. */
function differences(one: string[], other: string[]): string[] {
  const only = (some: string[], rest: string[]) => some.filter((name) => !rest.includes(name));
  const missing = [
    [names.bySubject, only(one, other)] as const,
    [names.byLogin, only(other, one)] as const,
  ].filter(([, columns]) => columns.length > 0);
  return missing.map(
    ([name, columns]) => `${name} must give ${columns.join(', ')} too: both give the same columns.`,
  );
}
