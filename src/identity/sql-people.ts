/** What can be done with the tables of people, one person at a time: for the command line. */
import { isConflictOfKeys } from '@portico/database';
import type { User } from './backend.ts';
import { foldLogin } from './login-key.ts';
import { noteChanges } from './sql-changes.ts';
import { identifiersOf, newCredential, rowOf, userOf, type PersonToStore } from './sql-rows.ts';
import type { PeopleDb, PersonRow } from './sql-tables.ts';

/** A person as stored. */
export interface StoredPerson {
  user: User;
  /** `null`: there is no password. */
  passwordHash: string | null;
  createdAt: Date;
  changedAt: Date;
}

/** Somebody else has this login, or this subject. */
export class TakenError extends Error {
  override readonly name = 'TakenError';
}

/**
 * Adds a person.
 * @throws TakenError
 */
export async function addPerson(db: PeopleDb, person: PersonToStore): Promise<void> {
  const identifiers = identifiersOf(person);
  try {
    await db.transaction().execute(async (within) => {
      await within.insertInto('portico_people').values(rowOf(person)).execute();
      await within
        .insertInto('portico_people_identifiers')
        .values(identifiers.map((identifier) => ({ identifier, subject: person.subject })))
        .execute();
    });
  } catch (error) {
    if (!isConflictOfKeys(error)) throw error;
    throw new TakenError('somebody else has this subject, email address or username');
  }
}

/** The person with this subject. */
export async function personOf(db: PeopleDb, subject: string): Promise<StoredPerson | undefined> {
  const row = await db
    .selectFrom('portico_people')
    .selectAll()
    .where('subject', '=', subject)
    .executeTakeFirst();
  return row && storedOf(row);
}

/** The person who signs in with this login. */
export async function personBy(db: PeopleDb, login: string): Promise<StoredPerson | undefined> {
  const row = await db
    .selectFrom('portico_people_identifiers as identifiers')
    .innerJoin('portico_people as people', 'people.subject', 'identifiers.subject')
    .selectAll('people')
    .where('identifiers.identifier', '=', foldLogin(login))
    .executeTakeFirst();
  return row && storedOf(row);
}

const searched = ['email', 'username', 'name'] as const;

/**
 * People in the order of their subjects.
 * @param after the subject of the last one before
 * @param having only those in whose login or name this stands
 */
export async function somePeople(
  db: PeopleDb,
  { after, limit, having }: { after?: string; limit: number; having?: string },
): Promise<StoredPerson[]> {
  let query = db.selectFrom('portico_people').selectAll().orderBy('subject').limit(limit);
  if (after !== undefined) query = query.where('subject', '>', after);
  if (having !== undefined) {
    const pattern = `%${having.replace(/[\\%_]/g, String.raw`\$&`)}%`;
    query = query.where((builder) =>
      builder.or(searched.map((column) => builder(column, 'ilike', pattern))),
    );
  }
  return (await query.execute()).map(storedOf);
}

/** All people, a thousand at a time in memory. */
export async function* allPeople(db: PeopleDb, atOnce = 1000): AsyncGenerator<StoredPerson> {
  let after: string | undefined;
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const people = await somePeople(db, { limit: atOnce, ...(after !== undefined && { after }) });
    yield* people;
    after = people.at(-1)?.user.subject;
    if (people.length < atOnce) return;
  }
}

/**
 * Gives a person a new password, which ends their sign-ins.
 * @returns false when there is no such person
 */
export async function setPassword(db: PeopleDb, subject: string, hash: string): Promise<boolean> {
  return change(db, subject, { password_hash: hash, credential: newCredential() });
}

/**
 * Lets a person sign in no more, which ends their sign-ins.
 * @returns false when there is no such person
 */
export async function disablePerson(db: PeopleDb, subject: string): Promise<boolean> {
  // Otherwise sessions from before would count again when the person is enabled.
  return change(db, subject, { disabled: true, credential: newCredential() });
}

/**
 * Lets a person sign in again.
 * @returns false when there is no such person
 */
export async function enablePerson(db: PeopleDb, subject: string): Promise<boolean> {
  return change(db, subject, { disabled: false });
}

/**
 * Removes a person. The subject should never be given to somebody else.
 * @returns false when there is no such person
 */
export async function removePerson(db: PeopleDb, subject: string): Promise<boolean> {
  return db.transaction().execute(async (within) => {
    const { numDeletedRows } = await within
      .deleteFrom('portico_people')
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow();
    if (numDeletedRows > 0n) await noteChanges(within, [subject]);
    return numDeletedRows > 0n;
  });
}

async function change(
  db: PeopleDb,
  subject: string,
  columns: { password_hash?: string; disabled?: boolean; credential?: string },
): Promise<boolean> {
  return db.transaction().execute(async (within) => {
    const { numUpdatedRows } = await within
      .updateTable('portico_people')
      .set({ ...columns, changed_at: new Date() })
      .where('subject', '=', subject)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows > 0n && columns.credential !== undefined) {
      await noteChanges(within, [subject]);
    }
    return numUpdatedRows > 0n;
  });
}

function storedOf(row: PersonRow): StoredPerson {
  const { password_hash: passwordHash, created_at: createdAt, changed_at: changedAt } = row;
  return { user: userOf(row), passwordHash, createdAt, changedAt };
}
