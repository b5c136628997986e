import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The password of ada, dora and max. */
export const password = 'correct horse';

/** Made with the least cost there is: tests check passwords often. */
const passwordHash =
  '$argon2id$v=19$m=8,t=1,p=1$IHe3+gZybZNDoeZJYUP3BA$VXrY8YmFv5MF1iY/A9/uu1msuXtjD12jq14FU5lO3aA';

/** Signs in with the password `foobar`; the subject is the email address. */
export const foo = {
  subject: 'foo@bar.com',
  email: 'foo@bar.com',
  password_hash:
    '$argon2id$v=19$m=8,t=1,p=1$iB8mFgJlHHe7iP2tIWymUg$1T0nS0Vx/5vsDv8zAAHuDJMOmE5VCdN3pWVk4KlSPHY',
};

/** Has every claim there is, and a username. */
export const ada = {
  subject: '7d3c1f0e-ada',
  email: 'Ada.Straße@example.org',
  username: 'Ada',
  password_hash: passwordHash,
  disabled: false,
  name: 'Ada Mary Straße',
  given_name: 'Ada',
  family_name: 'Straße',
  middle_name: 'Mary',
  nickname: 'Addie',
  preferred_username: 'ada',
  profile: 'https://example.org/ada',
  picture: 'https://example.org/ada.png',
  website: 'https://ada.example.org',
  gender: 'female',
  birthdate: '1815-12-10',
  zoneinfo: 'Europe/London',
  locale: 'en-GB',
  updated_at: 1_700_000_000,
  email_verified: true,
  phone_number: '+44 20 7946 0000',
  phone_number_verified: false,
  address: {
    formatted: '12 St James’s Square\nLondon SW1Y 4JH\nUnited Kingdom',
    street_address: '12 St James’s Square',
    locality: 'London',
    region: 'Greater London',
    postal_code: 'SW1Y 4JH',
    country: 'United Kingdom',
  },
};

/** May not sign in any more. */
export const dora = {
  subject: 'dora-1',
  email: 'dora@example.org',
  username: 'dora',
  password_hash: passwordHash,
  disabled: true,
};

/** Has nothing but what is needed. */
export const max = {
  subject: 'max-1',
  email: 'max@example.org',
  password_hash: passwordHash,
};

/** Blanks at both ends and in a row, a letter with an accent, and one of two UTF-16 units. */
export const ottosPassword = ' \tpäss  word🔑 ';

/** Has a password with what people rarely type. */
export const otto = {
  subject: 'otto-1',
  email: 'otto@example.org',
  password_hash:
    '$argon2id$v=19$m=8,t=1,p=1$XbJILyPLAVKfr377n8segw$AD47/HWaJlOD8niWRqmTPyRsRPdEK2jfITnKnoaDrck',
};

/** 5,000 characters: `aaaaaaa0aaaaaaa1` and so on. */
export const lenasPassword = Array.from({ length: 625 }, (_, count) =>
  String(count).padStart(8, 'a'),
).join('');

/** Has a password that is longer than many hashes look at. */
export const lena = {
  subject: 'lena-1',
  email: 'lena@example.org',
  password_hash:
    '$argon2id$v=19$m=8,t=1,p=1$0FXdwD/GW6TdLpLCFm1rNQ$/CX4OpPxu9pPQAS0gOXbQuLAjdkr7elLDOGI9Kg4Fkk',
};

/** The password of one of those above, for stores that hash it in their own way. */
export function passwordOf({ subject }: { subject: string }): string {
  const others = new Map([
    [foo.subject, 'foobar'],
    [otto.subject, ottosPassword],
    [lena.subject, lenasPassword],
  ]);
  return others.get(subject) ?? password;
}

/** The entries of a users file. */
export const people = [foo, ada, dora, max, otto, lena];

/** All have the password of ada, with a hash that costs as much as a new one does. */
export const dearPeople = ['olga', 'piet', 'rosa'].map((name) => ({
  subject: `${name}-1`,
  email: `${name}@example.org`,
  password_hash:
    '$argon2id$v=19$m=19456,t=2,p=1$DVEy7BhyMMLRGgbtmDnPhg$SIYuEEZdd97SWjP4YXdSMhIa2goH+mooush96T4pO34',
}));

/** Writes a users file into a new folder; `removeUsersFile` takes both away. */
export async function writeUsersFile(entries: unknown = people): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'people-'));
  const file = join(folder, 'users.json');
  const text = typeof entries === 'string' ? entries : JSON.stringify(entries, null, 2);
  await writeFile(file, text, { mode: 0o600 });
  return file;
}

/** Replaces a users file whole: written in place, it may be caught while it is empty. */
export async function replaceUsersFile(file: string, content: unknown): Promise<void> {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  await writeFile(`${file}.new`, text, { mode: 0o600 });
  await rename(`${file}.new`, file);
}

/** Takes away what `writeUsersFile` made. */
export async function removeUsersFile(file: string): Promise<void> {
  await rm(dirname(file), { recursive: true, force: true });
}
