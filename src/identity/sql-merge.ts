/** Many people at a time, from a file, into the tables of people. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isConflictOfKeys, tryAgain } from '@portico/database';
import { foldLogin } from './login-key.ts';
import { anyOf, store, type Known, type Whole } from './sql-merge-store.ts';
import { identifiersOf, userOf } from './sql-rows.ts';
import type { PeopleDb, PersonRow } from './sql-tables.ts';

/**
 * What a file has of a person: members of a users file, `null` for one to be taken away. What is not
 * there stays as it is, in `claims` each claim by itself. Without a subject, it is the person with the
 * same email address or username.
 */
export type GivenPerson = Readonly<Record<string, unknown>>;

export type Outcome = 'added' | 'updated' | 'unchanged' | { refused: string };

export interface MergeOptions {
  /** Whether people who are there may be changed; else they must be as given. */
  mayUpdate: boolean;
  /** Whether the passwords of people who are there stay as they are, whatever is given. */
  keepsPasswords: boolean;
}

/** Tries at most so often when somebody else adds one of these people at the same moment. */
const mostTries = 3;

/**
 * Adds or updates people, in one transaction. Each is one the database can hold.
 * @returns an outcome for each, in their order. Those that are refused change nothing
 */
export async function mergePeople(
  db: PeopleDb,
  given: readonly GivenPerson[],
  options: MergeOptions,
): Promise<Outcome[]> {
  if (given.length === 0) return [];
  for (let tries = 1; ; tries += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      return await tryAgain(() =>
        db.transaction().execute(async (within) => mergeIn(within, given, options)),
      );
    } catch (error) {
      if (tries === mostTries || !isConflictOfKeys(error)) throw error;
    }
  }
}

async function mergeIn(
  db: PeopleDb,
  given: readonly GivenPerson[],
  options: MergeOptions,
): Promise<Outcome[]> {
  const people = new Map<string, Known>();
  const owners = new Map<string, string>();
  for (const row of await rowsOf(db, given, options)) {
    const whole = wholeOf(row);
    people.set(row.subject, { before: { row, whole }, now: whole });
    for (const identifier of identifiersOf(whole)) owners.set(identifier, row.subject);
  }
  const changed = new Set<string>();
  const outcomes = given.map((one) => mergeOne(one, { people, owners, changed }, options));
  const touched = [...people.values()].filter(({ now }) => changed.has(now.subject));
  await store(db, touched);
  return outcomes;
}

/** Those who are meant, or who have one of the logins already. */
async function rowsOf(
  db: PeopleDb,
  given: readonly GivenPerson[],
  { mayUpdate }: MergeOptions,
): Promise<PersonRow[]> {
  const subjects = given.map(({ subject }) => subject).filter((one) => typeof one === 'string');
  const identifiers = given.flatMap((one) => loginsOf(one).map(({ identifier }) => identifier));
  // Two queries, because one with "or" reads the whole table.
  const owners = await db
    .selectFrom('portico_people_identifiers')
    .select('subject')
    .where('identifier', '=', anyOf(identifiers))
    .execute();
  const query = db
    .selectFrom('portico_people')
    .selectAll()
    .where('subject', '=', anyOf([...subjects, ...owners.map(({ subject }) => subject)]))
    .orderBy('subject');
  return (mayUpdate ? query.forUpdate() : query).execute();
}

interface Merging {
  /** By subject. */
  people: Map<string, Known>;
  /** Subjects by identifier. */
  owners: Map<string, string>;
  /** The subjects of those that are to be stored. */
  changed: Set<string>;
}

function mergeOne(
  given: GivenPerson,
  { people, owners, changed }: Merging,
  { mayUpdate, keepsPasswords }: MergeOptions,
): Outcome {
  const logins = loginsOf(given);
  const named = given['subject'] as string | null | undefined;
  const subject = named ?? logins.map(({ identifier }) => owners.get(identifier)).find(Boolean);
  const known = subject === undefined ? undefined : people.get(subject);
  const own = subject ?? randomUUID();
  const before: Whole = known?.now ?? { subject: own };
  const now = merged(before, known && keepsPasswords ? withoutHash(given) : given);
  const taken = logins.find(({ identifier }) => (owners.get(identifier) ?? own) !== own);
  if (taken) {
    const other = owners.get(taken.identifier);
    return { refused: `"${taken.member}" is taken by the person with the subject "${other}"` };
  }
  if (identifiersOf(now).length === 0) {
    return { refused: 'it has neither an email address nor a username' };
  }
  const differences = known ? differencesOf(before, now) : [];
  if (known && differences.length === 0) return 'unchanged';
  if (known && !mayUpdate) {
    const list = differences.map((member) => `"${member}"`).join(', ');
    return { refused: `the person is there with another ${list} (--update would change that)` };
  }
  for (const identifier of identifiersOf(before)) owners.delete(identifier);
  for (const identifier of identifiersOf(now)) owners.set(identifier, own);
  people.set(own, { ...known, now });
  changed.add(own);
  return known ? 'updated' : 'added';
}

function loginsOf(given: GivenPerson): { member: string; identifier: string }[] {
  return (['email', 'username'] as const).flatMap((member) => {
    const login = given[member];
    return typeof login === 'string' ? [{ member, identifier: foldLogin(login) }] : [];
  });
}

function withoutHash({ password_hash: _hash, ...others }: GivenPerson): GivenPerson {
  return others;
}

/** A person with what is given in place of what was there. */
function merged(before: Whole, given: GivenPerson): Whole {
  const all: Whole = { ...before };
  for (const [member, value] of Object.entries(given)) {
    if (member === 'claims' || member === 'subject') continue;
    if (value === null || (member === 'disabled' && value === false)) delete all[member];
    else all[member] = value;
  }
  const { claims } = given;
  if (claims === undefined) return all;
  const further = claims === null ? {} : withoutNulls({ ...before.claims, ...claims });
  delete all.claims;
  if (Object.keys(further).length > 0) all.claims = further;
  return all;
}

function withoutNulls(claims: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== null));
}

function differencesOf(before: Whole, now: Whole): string[] {
  const members = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...members].filter((member) => !isSame(before[member], now[member]));
}

/** As JSON has it: there, -0 is 0. */
function isSame(before: unknown, now: unknown): boolean {
  if (before === now || isDeepStrictEqual(before, now)) return true;
  if (typeof now !== 'object') return false;
  return isDeepStrictEqual(before, JSON.parse(JSON.stringify(now)));
}

/** The person of a row, as in a file. */
function wholeOf(row: PersonRow): Whole {
  const { credential: _credential, disabled, ...user } = userOf(row);
  const { password_hash: hash } = row;
  return { ...user, ...(disabled && { disabled }), ...(hash !== null && { password_hash: hash }) };
}
