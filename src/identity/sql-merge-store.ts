/** Writes what `sql-merge.ts` has decided. */
import { sql, type Insertable } from 'kysely';
import { noteChanges } from './sql-changes.ts';
import { identifiersOf, rowOf, type PersonToStore } from './sql-rows.ts';
import type { PeopleDb, PeopleTable, PersonRow } from './sql-tables.ts';

/** A person as in a file, whole. */
export type Whole = PersonToStore & Record<string, unknown>;

/** A person as they were, if they were there, and as they shall be. */
export interface Known {
  before?: { row: PersonRow; whole: Whole };
  now: Whole;
}

/** One parameter instead of hundreds. */
export const anyOf = (texts: readonly string[]) => sql<string>`any(${texts}::text[])`;

/** Stores people as they are now. Call it in a transaction that has read them. */
export async function store(db: PeopleDb, people: Known[]): Promise<void> {
  if (people.length === 0) return;
  const added = people.filter(({ before }) => !before);
  const updated = people.filter(({ before }) => before);
  await insertRows(
    db,
    added.map(({ now }) => rowOf(now)),
  );
  const subjects = updated.map(({ now }) => now.subject);
  if (subjects.length > 0) {
    await db
      .deleteFrom('portico_people_identifiers')
      .where('subject', '=', anyOf(subjects))
      .execute();
  }
  for (const person of updated) {
    const { now } = person;
    const { credential, place: _place, ...columns } = rowOf(now);
    // Also of who is disabled now: otherwise their sessions would count again once they are enabled.
    const isNew = losesSignIns(person);
    // oxlint-disable-next-line no-await-in-loop -- one connection takes one query at a time
    await db
      .updateTable('portico_people')
      .set({ ...columns, changed_at: new Date(), ...(isNew && { credential }) })
      .where('subject', '=', now.subject)
      .execute();
  }
  await insertIdentifiers(db, people);
  await noteChanges(
    db,
    updated.filter(losesSignIns).map(({ now }) => now.subject),
  );
}

/** All rows in one parameter: with thousands, most of the time went into their names. */
async function insertRows(db: PeopleDb, rows: Insertable<PeopleTable>[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`
    insert into portico_people (
      subject, email, username, password_hash, credential, disabled, name,
      claims, further_claims, place
    )
    select subject, email, username, password_hash, credential, disabled, name,
      claims::jsonb, further_claims::jsonb, place
    from json_to_recordset(${JSON.stringify(rows)}::json) as given (
      subject text, email text, username text, password_hash text, credential text,
      disabled boolean, name text, claims text, further_claims text, place integer
    )`.execute(db);
}

async function insertIdentifiers(db: PeopleDb, people: Known[]): Promise<void> {
  const pairs = people.flatMap(({ now }) =>
    identifiersOf(now).map((identifier) => ({ identifier, subject: now.subject })),
  );
  await sql`
    insert into portico_people_identifiers (identifier, subject)
    select identifier, subject
    from json_to_recordset(${JSON.stringify(pairs)}::json) as given (identifier text, subject text)
  `.execute(db);
}

/** Whoever has another password, or is disabled, is signed out everywhere. */
function losesSignIns({ before, now }: Known): boolean {
  const { whole } = before!;
  return whole.password_hash !== now.password_hash || (now.disabled === true && !whole.disabled);
}
