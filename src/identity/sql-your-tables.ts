import { CompiledQuery } from 'kysely';
import type { Database } from '@portico/database';
import { IdentityError, type BackendParts, type Identity } from './backend.ts';
import { foldLogin, longestLogin } from './login-key.ts';
import { hashPassword, isAffordableHash } from './password.ts';
import { asking, isAskable } from './sql-asking.ts';
import { checkQueries, type PeopleQueries } from './sql-check-queries.ts';
import { readRow, type FoundPerson } from './sql-row-of-yours.ts';
import { createStandIns } from './sql-stand-ins.ts';

/**
 * People in tables of somebody else, by two queries. Nothing is ever written there.
 * @throws SettingsError when a query cannot be used; IdentityError `down` when the database is away
 */
export async function createQueriesIdentity(
  database: Database,
  queries: PeopleQueries,
  { log, passwords }: BackendParts,
): Promise<Identity> {
  const columns = await checkQueries(database, queries);
  const standIns = createStandIns(await hashPassword('nobody'));
  const warned = new Set<string>();

  function warnOnce(claim: string): void {
    if (warned.has(claim)) return;
    warned.add(claim);
    log.warn(
      { claim },
      'a column of people is of a type that its claim cannot have: it is left out',
    );
  }

  /** It may also be a fault of the query, for everybody. */
  function noteOnce(code: string): void {
    if (warned.has(code)) return;
    warned.add(code);
    log.warn({ code }, 'the database takes a login or subject for no value of its column');
  }

  async function ask(query: string, parameter: string): Promise<FoundPerson | undefined> {
    const rows = await asking(() => run(database, query, parameter, noteOnce));
    if (rows.length > 1) throw fault(`gives ${rows.length} rows, which must be one person at most`);
    const [row] = rows;
    if (!row) return undefined;
    const person = readRow(row, warnOnce);
    if ('fault' in person) throw fault(person.fault);
    return person;
  }

  /** Whoever has none that is accepted has no password; it takes as long as a wrong one. */
  function acceptedHash(person: FoundPerson | undefined): string | undefined {
    if (person?.passwordHash === undefined) return undefined;
    if (isAffordableHash(person.passwordHash)) return person.passwordHash;
    if (!warned.has('password_hash')) {
      warned.add('password_hash');
      const { subject } = person.user;
      log.warn(
        { subject },
        'a password hash is in no form that is accepted: perhaps not the only one',
      );
    }
    return undefined;
  }

  function fault(what: string): IdentityError {
    return new IdentityError('down', `a query for people ${what}`);
  }

  return {
    async verify(login, password, { turn }) {
      const folded = foldLogin(login);
      const isPossible = folded !== '' && folded.length <= longestLogin && isAskable(folded);
      const person = await ask(queries.byLogin, isPossible ? folded : '');
      const known = isPossible ? person : undefined;
      const hash = acceptedHash(known);
      if (hash !== undefined) standIns.note(hash);
      const isRight = await passwords.matches(hash ?? standIns.of(folded), password, turn);
      if (!isRight || !known || hash === undefined) return { refused: 'wrong' };
      return known.user.disabled ? { refused: 'disabled' } : { user: known.user };
    },
    async find(subject) {
      if (subject === '' || !isAskable(subject)) return undefined;
      const found = await ask(queries.bySubject, subject);
      if (!found) return undefined;
      // A database that compares without case finds "MAX-1" for "max-1".
      return found.user.subject === subject ? found.user : undefined;
    },
    hasUsernames: () => columns.includes('username'),
    ready: () => database.ready(),
    close: async () => {},
  };
}

/** Values that the type of a column cannot have: nobody has them. */
const impossibleValue = /^(22P02|22003|22007|22008|22021)$/;

/** In a transaction that cannot write. The time is limited as for every statement of the database. */
async function run(
  database: Database,
  query: string,
  parameter: string,
  onImpossible: (code: string) => void,
) {
  try {
    const { rows } = await database
      .kysely<unknown>()
      .transaction()
      .setAccessMode('read only')
      .execute((within) =>
        within.executeQuery<Record<string, unknown>>(CompiledQuery.raw(query, [parameter])),
      );
    return rows;
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!impossibleValue.test(code)) throw error;
    onImpossible(code);
    return [];
  }
}
