/** Rows of the tables of people, and what they mean. */
import { randomBytes } from 'node:crypto';
import type { Insertable } from 'kysely';
import type { User } from './backend.ts';
import { foldLogin, loginKey } from './login-key.ts';
import type { PeopleTable, PersonRow } from './sql-tables.ts';

/** A person to be stored: what `User` has, and a hash or no password. */
export interface PersonToStore extends Omit<User, 'credential'> {
  password_hash?: string | null;
}

/** The person of a row, for tokens and pages. */
export function userOf(row: PersonRow): User {
  const { subject, email, username, disabled, name, credential } = row;
  const user: User = { ...row.claims, subject, credential, disabled };
  if (email !== null) user.email = email;
  if (username !== null) user.username = username;
  if (name !== null) user.name = name;
  if (Object.keys(row.further_claims).length > 0) user.claims = row.further_claims;
  return user;
}

/** The row of a new person. Its `credential` is new, too: keep the old one if the password is the same. */
export function rowOf(person: PersonToStore): Insertable<PeopleTable> {
  const { subject, email, username, password_hash, disabled, name, claims, ...others } = person;
  return {
    subject,
    email: email ?? null,
    username: username ?? null,
    password_hash: password_hash ?? null,
    credential: newCredential(),
    disabled: disabled ?? false,
    name: name ?? null,
    claims: JSON.stringify(others),
    further_claims: JSON.stringify(claims ?? {}),
    place: placeOf(subject),
  };
}

/** What this person may type to sign in, folded. */
export function identifiersOf({ email, username }: Pick<User, 'email' | 'username'>): string[] {
  const folded = [email, username].map((typed) => foldLogin(typed ?? ''));
  return [...new Set(folded)].filter((one) => one !== '');
}

/** For `credential`: whoever signed in with the password before is signed out by a new one. */
export function newCredential(): string {
  return randomBytes(16).toString('base64url');
}

/** A place in 0 … 2³¹-1 that is spread evenly, of a subject or of a folded login. */
export function placeOf(text: string): number {
  return Number.parseInt(loginKey(text).slice(0, 8), 16) >>> 1;
}

/** Why the database cannot hold this person; for what other checks of members let through. */
export function unstorable(person: PersonToStore): string | undefined {
  if (identifiersOf(person).length === 0) return 'has neither an email address nor a username';
  const hasOddText = /\\u0000|\\ud[89a-f]/i.test(JSON.stringify(person).replaceAll('\\\\', ''));
  return hasOddText ? 'has a NUL or half a character in a text' : undefined;
}
