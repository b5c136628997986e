import type { Entry } from './ldap-client.ts';

export interface LdapEntry {
  dn: string;
  /** By name in small letters and without options such as `;lang-de`; never an empty list. */
  attributes: ReadonlyMap<string, Value[]>;
}

/** Bytes, where it is no UTF-8. */
type Value = string | Buffer;

export function readEntry({ dn, ...given }: Entry): LdapEntry {
  const attributes = new Map<string, Value[]>();
  for (const [name, values] of Object.entries(given)) {
    const key = name.toLowerCase().replace(/;.*/, '');
    const list: Value[] = [values].flat();
    if (list.length > 0) attributes.set(key, [...(attributes.get(key) ?? []), ...list]);
  }
  return { dn, attributes };
}

/** All values of an attribute that are text. */
export function textsOf({ attributes }: LdapEntry, name: string): string[] {
  const values = attributes.get(name.toLowerCase()) ?? [];
  return values.filter((value) => typeof value === 'string');
}

/** The first value of an attribute that is text. */
export function textOf(entry: LdapEntry, name: string): string | undefined {
  return textsOf(entry, name)[0];
}
