import { databaseAddress, databaseDoubt, openDatabase, type Database } from '@portico/database';
import { setting, SettingsError, type ValuesOf } from '@portico/settings';
import type { Backend, BackendParts, Identity } from './backend.ts';

const settings = {
  PEOPLE_DATABASE_URL: setting('the address of a database, as for DATABASE_URL', databaseAddress, {
    isSecret: true,
    doubt: databaseDoubt,
  }),
  PEOPLE_BY_LOGIN: setting('a SELECT with one parameter, $1: the login in small letters', select),
  PEOPLE_BY_SUBJECT: setting('a SELECT with one parameter, $1: the subject', select),
};

type Values = ValuesOf<typeof settings>;

/** People in PostgreSQL or PGlite: in tables of ours, or in yours by two queries. */
export const sqlBackend: Backend<typeof settings> = {
  settings,
  faults: ({ PEOPLE_BY_LOGIN: byLogin, PEOPLE_BY_SUBJECT: bySubject }) =>
    (byLogin === undefined) === (bySubject === undefined)
      ? []
      : ['PEOPLE_BY_LOGIN and PEOPLE_BY_SUBJECT go together: set both, or neither.'],
  create,
};

/** Everything that needs a database is loaded here, so that other backends do not pay for it. */
async function create(values: Values, parts: BackendParts): Promise<Identity> {
  const { PEOPLE_DATABASE_URL: own } = values;
  const database = own
    ? await openDatabase(own, { log: parts.log, ...parts.outward?.queries })
    : parts.database;
  if (!database) throw new SettingsError(['DATABASE_URL is not set. IDENTITY=sql needs it.']);
  try {
    const identity = await openPeople(database, values, parts);
    return own ? closingToo(identity, database) : identity;
  } catch (error) {
    if (own) await database.close();
    throw error;
  }
}

async function openPeople(
  database: Database,
  { PEOPLE_BY_LOGIN: byLogin, PEOPLE_BY_SUBJECT: bySubject }: Values,
  parts: BackendParts,
): Promise<Identity> {
  if (byLogin === undefined || bySubject === undefined) {
    const { createTablesIdentity } = await import('./sql-own-tables.ts');
    return createTablesIdentity(database, parts);
  }
  const { createQueriesIdentity } = await import('./sql-your-tables.ts');
  return createQueriesIdentity(database, { byLogin, bySubject }, parts);
}

function closingToo(identity: Identity, database: Database): Identity {
  return {
    ...identity,
    async close() {
      await identity.close();
      await database.close();
    },
  };
}

/** A query that reads, as far as its first word tells; without the semicolon at its end. */
function select(given: string): string | undefined {
  const withoutComments = given.replace(/^(\s+|--[^\n]*(\n|$)|\/\*.*?\*\/)*/s, '');
  if (!/^(select|with)\b/i.test(withoutComments)) return undefined;
  return given.replace(/[\s;]+$/, '');
}
