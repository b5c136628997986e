import type { Ldapts } from './ldap-client.ts';
import type { Directory } from './ldap-directory.ts';
import { firstValueOf, normalDn } from './ldap-dn.ts';
import { textOf, textsOf, type LdapEntry } from './ldap-entry.ts';
import { fillFilter, placeholdersOf } from './ldap-filter.ts';
import type { LdapValues } from './ldap-settings.ts';

const mostGroups = 1000;

export interface Groups {
  /** The attributes that an entry of a person must come with. */
  attributes: readonly string[];
  /** @throws IdentityError `down` when the directory cannot be asked */
  namesFor(person: LdapEntry): Promise<string[]>;
}

/**
 * The groups of people, by the settings LDAP_GROUP_FILTER and LDAP_GROUPS: those that the filter finds,
 * or else those of `memberOf`; by the names that are set, and no others, or else by the first value of
 * their DN.
 * @returns `undefined` when none of the two is set
 */
export function createGroups(ldapts: Ldapts, directory: Directory, values: LdapValues) {
  const { LDAP_GROUP_FILTER: filter, LDAP_GROUPS: names, LDAP_BASE_DN: base } = values;
  if (filter === undefined && names === undefined) return undefined;
  const needed = filter === undefined ? [] : placeholdersOf(filter);

  async function groupsOf(person: LdapEntry): Promise<string[]> {
    if (filter === undefined) return textsOf(person, 'memberOf');
    const known = (name: string) => (name === 'dn' ? person.dn : textOf(person, name));
    if (needed.some((name) => known(name) === undefined)) return [];
    const found = await directory.search(base, {
      filter: fillFilter(ldapts, filter, known),
      attributes: ['1.1'],
      sizeLimit: mostGroups,
    });
    return found.map(({ dn }) => dn);
  }

  return {
    attributes: filter === undefined ? ['memberOf'] : needed.filter((name) => name !== 'dn'),
    async namesFor(person) {
      const found = (await groupsOf(person)).flatMap(
        (dn) => (names ? names.get(normalDn(dn)) : firstValueOf(dn)) ?? [],
      );
      return [...new Set(found)].toSorted();
    },
  } satisfies Groups;
}
