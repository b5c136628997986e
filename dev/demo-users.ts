import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../src/identity/password.ts';

/** The password of all demo users. It is public, so the app allows them only on localhost. */
export const demoPassword = 'portico';

/** Has everything filled in that the sample app asks for. */
const ada = {
  // Opaque, as a subject should be: of an app that gets nothing else, screens say that it gets no name.
  subject: '5b0f6a2e-8d14-4f3a-9c57-2e7b61d0c41d',
  email: 'ada@example.org',
  username: 'ada',
  email_verified: true,
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  preferred_username: 'ada',
  birthdate: '1815-12-10',
  locale: 'en',
  zoneinfo: 'Europe/London',
  phone_number: '+44 20 7946 0000',
  phone_number_verified: false,
  address: {
    formatted: '12 St James’s Square\nLondon',
    street_address: '12 St James’s Square',
    locality: 'London',
    country: 'GB',
  },
};

/** Has just a name: for what screens say when something is missing. */
const charles = {
  subject: 'c7e9d340-1b6a-4e82-a5f1-90d3be6827f4',
  email: 'charles@example.org',
  email_verified: true,
  name: 'Charles Babbage',
  given_name: 'Charles',
  family_name: 'Babbage',
};

/** People for trying things out. They sign in with their email address. */
export const demoUsers = [ada, charles];

/** The same people, as the sample app introduces them. */
export const demoAccounts = [
  { ...accountOf(ada), about: 'has everything filled in' },
  { ...accountOf(charles), about: 'has just a name' },
];

function accountOf({ name, email }: { name: string; email: string }) {
  return { name, email, password: demoPassword };
}

/**
 * The entries of a users file: people who all have the demo password.
 * @param people the demo users when not given
 */
export async function demoPeople(people: readonly object[] = demoUsers): Promise<object[]> {
  const passwordHash = await hashPassword(demoPassword);
  return people.map((person) => ({ ...person, password_hash: passwordHash, demo: true }));
}

/**
 * Writes a users file of people who all have the demo password.
 * @param people the demo users when not given
 * @returns its path, for `USERS_FILE`
 */
export async function writeDemoUsers(folder: string, people?: readonly object[]): Promise<string> {
  const entries = await demoPeople(people);
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'users.json');
  await writeFile(file, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
  return file;
}
