import { createHash } from 'node:crypto';
import { domainToUnicode } from 'node:url';

/** In UTF-16 units. No stored login is longer. Folding very long texts would take too long. */
export const longestLogin = 320;

/** Whether anybody can have this login: no store is asked about others. */
export function isPossibleLogin(foldedLogin: string): boolean {
  return (
    foldedLogin !== '' &&
    foldedLogin.length <= longestLogin &&
    !/[\p{Cc}\p{Surrogate}]/u.test(foldedLogin)
  );
}

/** Zero width and joiners, byte order marks, soft hyphens, directions, variation selectors, fillers … */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Cf}\uFFFC]/gu;

/** A text without characters that nobody sees. They come along when something is pasted. */
export function withoutInvisible(text: string): string {
  return text.replace(invisible, '');
}

/**
 * The form in which logins are compared: without blanks around it and invisible characters, in
 * Unicode normal form NFKC, without case; `。` is a dot, and a domain in Punycode is as in Unicode.
 * It goes through capitals, so that "ß" equals "ss" and both small sigmas are equal. As a side
 * effect, the dotless "ı" equals "i". Two people whose logins are equal in this form are a fault of
 * the user store.
 */
export function foldLogin(login: string): string {
  const trimmed = withoutInvisible(login).trim();
  if (trimmed.length > longestLogin) return trimmed;
  const folded = foldCase(trimmed).replaceAll('。', '.');
  const at = folded.lastIndexOf('@') + 1;
  const domain = folded.slice(at);
  if (at === 0 || !isInternational(domain)) return folded;
  return folded.slice(0, at) + foldCase(withoutInvisible(domainToUnicode(domain) || domain));
}

/** Other characters in ASCII would make `domainToUnicode` see a path, a port or an IPv4 address. */
function isInternational(domain: string): boolean {
  return /[^\0-\x7F]|(^|\.)xn--/.test(domain) && /^([a-z\d.-]|[^\0-\x7F])+$/.test(domain);
}

function foldCase(text: string): string {
  const lower = text.normalize('NFKC').toLowerCase(); // first, because the capital of "ẞ" is not "SS"
  return lower.toUpperCase().toLowerCase().normalize('NFKC').trim();
}

/** A hash of a login, 64 hex digits, for places that must not hold people's addresses. */
export function loginKey(foldedLogin: string): string {
  return createHash('sha256').update(foldedLogin).digest('hex');
}
