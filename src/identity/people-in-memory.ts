/** Many people in little memory: their entries as they stand in the file, and where each one is. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { User } from './backend.ts';
import { foldLogin } from './login-key.ts';
import { createNameIndex } from './name-index.ts';
import { digestOf, userOf, type Entry } from './users-entry.ts';

/** A person of a users file. */
export interface Person {
  user: Readonly<User>;
  passwordHash: string;
}

export type People = ReturnType<typeof createPeople>;

/** In bytes. The content of buffers is not looked through by the garbage collector. */
const blockLength = 1024 * 1024;
/** Of the digest of a password hash. */
const digestLength = 16;
/** A person is asked for several times in a sign-in. */
const mostRecent = 1_000;
/** How many people are compared without a pause: that takes a few milliseconds. */
const comparedAtOnce = 1_000;

/** In a record come a digest of the password hash, whether disabled, the subject and the entry. */
const places = {
  disabled: digestLength,
  subjectLength: digestLength + 1,
  subject: digestLength + 3,
};

/** Holds objects for few people: the others are read again from their entries when they are asked for. */
export function createPeople() {
  const blocks: Buffer[] = [];
  /** Of each record: its block, and where it begins and ends in it. */
  const [blockOf, from, to]: [number[], number[], number[]] = [[], [], []];
  const subjects = createNameIndex((index, subject) => subjectOf(recordAt(index)) === subject);
  const logins = createNameIndex((index, login) => loginsOf(entryAt(index)).includes(login));
  const recent = new LRUCache<number, Person>({ max: mostRecent });
  let demos = 0;
  let hasUsernames = false;

  function recordAt(index: number): Buffer {
    return blocks[blockOf[index]!]!.subarray(from[index], to[index]);
  }

  function entryAt(index: number): Entry {
    const record = recordAt(index);
    const begin = places.subject + record.readUInt16BE(places.subjectLength);
    return JSON.parse(record.toString('utf8', begin)) as Entry;
  }

  function personAt(index: number): Person {
    const known = recent.get(index);
    if (known) return known;
    const entry = entryAt(index);
    const person = { user: userOf(entry), passwordHash: entry.password_hash };
    recent.set(index, person);
    return person;
  }

  function keep(entry: Entry, bytes: Buffer): void {
    const subject = Buffer.from(entry.subject);
    const record = roomFor(places.subject + subject.length + bytes.length);
    digestOf(entry.password_hash).copy(record, 0, 0, digestLength);
    record[places.disabled] = entry.disabled ? 1 : 0;
    record.writeUInt16BE(subject.length, places.subjectLength);
    subject.copy(record, places.subject);
    bytes.copy(record, places.subject + subject.length);
  }

  function roomFor(length: number): Buffer {
    const begin = to.at(-1) ?? 0;
    const last = blocks.at(-1);
    const isNew = !last || begin + length > last.length;
    if (isNew) blocks.push(Buffer.allocUnsafeSlow(Math.max(blockLength, length)));
    blockOf.push(blocks.length - 1);
    from.push(isNew ? 0 : begin);
    to.push((isNew ? 0 : begin) + length);
    return recordAt(from.length - 1);
  }

  function personBy(index: number | undefined): Person | undefined {
    return index === undefined ? undefined : personAt(index);
  }

  return {
    /**
     * Adds a person.
     * @param bytes the entry as it stands in the file; copied
     * @returns a fault for each name that somebody else has
     */
    add(entry: Entry, bytes: Buffer): string[] {
      const index = from.length;
      keep(entry, bytes);
      const [email, username] = loginsOf(entry) as [string, string?];
      const owners = {
        subject: subjects.claim(entry.subject, index),
        email: logins.claim(email, index),
        username: username === undefined ? index : logins.claim(username, index),
      };
      if (entry.demo) demos += 1;
      if (username !== undefined) hasUsernames = true;
      return Object.entries(owners)
        .filter(([, owner]) => owner !== index)
        .map(([member, owner]) => `"${member}" is taken by person ${owner + 1}`);
    },
    size: () => from.length,
    demos: () => demos,
    hasUsernames: () => hasUsernames,
    at: personAt,
    bySubject: (subject: string) => personBy(subjects.get(subject)),
    byLogin: (foldedLogin: string) => personBy(logins.get(foldedLogin)),
    recordAt,
    recordOf(subject: string): Buffer | undefined {
      const index = subjects.get(subject);
      return index === undefined ? undefined : recordAt(index);
    },
  };
}

/**
 * The subjects of those whose sign-ins count no more: another password, disabled, or removed. Other
 * things go on while it compares.
 */
export async function* changedBetween(before: People, after: People): AsyncGenerator<string, void> {
  for (let index = 0; index < before.size(); index += 1) {
    // oxlint-disable-next-line no-await-in-loop -- the pause is what this is for
    if (index % comparedAtOnce === 0) await nextTurn();
    const then = before.recordAt(index);
    const subject = subjectOf(then);
    const now = after.recordOf(subject);
    const hasSamePassword = now?.compare(then, 0, digestLength, 0, digestLength) === 0;
    if (!hasSamePassword || now[places.disabled]! > then[places.disabled]!) yield subject;
  }
}

function subjectOf(record: Buffer): string {
  const length = record.readUInt16BE(places.subjectLength);
  return record.toString('utf8', places.subject, places.subject + length);
}

function loginsOf({ email, username }: Entry): string[] {
  return [email, username].filter((login) => login !== undefined).map((login) => foldLogin(login));
}
