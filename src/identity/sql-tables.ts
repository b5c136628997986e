/** The tables of people, for `sql`. */
import type { Migrations } from '@portico/database';
import { sql, type ColumnType, type Generated, type Kysely, type Selectable } from 'kysely';

export interface PeopleTables {
  portico_people: PeopleTable;
  portico_people_identifiers: IdentifiersTable;
  portico_people_changes: ChangesTable;
}

export interface PeopleTable {
  subject: string;
  email: string | null;
  username: string | null;
  /** `null`: nobody can sign in as this person before there is a password. */
  password_hash: string | null;
  /** A text by chance, which is another one after each change of the password: `User.credential`. */
  credential: string;
  disabled: boolean;
  name: string | null;
  /** The other standard claims, by name. */
  claims: JsonColumn;
  /** `User.claims`. */
  further_claims: JsonColumn;
  /** Where this person stands when one is chosen for an unknown login: `placeOf(subject)`. */
  place: number;
  created_at: Generated<Date>;
  /** When anything of this row changed. */
  changed_at: Generated<Date>;
}

/** What may be typed to sign in: email addresses and usernames. Nobody else's can be the same. */
interface IdentifiersTable {
  /** As `foldLogin` makes it. */
  identifier: string;
  subject: string;
}

/** Whose credentials changed, until the OAuth2 server has ended their login sessions. */
interface ChangesTable {
  subject: string;
  changed_at: Generated<Date>;
  /** When the instance that works at it is taken for dead. */
  claimed_until: Generated<Date>;
}

/** An object; written as JSON text. */
type JsonColumn = ColumnType<Record<string, unknown>, string, string>;

export type PeopleDb = Kysely<PeopleTables>;
export type PersonRow = Selectable<PeopleTable>;

/** Each runs once, in the order of their names. Never change one that was released: add another. */
export const peopleMigrations: { name: string; migrations: Migrations } = {
  name: 'people',
  migrations: { '2026-11-27-people': { up: createPeople } },
};

async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('portico_people')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('email', 'text')
    .addColumn('username', 'text')
    .addColumn('password_hash', 'text')
    .addColumn('credential', 'text', (column) => column.notNull())
    .addColumn('disabled', 'boolean', (column) => column.notNull().defaultTo(false))
    .addColumn('name', 'text')
    .addColumn('claims', 'jsonb', (column) => column.notNull())
    .addColumn('further_claims', 'jsonb', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('changed_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await db.schema
    .createIndex('portico_people_place')
    .on('portico_people')
    .column('place')
    .where(sql.ref('password_hash'), 'is not', null)
    .execute();
  await db.schema
    .createIndex('portico_people_username')
    .on('portico_people')
    .column('username')
    .where(sql.ref('username'), 'is not', null)
    .execute();
  await db.schema
    .createTable('portico_people_identifiers')
    .addColumn('identifier', 'text', (column) => column.primaryKey())
    .addColumn('subject', 'text', (column) =>
      column.notNull().references('portico_people.subject').onDelete('cascade'),
    )
    .execute();
  await db.schema
    .createIndex('portico_people_identifiers_subject')
    .on('portico_people_identifiers')
    .column('subject')
    .execute();
  await db.schema
    .createTable('portico_people_changes')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('changed_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .addColumn('claimed_until', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await db.schema
    .createIndex('portico_people_changes_claimed_until')
    .on('portico_people_changes')
    .column('claimed_until')
    .execute();
}
