import { createHmac } from 'node:crypto';
import { foldLogin } from '../identity/login-key.ts';

const markBytes = 16;

export type LoginMark = (login: string) => string;

/**
 * Stands for a login where people's addresses must not be, such as the audit trail. Logins that are
 * the same when folded have the same mark; without the secret nobody can make it or check a guess.
 * @param secrets COOKIE_SECRET: the first makes the marks
 */
export function createLoginMark(secrets: readonly string[]): LoginMark {
  const key = `portico login mark ${secrets[0]!}`;
  return (login) => {
    const digest = createHmac('sha256', key).update(foldLogin(login)).digest();
    return digest.toString('base64url', 0, markBytes);
  };
}
