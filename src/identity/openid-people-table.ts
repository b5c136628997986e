/** People of OpenID providers in the database, so that every instance knows them, also after a restart. */
import { migrate, type Database, type Migrations } from '@portico/database';
import { sql, type Generated, type Kysely } from 'kysely';
import type { IdentityLog, User } from './backend.ts';
import type { OpenIdPeople } from './openid-people.ts';
import { asking, askingAtStart } from './sql-asking.ts';

interface Tables {
  portico_openid_people: {
    subject: string;
    /** The whole `User` as JSON: text, because `jsonb` takes fewer characters than JSON has. */
    person: string;
    signed_in_at: Generated<Date>;
  };
}

/** Each runs once, in the order of their names. Never change one that was released: add another. */
export const openIdMigrations: { name: string; migrations: Migrations } = {
  name: 'openid',
  migrations: { '2026-11-27-openid-people': { up: createTable } },
};

async function createTable(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('portico_openid_people')
    .addColumn('subject', 'text', (column) => column.primaryKey())
    .addColumn('person', 'text', (column) => column.notNull())
    .addColumn('signed_in_at', 'timestamptz', (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
}

/** @throws IdentityError `down` while the database is away; DatabaseError when it cannot be used */
export async function createPeopleInDatabase(
  database: Database,
  log: IdentityLog,
): Promise<OpenIdPeople> {
  const done = await askingAtStart('the table of people cannot be made', () =>
    migrate(database, openIdMigrations),
  );
  if (done.length > 0) log.info({ migrations: done }, 'the table of people is up to date');
  const db = database.kysely<Tables>();
  return {
    async keep(user) {
      const person = JSON.stringify(user);
      await asking(() =>
        db
          .insertInto('portico_openid_people')
          .values({ subject: user.subject, person })
          .onConflict((conflict) =>
            conflict.column('subject').doUpdateSet({ person, signed_in_at: sql`now()` }),
          )
          .execute(),
      );
    },
    async find(subject) {
      if (!isOurs(subject)) return undefined;
      const row = await asking(() =>
        db
          .selectFrom('portico_openid_people')
          .select('person')
          .where('subject', '=', subject)
          .executeTakeFirst(),
      );
      return row && (JSON.parse(row.person) as User);
    },
    ready: () => database.ready(),
  };
}

/** Others are in other stores: the database need not be asked. */
const isOurs = (subject: string): boolean => /^openid-[\w-]{43}$/.test(subject);
