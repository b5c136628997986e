import { domainToASCII } from 'node:url';
import type { Filter, Ldapts } from './ldap-client.ts';
import { textsOf, type LdapEntry } from './ldap-entry.ts';
import { foldLogin, withoutInvisible } from './login-key.ts';

/** What stands for a text that is known later: `{login}`, for example. */
const placeholder = /\{([\w-]+)\}/g;

/** Comparisons as in RFC 4515; the attribute may be missing where a matching rule is named. */
const comparison = /\((?:[\w-]+(?:[<>~]?=)|[\w-]*(?::[\w.-]+)*:=)(?:[^()\\]|\\[\da-f]{2})*\)/gi;

/** Stand for a part of a filter that is correct: without placeholders, and with some. */
const [fixed, open] = ['\uE000', '\uE001'];

/**
 * Whether a text is a filter of RFC 4515 whose placeholders can be filled in: each within a
 * comparison with `=` or with a matching rule, without a `*`, and not in what must not be so.
 * @param names of the placeholders
 */
export function isFilterTemplate(text: string, names: (name: string) => boolean): boolean {
  if (text.includes(fixed) || text.includes(open)) return false;
  let rest = text.replace(comparison, (leaf) => {
    const found = placeholdersOf(leaf);
    if (found.length === 0) return fixed;
    const isEqual = /^\([\w-]*(:[\w.-]+)*:?=[^*]*$/.test(leaf);
    return isEqual && found.every(names) ? open : leaf;
  });
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest
      .replaceAll(`(!${fixed})`, fixed)
      .replace(/\([&|]([\uE000\uE001]+)\)/g, (_all, parts: string) =>
        parts.includes(open) ? open : fixed,
      );
  }
  return rest === open;
}

/**
 * Fills in a template. The texts become values of the filter as they are: whatever is in them, it is
 * never read as a filter.
 * @param textOf by the name of a placeholder; `undefined` asks only whether there is any value
 */
export function fillFilter(
  ldapts: Ldapts,
  template: string,
  textOf: (name: string) => string | undefined,
): Filter {
  const fill = (filter: Filter): Filter => {
    if (filter instanceof ldapts.AndFilter) {
      return new ldapts.AndFilter({ filters: filter.filters.map(fill) });
    }
    if (filter instanceof ldapts.OrFilter) {
      return new ldapts.OrFilter({ filters: filter.filters.map(fill) });
    }
    if (filter instanceof ldapts.EqualityFilter) {
      const { attribute } = filter;
      const value = filled(String(filter.value), textOf);
      return value === undefined
        ? new ldapts.PresenceFilter({ attribute })
        : new ldapts.EqualityFilter({ attribute, value });
    }
    if (filter instanceof ldapts.ExtensibleFilter) {
      const value = filled(filter.value, textOf);
      const { matchType, rule, dnAttributes } = filter;
      return value === undefined
        ? new ldapts.PresenceFilter({ attribute: matchType || 'objectClass' })
        : new ldapts.ExtensibleFilter({ matchType, rule, dnAttributes, value });
    }
    return filter;
  };
  return fill(ldapts.FilterParser.parseString(template));
}

function filled(value: string, textOf: (name: string) => string | undefined): string | undefined {
  let isKnown = true;
  const text = value.replace(placeholder, (_all, name: string) => {
    const known = textOf(name);
    isKnown &&= known !== undefined;
    return known ?? '';
  });
  return isKnown ? text : undefined;
}

/** The names of the placeholders in a template. */
export function placeholdersOf(template: string): string[] {
  return [...template.matchAll(placeholder)].map(([, name = '']) => name);
}

/**
 * The spellings of a login that a directory may have: as Portico compares logins, as typed, and with
 * an international domain in ASCII, because many directories take nothing else for addresses.
 */
export function spellingsOf(login: string): string[] {
  const folded = foldLogin(login);
  const typed = withoutInvisible(login).trim().normalize('NFC');
  const at = folded.lastIndexOf('@') + 1;
  const ascii = at > 0 ? domainToASCII(folded.slice(at)) : '';
  return [...new Set([folded, typed, ...(ascii ? [folded.slice(0, at) + ascii] : [])])];
}

/** The comparisons with the login in a template: attribute and value. */
export function loginComparisons(template: string): [attribute: string, value: string][] {
  const found = template.matchAll(/\(([\w-]+)(?::[\w.-]+)*:?=([^()*\\]*\{login\}[^()*\\]*)\)/g);
  return [...found].map(([, attribute = '', value = '']) => [attribute, value]);
}

/**
 * Whether an entry has this login as Portico compares logins. Directories are more generous: for some
 * `á` is `a`, and each such spelling would be another login to whoever counts wrong passwords.
 * True also when none of the attributes can be read.
 */
export function hasLogin(
  entry: LdapEntry,
  comparisons: readonly [attribute: string, value: string][],
  folded: string,
): boolean {
  const readable = comparisons.filter(([attribute]) => textsOf(entry, attribute).length > 0);
  return (
    readable.length === 0 ||
    readable.some(([attribute, value]) => {
      const wanted = foldLogin(value.replaceAll('{login}', () => folded));
      return textsOf(entry, attribute).some((one) => foldLogin(one) === wanted);
    })
  );
}
