import type { Refusal } from './backend.ts';
import type { BindAnswer } from './ldap-connection.ts';
import { textOf, type LdapEntry } from './ldap-entry.ts';

/**
 * Active Directory says in the text of invalidCredentials why: a Windows error in hexadecimal digits.
 * All but 525, 52e and 775 come only when the password is right.
 */
const windowsErrors: Readonly<Record<string, Refusal>> = {
  '525': 'wrong', // unknown
  '52e': 'wrong',
  '530': 'disabled', // not at this time
  '531': 'disabled', // not at this machine
  '532': 'password_expired',
  '533': 'disabled',
  '701': 'disabled', // the account has expired
  '773': 'password_expired', // has to be changed at the first sign-in
  '775': 'locked',
};

/**
 * What a directory means by its answer to a password. `disabled` and `password_expired` are never said
 * of a password that may be wrong: what only the directory knows is `locked` then.
 * @param entry whose password it is, read before
 * @returns `undefined` when it is no answer to a password, such as that the server is busy
 */
export function outcomeOf(answer: BindAnswer, entry?: LdapEntry): 'proven' | Refusal | undefined {
  const { code, text, policy } = answer;
  if (code === 0) return policy === 'changeAfterReset' ? 'password_expired' : 'proven';
  // 48: has no password at all; 32: has gone since the search.
  if (code === 49 || code === 48 || code === 32) {
    const windowsError = /\bdata ([\da-f]{3})\b/i.exec(text)?.[1]?.toLowerCase();
    if (windowsError !== undefined) return windowsErrors[windowsError] ?? 'wrong';
    if (policy === 'passwordExpired') return 'password_expired';
    const isLocked = entry && textOf(entry, 'pwdAccountLockedTime') !== undefined;
    return policy === 'accountLocked' || isLocked ? 'locked' : 'wrong';
  }
  // 389 Directory Server says it so; -197 and -220 are those of eDirectory.
  const isOfAccount = code === 19 || code === 53;
  if (isOfAccount && /lock|inactivated|retry limit|\(-(197|220)\)/i.test(text)) return 'locked';
  return undefined;
}
