import { createHash } from 'node:crypto';

/** In UTF-16 units. No stored login is longer. Folding very long texts would take too long. */
export const longestLogin = 320;

/**
 * The form in which logins are compared: trimmed, in Unicode normal form NFKC, without case. It goes
 * through capitals, so that "ß" equals "ss" and both small sigmas are equal. As a side effect, the
 * dotless "ı" equals "i".
 */
export function foldLogin(login: string): string {
  const trimmed = login.trim();
  if (trimmed.length > longestLogin) return trimmed;
  return trimmed.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();
}

/** A hash of a login, 64 hex digits, for places that must not hold people's addresses. */
export function loginKey(foldedLogin: string): string {
  return createHash('sha256').update(foldedLogin).digest('hex');
}
