import { isReadableByAll, kind, setting } from '@portico/settings';
import type { Backend, BackendParts, Identity } from './backend.ts';
import { foldLogin, loginKey } from './login-key.ts';
import { changedBetween, type People, type Person } from './people-in-memory.ts';
import { readUsersFile, UsersFileError } from './users-file.ts';
import { fileStamp, watchFile } from './watch-file.ts';

const settings = {
  USERS_FILE: setting('a readable file of people', kind.readable, { isRequired: true }),
};

/** People in a JSON file, a list of `{subject, email, username?, password_hash, disabled?, …claims}`. */
export const fileBackend: Backend<typeof settings> = {
  settings,
  create: ({ USERS_FILE }, parts) => createFileIdentity(USERS_FILE, parts),
};

export interface FileIdentityParts extends BackendParts {
  lookEveryMs?: number;
}

/** More people take long to read, and much memory; the log says so then. */
const manyPeople = 10_000;

/**
 * People in a file, for a small site. The file is read again about a second after it changes, piece
 * by piece, and the new people take the place of the old ones at once. If it is broken then, the
 * people read before stay in use, and the log says where the fault is.
 * @throws UsersFileError when the file is broken at start; the error of `fs` when it cannot be read
 */
export async function createFileIdentity(
  usersFile: string,
  { log, passwords, mayHaveDemoUsers, credentialsChanged, lookEveryMs = 500 }: FileIdentityParts,
): Promise<Identity> {
  const seen = await fileStamp(usersFile); // before reading, so that no change is missed
  if (isReadableByAll(usersFile)) {
    log.warn({ file: usersFile }, 'everybody on this machine can read the users file: chmod o-r');
  }
  const closing = new AbortController();
  let people = await readUsersFile(usersFile, mayHaveDemoUsers);
  if (people.size() > manyPeople) {
    const advice =
      'the users file is for small sites: a database takes so many people with less memory';
    log.warn({ file: usersFile, people: people.size(), use: 'IDENTITY=sql' }, advice);
  }
  let lastFault: string | undefined;
  const watch = watchFile(usersFile, { seen, everyMs: lookEveryMs }, readAgain);

  async function readAgain(): Promise<boolean> {
    const before = people;
    try {
      people = await readUsersFile(usersFile, mayHaveDemoUsers, closing.signal);
    } catch (error) {
      return closing.signal.aborted || tellFault(error);
    }
    lastFault = undefined;
    log.info({ file: usersFile, people: people.size() }, 'users file read again');
    for await (const subject of changedBetween(before, people)) credentialsChanged(subject);
    return true;
  }

  /** @returns whether to wait for the next change; it is tried again soon if it could not be read */
  function tellFault(error: unknown): boolean {
    const isBroken = error instanceof UsersFileError;
    const faults = isBroken ? error.faults : [String(error)];
    if (String(error) !== lastFault) {
      log.error({ file: usersFile, faults }, 'users file is broken: its last good state stays');
    }
    lastFault = String(error);
    return isBroken;
  }

  return {
    async verify(login, password, { turn }) {
      const foldedLogin = foldLogin(login);
      const person = people.byLogin(foldedLogin);
      const checked = person ?? standIn(people, foldedLogin);
      if (!checked) return { refused: 'wrong' };
      const isRight = await passwords.matches(checked.passwordHash, password, turn);
      if (!isRight || !person) return { refused: 'wrong' };
      return person.user.disabled ? { refused: 'disabled' } : { user: person.user };
    },
    async find(subject) {
      return people.bySubject(subject)?.user;
    },
    hasUsernames: () => people.hasUsernames(),
    ready: async () => true, // people are in memory
    async close() {
      watch.stop();
      closing.abort();
    },
  };
}

/**
 * Whose hash is checked for an unknown login. It is always the same person's, so that the time is
 * that of a real person, even if the hashes in the file have different costs.
 */
function standIn(people: People, foldedLogin: string): Person | undefined {
  if (people.size() === 0) return undefined;
  return people.at(Number.parseInt(loginKey(foldedLogin).slice(0, 8), 16) % people.size());
}
