import { isReadableByAll, kind, setting } from '@portico/settings';
import type { Backend, BackendParts, Identity } from './backend.ts';
import { foldLogin, loginKey } from './login-key.ts';
import { readUsersFile, UsersFileError, type Person } from './users-file.ts';
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

/**
 * People in a file, for a small site. The file is read again about a second after it changes. If it
 * is broken then, the people read before stay in use, and the log says where the fault is.
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
  let people = arrange(await readUsersFile(usersFile, mayHaveDemoUsers));
  let lastFault: string | undefined;
  const watch = watchFile(usersFile, { seen, everyMs: lookEveryMs }, readAgain);

  async function readAgain(): Promise<boolean> {
    try {
      const before = people;
      people = arrange(await readUsersFile(usersFile, mayHaveDemoUsers));
      lastFault = undefined;
      log.info({ file: usersFile, people: people.list.length }, 'users file read again');
      for (const subject of changedBetween(before, people)) credentialsChanged(subject);
      return true;
    } catch (error) {
      const isBroken = error instanceof UsersFileError;
      const faults = isBroken ? error.faults : [String(error)];
      if (String(error) !== lastFault) {
        log.error({ file: usersFile, faults }, 'users file is broken: its last good state stays');
      }
      lastFault = String(error);
      return isBroken; // wait for the next change; but try again soon if it could not be read
    }
  }

  return {
    async verify(login, password, { turn }) {
      const foldedLogin = foldLogin(login);
      const person = people.byLogin.get(foldedLogin);
      const checked = person ?? standIn(people.list, foldedLogin);
      if (!checked) return { refused: 'wrong' };
      const isRight = await passwords.matches(checked.passwordHash, password, turn);
      if (!isRight || checked !== person) return { refused: 'wrong' };
      return person.user.disabled ? { refused: 'disabled' } : { user: person.user };
    },
    async find(subject) {
      return people.bySubject.get(subject)?.user;
    },
    hasUsernames: () => people.hasUsernames,
    ready: async () => true, // people are in memory
    async close() {
      watch.stop();
    },
  };
}

type People = ReturnType<typeof arrange>;

function arrange(list: Person[]) {
  const bySubject = new Map(list.map((person) => [person.user.subject, person]));
  const byLogin = new Map<string, Person>();
  for (const person of list) {
    byLogin.set(foldLogin(person.user.email), person);
    if (person.user.username !== undefined) byLogin.set(foldLogin(person.user.username), person);
  }
  const hasUsernames = list.some(({ user }) => user.username !== undefined);
  return { list, bySubject, byLogin, hasUsernames };
}

/** The subjects of those whose sign-ins count no more: another password, disabled, or removed. */
function changedBetween(before: People, after: People): string[] {
  const changed = before.list.filter(({ user, passwordHash }) => {
    const now = after.bySubject.get(user.subject);
    return now?.passwordHash !== passwordHash || (now.user.disabled && !user.disabled);
  });
  return changed.map(({ user }) => user.subject);
}

/**
 * Whose hash is checked for an unknown login. It is always the same person's, so that the time is
 * that of a real person, even if the hashes in the file have different costs.
 */
function standIn(list: Person[], foldedLogin: string): Person | undefined {
  return list[Number.parseInt(loginKey(foldedLogin).slice(0, 8), 16) % list.length];
}
