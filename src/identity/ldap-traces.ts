import { policyControl } from './ldap-client.ts';
import type { Directory } from './ldap-directory.ts';
import { textOf, textsOf, type LdapEntry } from './ldap-entry.ts';

/** Written at sign-ins and tries, which then change an entry. */
export const signInTimes = ['pwdLastSuccess', 'pwdFailureTime', 'authTimestamp'];

/** Whether an entry says when somebody signed in or tried to. */
export function hasTraces(entry: LdapEntry): boolean {
  return signInTimes.some((name) => textOf(entry, name) !== undefined);
}

/**
 * Whether tries of passwords change entries in this directory: it keeps a password policy, or our own
 * account, which has just signed in, has a trace of it. Also when it does not say what it can (the
 * root DSE, RFC 4512, 5.1).
 */
export async function writesSignIns(
  directory: Directory,
  accountDn: string | undefined,
): Promise<boolean> {
  const entryOf = async (dn: string, attributes: string[]) => {
    // Not every account may read these, and not every one is an entry.
    const found = await directory.search(dn, { scope: 'base', attributes }).catch(() => []);
    return found[0];
  };
  const root = await entryOf('', ['supportedControl', 'supportedLDAPVersion']);
  if (!root || root.attributes.size === 0) return true;
  if (textsOf(root, 'supportedControl').includes(policyControl)) return true;
  const account = accountDn === undefined ? undefined : await entryOf(accountDn, signInTimes);
  return account !== undefined && hasTraces(account);
}
