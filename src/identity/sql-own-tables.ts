import { migrate, type Database } from '@portico/database';
import { sql } from 'kysely';
import type { BackendParts, Identity, Origin } from './backend.ts';
import { foldLogin, longestLogin } from './login-key.ts';
import { hashPassword, needsRehash } from './password.ts';
import { asking, askingAtStart, isAskable, sayOf } from './sql-asking.ts';
import { watchChanges } from './sql-changes.ts';
import { placeOf, userOf } from './sql-rows.ts';
import {
  peopleMigrations,
  type PeopleDb,
  type PeopleTables,
  type PersonRow,
} from './sql-tables.ts';

const lookEveryMs = 3000;

export interface TablesIdentityParts extends BackendParts {
  lookEveryMs?: number;
}

/** People in tables of ours, which are made or brought up to date. */
export async function createTablesIdentity(
  database: Database,
  { log, passwords, credentialsChanged, endSignIns, ...parts }: TablesIdentityParts,
): Promise<Identity> {
  const done = await askingAtStart('the tables of people cannot be made', () =>
    migrate(database, peopleMigrations),
  );
  if (done.length > 0) log.info({ migrations: done }, 'the tables of people are up to date');
  const db = database.kysely<PeopleTables>();
  /** For an unknown login, where there is nobody yet. */
  const nobodysHash = await hashPassword('nobody');
  let hasUsernames = await asking(() => someoneHasUsername(db));
  const changes = watchChanges(db, {
    log,
    endSignIns: endSignIns ?? signOutSoon,
    everyMs: parts.lookEveryMs ?? lookEveryMs,
    async alsoLook() {
      hasUsernames = await someoneHasUsername(db);
    },
  });

  async function signOutSoon(subject: string): Promise<boolean> {
    credentialsChanged(subject);
    return true;
  }

  /** The next time, the password is checked against a hash of ours. It is the same: sessions go on. */
  async function rehash(row: PersonRow, password: string): Promise<void> {
    try {
      await db
        .updateTable('portico_people')
        .set({ password_hash: await hashPassword(password) })
        .where('subject', '=', row.subject)
        .where('password_hash', '=', row.password_hash)
        .execute();
    } catch (error) {
      log.warn(
        { subject: row.subject, reason: sayOf(error) },
        'a password could not be hashed anew',
      );
    }
  }

  return {
    async verify(login, password, { turn }: Origin) {
      const { row, standIn } = await asking(() => look(db, foldLogin(login)));
      const hash = row?.password_hash ?? standIn ?? nobodysHash;
      const isRight = await passwords.matches(hash, password, turn);
      if (!isRight || !row?.password_hash) return { refused: 'wrong' };
      if (row.disabled) return { refused: 'disabled' };
      if (needsRehash(row.password_hash)) await rehash(row, password);
      return { user: userOf(row) };
    },
    async find(subject) {
      if (!isAskable(subject)) return undefined;
      const row = await asking(() =>
        db
          .selectFrom('portico_people')
          .selectAll()
          .where('subject', '=', subject)
          .executeTakeFirst(),
      );
      return row && userOf(row);
    },
    hasUsernames: () => hasUsernames,
    ready: () => database.ready(),
    close: () => changes.close(),
  };
}

async function someoneHasUsername(db: PeopleDb): Promise<boolean> {
  const found = await db
    .selectFrom('portico_people')
    .select('subject')
    .where('username', 'is not', null)
    .limit(1)
    .execute();
  return found.length > 0;
}

interface Found {
  row: PersonRow | undefined;
  /** Whose hash is checked in the place of an unknown person's. */
  standIn: string | null;
}

/**
 * The person of a login, and a stand-in: for one login it is always the same person's hash, so that
 * the time is that of a real person, even if hashes have different costs. Both come by one query,
 * whether or not the login is known.
 */
async function look(db: PeopleDb, foldedLogin: string): Promise<Found> {
  const isPossible = foldedLogin.length <= longestLogin && isAskable(foldedLogin);
  const place = placeOf(foldedLogin);
  const { rows } = await sql<PersonRow & { stand_in: string | null }>`
    select people.*, coalesce(
      (select password_hash from portico_people
        where password_hash is not null and place >= ${place} order by place limit 1),
      (select password_hash from portico_people
        where password_hash is not null order by place limit 1)
    ) as stand_in
    from (select 1) as one
    left join portico_people_identifiers as identifiers
      on identifiers.identifier = ${isPossible ? foldedLogin : ''}
    left join portico_people as people on people.subject = identifiers.subject`.execute(db);
  const [{ stand_in: standIn, ...row } = { stand_in: null, subject: null }] = rows;
  return { row: row.subject === null ? undefined : row, standIn };
}
