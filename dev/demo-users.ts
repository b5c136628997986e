import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashPassword } from '../src/identity/password.ts';

/** The password of all demo users. It is public, so the app allows them only on localhost. */
export const demoPassword = 'portico';

/** People for trying things out. They sign in with their e-mail address. */
export const demoUsers = [
  {
    subject: 'ada',
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
  },
  {
    subject: 'charles',
    email: 'charles@example.org',
    username: 'charles',
    email_verified: true,
    name: 'Charles Babbage',
    given_name: 'Charles',
    family_name: 'Babbage',
    locale: 'en',
  },
];

/**
 * Writes a users file with the demo users.
 * @returns its path, for `USERS_FILE`
 */
export async function writeDemoUsers(folder: string): Promise<string> {
  const passwordHash = await hashPassword(demoPassword);
  const entries = demoUsers.map((person) => ({
    ...person,
    password_hash: passwordHash,
    demo: true,
  }));
  await mkdir(folder, { recursive: true });
  const file = join(folder, 'users.json');
  await writeFile(file, `${JSON.stringify(entries, null, 2)}\n`, { mode: 0o600 });
  return file;
}
