import { kind, setting, type ValuesOf } from '@portico/settings';
import { isDn } from './ldap-dn.ts';
import type { LdapServer } from './ldap-connection.ts';
import { isFilterTemplate } from './ldap-filter.ts';
import { attributeName, mapSettings } from './ldap-maps.ts';
import type { AttributeMap } from './ldap-person.ts';
import { isLoopback, isPrivate } from './private-hosts.ts';

export const ldapSettings = {
  LDAP_URL: setting('one or more ldap:// or ldaps:// addresses, separated by blanks', servers, {
    isRequired: true,
  }),
  LDAP_START_TLS: setting('auto, on or off', kind.oneOf('auto', 'on', 'off'), { fallback: 'auto' }),
  LDAP_CA_FILE: setting('a readable file of certificates in PEM', kind.readable),
  LDAP_BIND_DN: setting(
    'the DN of an account, or a name such as svc@example.org',
    kind.matching(/[=@\\]/),
  ),
  LDAP_BIND_PASSWORD: setting('a password', kind.text, { isSecret: true }),
  LDAP_BASE_DN: setting('a DN, such as ou=people,dc=example,dc=org', dn, { isRequired: true }),
  LDAP_FILTER: setting(
    'a filter in brackets that compares at least one attribute with {login} by =, such as (|(mail={login})(uid={login}))',
    (given) => (isFilterTemplate(given, (name) => name === 'login') ? given : undefined),
    { fallback: '(|(mail={login})(uid={login}))' },
  ),
  LDAP_SUBJECT: setting('the name of an attribute', kind.matching(attributeName), {
    fallback: 'entryUUID',
  }),
  LDAP_ATTRIBUTES: mapSettings.LDAP_ATTRIBUTES,
  LDAP_GROUP_FILTER: setting(
    'a filter in brackets that compares with {dn}, or with another attribute of the person, by =, such as (member={dn})',
    (given) => (isFilterTemplate(given, (name) => attributeName.test(name)) ? given : undefined),
  ),
  LDAP_GROUPS: mapSettings.LDAP_GROUPS,
  LDAP_TIMEOUT_MS: setting('milliseconds, 100 to 60000', kind.integer(100, 60_000), {
    fallback: '3000',
  }),
};

export type LdapValues = ValuesOf<typeof ldapSettings>;

/** What directories usually have, for all kinds of them. */
const usualAttributes: Readonly<Record<string, string>> = {
  mail: 'email',
  uid: 'username',
  sAMAccountName: 'username',
  displayName: 'name',
  cn: 'name',
  givenName: 'given_name',
  sn: 'family_name',
  telephoneNumber: 'phone_number',
};

/** Which settings do not go together. */
export function ldapFaults(values: Partial<LdapValues>): string[] {
  const { LDAP_BIND_DN: account, LDAP_BIND_PASSWORD: password } = values;
  const plain = serversOf(values).filter((one) => isPlain(one) && !isLoopback(one.host));
  const isPublic = plain.some(({ host }) => !isPrivate(host));
  return [
    ...((account === undefined) === (password === undefined)
      ? []
      : ['LDAP_BIND_DN and LDAP_BIND_PASSWORD go together.']),
    ...(isPublic
      ? ['LDAP_START_TLS is "off", so that passwords go through the internet as they are.']
      : []),
  ];
}

/** What is correct but not safe, for the log. */
export function ldapDoubts(values: LdapValues): string[] {
  const isDoubtful = serversOf(values).some((one) => isPlain(one) && !isLoopback(one.host));
  return isDoubtful
    ? ['LDAP_START_TLS is "off": whoever sees that network can read the passwords that go to it.']
    : [];
}

const isPlain = ({ isSecure, startsTls }: LdapServer) => !isSecure && !startsTls;

/** The servers, and how each is made safe. */
export function serversOf({
  LDAP_URL: urls = [],
  LDAP_START_TLS: startTls = 'auto',
  LDAP_CA_FILE: caFile,
}: Partial<LdapValues>): LdapServer[] {
  return urls.map((server) => {
    const isWanted = startTls === 'on' || caFile !== undefined || !isLoopback(server.host);
    return { ...server, startsTls: !server.isSecure && startTls !== 'off' && isWanted };
  });
}

/** The usual attributes and the given ones; these come first, and `null` takes one away. */
export function attributeMapOf({ LDAP_ATTRIBUTES: given }: LdapValues): AttributeMap {
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const others = Object.entries(usualAttributes).filter(([name]) => !names.has(name.toLowerCase()));
  const all = [...Object.entries(given), ...others];
  return all.filter((entry): entry is [string, string] => entry[1] !== null);
}

function servers(given: string): LdapServer[] | undefined {
  const found = given.split(/\s+/).map(server);
  return found.every((one) => one !== undefined) ? found : undefined;
}

function server(given: string): LdapServer | undefined {
  const parts = /^(ldaps?):\/\/(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?\/?$/i.exec(given);
  if (!parts || !URL.canParse(given)) return undefined;
  const isSecure = parts[1]!.toLowerCase() === 'ldaps';
  const name = parts[2]!.toLowerCase();
  const port = Number(parts[3] ?? (isSecure ? 636 : 389));
  if (port < 1 || port > 65_535) return undefined;
  const url = `${isSecure ? 'ldaps' : 'ldap'}://${name}:${port}`;
  return { url, host: name.replace(/^\[|\]$/g, ''), port, isSecure, startsTls: false };
}

function dn(given: string): string | undefined {
  return isDn(given) ? given : undefined;
}
