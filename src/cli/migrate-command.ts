import { misuse, type Command } from '@portico/command-line';
import { migrate, type Migrations, type DatabaseAddress } from '@portico/database';
import { readSettings } from '@portico/settings';
import { settingsFor } from '../config.ts';
import { chosenBackends } from '../identity/index.ts';
import { openIdMigrations } from '../identity/openid-people-table.ts';
import { sqlBackend } from '../identity/sql.ts';
import { peopleMigrations } from '../identity/sql-tables.ts';
import { migrations as stateMigrations } from '../state/database-tables.ts';
import { withDatabase } from './with-people.ts';

/** Tables for one purpose, and the database that they are in. */
interface Tables {
  address: DatabaseAddress;
  name: string;
  migrations: Migrations;
}

const migrateCommand: Command = {
  name: 'migrate',
  operands: [],
  summary: 'Brings the tables of the database up to date.',
  details: `Portico does so when it starts, too; several at once wait for each other. It needs DATABASE_URL, and the
settings that say what is in the database: IDENTITY, STATE and PEOPLE_….`,
  options: {},
  async run(given, context) {
    const all = tablesFor(context.env);
    if (all.length === 0) throw misuse('With these settings there is nothing in a database.');
    const done: Record<string, string[]> = {};
    for (const { address, name, migrations } of all) {
      // oxlint-disable-next-line no-await-in-loop -- PGlite takes one at a time
      done[name] = await withDatabase(address, context, async (database) =>
        migrate(database, { name, migrations }),
      );
    }
    if (given.has('json')) return void (await context.printJson(done));
    const lines = Object.entries(done).map(([name, ran]) => `${name}: ${sentenceOf(ran)}\n`);
    await context.print(lines.join(''));
    return undefined;
  },
};

export const migrateCommands = [migrateCommand];

/** @throws SettingsError when a setting that matters here is wrong, or there is no database */
function tablesFor(env: Record<string, string | undefined>): Tables[] {
  const { DATABASE_URL, STATE, IDENTITY } = settingsFor(env);
  const { PEOPLE_DATABASE_URL, PEOPLE_BY_LOGIN } = sqlBackend.settings;
  const isRequired = env['PEOPLE_DATABASE_URL'] ? {} : { isRequired: true as const };
  const settings = { DATABASE_URL: { ...DATABASE_URL, ...isRequired }, STATE, IDENTITY };
  const { values } = readSettings({ ...settings, PEOPLE_DATABASE_URL, PEOPLE_BY_LOGIN }, env);
  const { DATABASE_URL: address } = values;
  const backends = chosenBackends(env);
  const tables: Tables[] = [];
  const ofPeople = values.PEOPLE_DATABASE_URL ?? address;
  if (backends.includes('sql') && values.PEOPLE_BY_LOGIN === undefined && ofPeople) {
    tables.push({ address: ofPeople, ...peopleMigrations });
  }
  if (!address) return tables;
  if (backends.includes('openid')) tables.push({ address, ...openIdMigrations });
  if (values.STATE !== 'memory') {
    tables.push({ address, name: 'state', migrations: stateMigrations });
  }
  return tables;
}

function sentenceOf(ran: string[]): string {
  return ran.length > 0 ? `done: ${ran.join(', ')}.` : 'was up to date.';
}
