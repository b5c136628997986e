import { misuse, type Given, type Options } from '@portico/command-line';
import { personBy, personOf, type StoredPerson } from '../identity/sql-people.ts';
import type { PeopleDb } from '../identity/sql-tables.ts';
import { nobody } from './with-people.ts';

/** For commands about one person, beside the operand LOGIN. */
export const subjectOption: Options = {
  subject: { value: 'SUBJECT', help: 'the person with this subject, instead of a login' },
};

/** A login or a subject. */
export interface Whose {
  login?: string;
  subject?: string;
}

/** @throws Failure unless exactly one of the two is given */
export function whoseOf(given: Given): Whose {
  const [login] = given.operands;
  const subject = given.text('subject');
  if (subject === '') throw misuse('--subject needs a subject.');
  if (login !== undefined && subject === undefined) return { login };
  if (login === undefined && subject !== undefined) return { subject };
  throw misuse('Name one person: by LOGIN, an email address or a username, or by --subject.');
}

/** @throws Failure, exit code 3, when there is nobody */
export async function personOfWhom(db: PeopleDb, { login, subject }: Whose): Promise<StoredPerson> {
  const person =
    subject === undefined ? await personBy(db, login ?? '') : await personOf(db, subject);
  if (person) return person;
  throw nobody(
    subject === undefined
      ? `the login ${JSON.stringify(login)}`
      : `the subject ${JSON.stringify(subject)}`,
  );
}

/** A person in a question or a remark. */
export function nameOfPerson({ user }: StoredPerson): string {
  const { subject, email, username, name } = user;
  const shown = [name, email ?? username].filter(Boolean).join(', ');
  return shown ? `${subject} (${shown})` : subject;
}
