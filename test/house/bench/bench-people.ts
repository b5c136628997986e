import { hashPassword } from '../../../src/identity/password.ts';
import { ada, password } from '../../support/people.ts';
import { subjects } from './works.ts';

export { password };

/**
 * People who can be many at once: each visitor is somebody else, and is twice there, with a hash as
 * `portico users hash` makes it, and with the cheapest that there is (argon2id, m=8, t=1).
 */
export async function benchPeople(): Promise<object[]> {
  const person = (subject: string, passwordHash: string) => ({
    subject,
    email: emailOf(subject),
    name: 'Ada Mary Byron',
    email_verified: true,
    password_hash: passwordHash,
  });
  const usual = await hashPassword(password);
  return [
    ...subjects('usual').map((subject) => person(subject, usual)),
    ...subjects('cheapest').map((subject) => person(subject, ada.password_hash)),
  ];
}

export function emailOf(subject: string): string {
  return `${subject}@bench.example`;
}
