/** Homes of people for the browser tests: each holds Greta, and Dora, who is disabled. */
import { databaseAddress, migrate, openDatabase, type Database } from '@portico/database';
import { testDatabases, type TestDatabase } from '@portico/database/testing';
import { addPerson } from '../../../src/identity/sql-people.ts';
import { peopleMigrations, type PeopleTables } from '../../../src/identity/sql-tables.ts';
import { ada, password } from '../../support/people.ts';
import { startPeopleApi, token } from '../../support/people-api.ts';
import type { Settings } from '../../support/serve-app.ts';
import { startTcpSwitch, type TcpSwitch } from '../../support/tcp-switch.ts';

export interface PeopleHome {
  settings: Settings;
  /** The way to it, where that can be cut. */
  way: TcpSwitch | undefined;
  close(): Promise<void>;
}

export const greta = {
  subject: 'greta-1',
  email: 'greta@example.org',
  email_verified: true,
  name: 'Greta Sample',
  given_name: 'Greta',
  password_hash: ada.password_hash,
};
export const dora = { ...greta, subject: 'dora-1', email: 'dora@example.org', disabled: true };
const people = [greta, dora];

/** In the tables of Portico. */
export function sqlHome(name: TestDatabase['name'], identity = 'sql'): Promise<PeopleHome> {
  return databaseHome(name, async (database) => {
    await migrate(database, peopleMigrations);
    for (const person of people) await addPerson(database.kysely<PeopleTables>(), person);
    return { IDENTITY: identity };
  });
}

const columns = `id AS subject, mail AS email, mail_is_checked AS email_verified, name, given_name,
  hash AS password_hash, left_at IS NOT NULL AS disabled`;

/** In a table of somebody else. */
export function yourTablesHome(name: TestDatabase['name']): Promise<PeopleHome> {
  return databaseHome(name, async (database) => {
    const values = people.map(
      ({ subject, email, password_hash: hash, ...person }) =>
        `('${subject}', '${email}', true, '${person.name}', '${person.given_name}', '${hash}',
          ${'disabled' in person ? 'now()' : 'null'})`,
    );
    await run(
      database,
      `create table members (id text primary key, mail text, mail_is_checked boolean, name text,
        given_name text, hash text, left_at timestamptz)`,
    );
    await run(database, `insert into members values ${values.join(', ')}`);
    return {
      IDENTITY: 'sql',
      PEOPLE_BY_LOGIN: `SELECT ${columns} FROM members WHERE lower(mail) = $1`,
      PEOPLE_BY_SUBJECT: `SELECT ${columns} FROM members WHERE id = $1`,
    };
  });
}

/** Behind an API. */
export async function apiHome(): Promise<PeopleHome> {
  const api = await startPeopleApi(({ path, body }, _req, res) => {
    const asked = body ? (JSON.parse(body) as { login: string; password: string }) : undefined;
    const found = people.find(({ subject, email }) =>
      asked ? email === asked.login : path === `/people/${subject}`,
    );
    const { password_hash: _, ...person } = found ?? greta;
    const answer = (status: number, content: object) =>
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(content));
    if (!found) return answer(asked ? 401 : 404, {});
    if (asked && asked.password !== password) return answer(401, {});
    if (asked && 'disabled' in found) return answer(403, { reason: 'disabled' });
    return answer(200, person);
  });
  const way = await startTcpSwitch(api.url);
  return {
    settings: { IDENTITY: 'http', PEOPLE_API_URL: way.address, PEOPLE_API_TOKEN: token },
    way,
    async close() {
      await way.close();
      await api.close();
    },
  };
}

/** @param fill makes tables with people in them, and returns the settings that lead there */
async function databaseHome(
  name: TestDatabase['name'],
  fill: (database: Database) => Promise<Settings>,
): Promise<PeopleHome> {
  const home = testDatabases().find((one) => one.name === name)!;
  const address = await home.fresh();
  const log = { info() {}, warn() {} };
  const database = await openDatabase(databaseAddress(address)!, { log });
  const settings = await fill(database);
  await database.close();
  const way = name === 'PostgreSQL' ? await startTcpSwitch(address) : undefined;
  return {
    settings: { ...settings, DATABASE_URL: way?.address ?? address, STATE: 'database' },
    way,
    async close() {
      await way?.close();
      await home.close();
    },
  };
}

async function run(database: Database, text: string): Promise<void> {
  const { sql } = await import('kysely');
  await sql.raw(text).execute(database.kysely());
}
