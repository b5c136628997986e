/** The databases that tests run on, and people in them. */
import { databaseAddress, migrate, openDatabase, type Database } from '@portico/database';
import {
  startNetwork,
  testDatabases,
  whyNoPostgres,
  type TestDatabase,
} from '@portico/database/testing';
import { afterAll } from '@jest/globals';
import type { BackendParts, IdentityLog } from '../../src/identity/backend.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';
import { addPerson } from '../../src/identity/sql-people.ts';
import type { PersonToStore } from '../../src/identity/sql-rows.ts';
import { peopleMigrations, type PeopleTables } from '../../src/identity/sql-tables.ts';
import { notRun } from './not-run.ts';
import { people } from './people.ts';

const opened: Database[] = [];
const homes: TestDatabase[] = [];
afterAll(async () => {
  await Promise.all(opened.map((database) => database.close()));
  await Promise.all(homes.map((home) => home.close()));
}, 60_000);

/** PGlite, and PostgreSQL where there is one; where not, the end of the run says so. */
export function databases(): TestDatabase[] {
  const why = whyNoPostgres();
  if (why !== undefined) notRun('tests on PostgreSQL', why);
  const found = testDatabases();
  homes.push(...found);
  return found;
}

/** Opens a database, which is closed after the test file at the latest. */
export async function open(address: string): Promise<Database> {
  const database = await openDatabase(databaseAddress(address)!, { log: silent });
  opened.push(database);
  return database;
}

/** A database behind a network that can swallow everything. */
export async function behindNetwork(address: string) {
  const url = new URL(address);
  const network = await startNetwork(url.hostname, Number(url.port));
  url.hostname = '127.0.0.1';
  url.port = String(network.port);
  return { address: url.href, network };
}

/** Makes the tables of people, with these in them. */
export async function fill(
  database: Database,
  entries: readonly PersonToStore[] = people,
): Promise<void> {
  await migrate(database, peopleMigrations);
  for (const person of entries) await addPerson(database.kysely<PeopleTables>(), person);
}

export const silent = { info() {}, warn() {}, error() {} } satisfies IdentityLog;

export interface LogLine {
  level: string;
  details: object;
  message: string;
}

/** What a backend gets, with what it logs, whose hashes are checked, and whose sign-ins it ends. */
export function partsOfBackend() {
  const lines: LogLine[] = [];
  const checked: string[] = [];
  const ended: string[] = [];
  const passwords = createPasswordChecker();
  const at = (level: string) => (details: object, message: string) => {
    lines.push({ level, details, message });
  };
  const parts: BackendParts = {
    log: { info: at('info'), warn: at('warn'), error: at('error') },
    mayHaveDemoUsers: false,
    credentialsChanged: (subject) => void ended.push(subject),
    passwords: {
      matches(hash, typed, turn) {
        checked.push(hash);
        return passwords.matches(hash, typed, turn);
      },
    },
  };
  return { parts, lines, checked, ended };
}
