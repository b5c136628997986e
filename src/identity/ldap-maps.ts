/** The settings of the backend `ldap` that are JSON objects. */
import { findJsonPlaces, lineAndColumn } from '@portico/json-places';
import { setting } from '@portico/settings';
import { isDn, normalDn } from './ldap-dn.ts';
import { isMappable } from './ldap-person.ts';

export const attributeName = /^[a-z][\w-]*$/i;

export const mapSettings = {
  LDAP_ATTRIBUTES: setting(
    'a JSON object of attributes and the claims that they are, such as {"displayName": "name"}; null leaves one out',
    (given) => mapIn(given, attributeFault) as Record<string, string | null> | undefined,
    { fallback: '{}', faults: (given: string) => faultsIn(given, attributeFault) },
  ),
  LDAP_GROUPS: setting(
    'a JSON object of DNs of groups and their names in tokens, such as {"cn=choir,ou=groups,dc=example,dc=org": "choir"}',
    groupNames,
    { faults: (given: string) => faultsIn(given, groupFault) },
  ),
};

/** What is wrong with a member of an object, for a sentence; `undefined` when nothing is. */
type MemberFault = (name: string, value: unknown) => string | undefined;

function attributeFault(name: string, claim: unknown): string | undefined {
  if (!attributeName.test(name)) return `"${name}", which is no name of an attribute`;
  if (claim === null || (typeof claim === 'string' && isMappable(claim))) return undefined;
  return `"${name}" for ${JSON.stringify(claim)}, which is no claim that an attribute can be`;
}

function groupFault(group: string, name: unknown): string | undefined {
  if (!isDn(group)) return `"${group}", which is no DN of a group`;
  const isName = typeof name === 'string' && /^[^\p{C}]{1,255}$/u.test(name);
  return isName ? undefined : `no name for the group "${group}"`;
}

/** By their DNs in one spelling. */
function groupNames(given: string): ReadonlyMap<string, string> | undefined {
  const found = mapIn(given, groupFault) as Record<string, string> | undefined;
  return found && new Map(Object.entries(found).map(([group, name]) => [normalDn(group), name]));
}

function mapIn(given: string, faultOf: MemberFault): Record<string, unknown> | undefined {
  const isRight = faultsIn(given, faultOf).length === 0;
  return isRight ? (JSON.parse(given) as Record<string, unknown>) : undefined;
}

function faultsIn(given: string, faultOf: MemberFault): string[] {
  const { fault } = findJsonPlaces(given);
  if (fault !== undefined) {
    const { line, column } = lineAndColumn(given, fault);
    return [`is no JSON from line ${line}, column ${column} on.`];
  }
  const value: unknown = JSON.parse(given);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return ['must be a JSON object: {"…": "…"}.'];
  }
  const faults = Object.entries(value).map(([name, member]) => faultOf(name, member));
  return faults.filter((one) => one !== undefined).map((one) => `has ${one}.`);
}
