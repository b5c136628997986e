import { textOf, type LdapEntry } from './ldap-entry.ts';

/** What directories mark accounts with. */
export const statusAttributes = [
  'pwdAccountLockedTime',
  'userAccountControl',
  'accountExpires',
  'nsAccountLock',
  'loginDisabled',
  'shadowExpire',
];

/** ACCOUNTDISABLE of Active Directory. */
const accountDisable = 0x2;
const dayMs = 86_400_000;
/** From 1601 to 1970, where Active Directory and Unix begin. */
const untilUnixMs = 11_644_473_600_000;

/** Whether an account counts no more. That somebody may not try passwords for a while does not matter. */
export function isOff(entry: LdapEntry, nowMs: number): boolean {
  const number = (name: string) => Number(textOf(entry, name) ?? '0') || 0;
  const expiresMs = number('accountExpires') / 10_000 - untilUnixMs; // in steps of 100 ns
  return (
    (number('userAccountControl') & accountDisable) !== 0 ||
    // 0 and 2 ** 63 - 1 mean never.
    (number('accountExpires') > 0 && expiresMs < nowMs) ||
    isTrue(textOf(entry, 'nsAccountLock')) ||
    isTrue(textOf(entry, 'loginDisabled')) ||
    // Locked until an administrator says otherwise (draft-behera-ldap-password-policy, 5.3.3).
    textOf(entry, 'pwdAccountLockedTime') === '000001010000Z' ||
    (number('shadowExpire') > 0 && number('shadowExpire') * dayMs < nowMs)
  );
}

const isTrue = (text: string | undefined) => /^true$/i.test(text ?? '');
