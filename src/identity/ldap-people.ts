import { IdentityError, type IdentityLog, type User } from './backend.ts';
import type { Filter, Ldapts } from './ldap-client.ts';
import type { Directory } from './ldap-directory.ts';
import type { LdapEntry } from './ldap-entry.ts';
import { fillFilter, hasLogin, loginComparisons, spellingsOf } from './ldap-filter.ts';
import { createGroups } from './ldap-groups.ts';
import { personAttributes, readPerson } from './ldap-person.ts';
import { attributeMapOf, type LdapValues } from './ldap-settings.ts';
import { subjectOf, subjectValue } from './ldap-subject.ts';
import { foldLogin } from './login-key.ts';

export interface PeopleParts {
  ldapts: Ldapts;
  directory: Directory;
  log: IdentityLog;
  /** Whether an entry may change because somebody tried a password. */
  mayChangeByTries: boolean;
}

/** The people in a directory: whose entry it is, and what it says of them. */
export function createPeople(
  values: LdapValues,
  { ldapts, directory, log, mayChangeByTries }: PeopleParts,
) {
  const { LDAP_BASE_DN: base, LDAP_FILTER: template, LDAP_SUBJECT: subjectAttribute } = values;
  const map = attributeMapOf(values);
  const groups = createGroups(ldapts, directory, values);
  const comparisons = loginComparisons(template);
  const wanted = [
    subjectAttribute,
    ...map.map(([attribute]) => attribute),
    ...comparisons.map(([attribute]) => attribute),
    ...(groups?.attributes ?? []),
    ...personAttributes,
  ];
  const attributes = [...new Set(wanted)];
  const warned = new Set<string>();

  function warnOnce(message: string, details: { claim?: string } = {}): void {
    const key = `${message} ${details.claim}`;
    if (!warned.has(key)) log.warn(details, message);
    warned.add(key);
  }

  /** Two are enough to know that it is not one. */
  const search = (filter: Filter) => directory.search(base, { filter, attributes, sizeLimit: 2 });

  return {
    /** The one entry with this login, if it is one. */
    async byLogin(login: string): Promise<LdapEntry | undefined> {
      const filters = spellingsOf(login).map((spelling) =>
        fillFilter(ldapts, template, () => spelling),
      );
      const [entry, ...others] = await search(new ldapts.OrFilter({ filters }));
      if (!entry || entry.dn === '') return undefined;
      if (others.length > 0) {
        warnOnce('LDAP_FILTER finds several entries for a login: nobody can sign in with it');
        return undefined;
      }
      return hasLogin(entry, comparisons, foldLogin(login)) ? entry : undefined;
    },

    /** An entry as it is now, if it is still there: a sign-in may have changed it. */
    async again({ dn }: LdapEntry): Promise<LdapEntry | undefined> {
      const maySignIn = fillFilter(ldapts, template, () => undefined);
      const [entry] = await directory.search(dn, { scope: 'base', filter: maySignIn, attributes });
      return entry;
    },

    /** @throws IdentityError `down` when several have it */
    async bySubject(subject: string): Promise<LdapEntry | undefined> {
      const value = subjectValue(subject, subjectAttribute);
      if (value === undefined) return undefined;
      const hasSubject = new ldapts.EqualityFilter({ attribute: subjectAttribute, value });
      const maySignIn = fillFilter(ldapts, template, () => undefined);
      const found = await search(new ldapts.AndFilter({ filters: [hasSubject, maySignIn] }));
      const [entry, ...others] = found.filter(
        (one) => subjectOf(one, subjectAttribute) === subject,
      );
      if (others.length === 0) return entry;
      throw new IdentityError('down', `several entries have the same ${subjectAttribute}`);
    },

    /** @throws IdentityError `down` when the entry has no subject, or groups cannot be asked for */
    async personOf(entry: LdapEntry): Promise<User> {
      const subject = subjectOf(entry, subjectAttribute);
      if (subject === undefined) {
        const fault = `an entry has no usable ${subjectAttribute}, or LDAP_BIND_DN may not read it`;
        throw new IdentityError('down', fault);
      }
      return readPerson(subject, entry, {
        map,
        groups: await groups?.namesFor(entry),
        onDropped: (claim) =>
          warnOnce('the directory gives a claim of a wrong type: it is left out', { claim }),
        nowMs: Date.now(),
        mayChangeByTries,
      });
    },

    /** Whether there are logins that are no addresses. */
    hasUsernames: comparisons.some(
      ([name]) => !/mail|^userPrincipalName$|^proxyAddresses$/i.test(name),
    ),
  };
}
