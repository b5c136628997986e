import { createHash } from 'node:crypto';

/** No stored login is longer: what is longer need not be folded, which takes long for long texts. */
export const longestLogin = 320;

/**
 * The one form in which logins are compared: without space around it, compatibility characters
 * replaced (NFKC), case folded. Folding goes by way of capitals, so that "ß" is "ss" and both small
 * sigmas are one; a side effect is that the dotless "ı" counts as "i".
 */
export function foldLogin(login: string): string {
  const trimmed = login.trim();
  if (trimmed.length > longestLogin) return trimmed;
  return trimmed.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').trim();
}

/** 64 hex digits that stand for a login, for places that must not hold addresses of people. */
export function loginKey(foldedLogin: string): string {
  return createHash('sha256').update(foldedLogin).digest('hex');
}
