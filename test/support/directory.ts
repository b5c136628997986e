/** The people of the tests in an LDAP directory. */
import { createHash, randomBytes } from 'node:crypto';
import { foldLogin } from '../../src/identity/login-key.ts';
import { normalPassword } from '../../src/identity/password.ts';
import { passwordOf, people } from './people.ts';
import { service, startSlapd, suffix, type Entry, type Slapd, type SlapdOptions } from './slapd.ts';

/** `email_verified` is in the attribute `c-email-verified`, of the class `testPerson`. */
const attributeOf = (claim: string) => `c-${claim.replace(/[_.]/g, '-')}`;

const flat = (person: object) =>
  Object.entries(person)
    .filter(([name]) => name !== 'password_hash')
    .flatMap(([name, value]: [string, unknown]) =>
      typeof value === 'object'
        ? Object.entries(value as object).map(([part, text]) => [`${name}.${part}`, text] as const)
        : [[name, value] as const],
    );
const claims = [...new Set(people.flatMap((person) => flat(person).map(([name]) => name)))];

/** As a directory keeps it: `{SSHA}`, base64 of the hash and its salt. */
export function sshaOf(password: string): string {
  const salt = randomBytes(8);
  const hash = createHash('sha1').update(normalPassword(password)).update(salt).digest();
  return `{SSHA}${Buffer.concat([hash, salt]).toString('base64')}`;
}

const valueOf = (value: unknown) =>
  typeof value === 'boolean' ? String(value).toUpperCase() : String(value);

/** With their logins in the spelling in which Portico compares them. */
const entries = people.map((person): Entry => {
  const { email, username = email }: { email: string; username?: string } = person;
  return {
    dn: `cn=${person.subject},${suffix}`,
    objectClass: ['organizationalRole', 'simpleSecurityObject', 'testPerson'],
    cn: person.subject,
    userPassword: sshaOf(passwordOf(person)),
    'c-login': [...new Set([foldLogin(email), foldLogin(username)])],
    ...Object.fromEntries(flat(person).map(([name, value]) => [attributeOf(name), valueOf(value)])),
  };
});

/** The settings for a server without TLS on this machine. */
export function settingsFor(slapd: Slapd): Record<string, string> {
  return {
    LDAP_URL: slapd.url,
    LDAP_BIND_DN: service.dn,
    LDAP_BIND_PASSWORD: service.password,
    LDAP_BASE_DN: suffix,
  };
}

/** The settings for `startPeopleDirectory`. */
export function peopleSettingsFor(slapd: Slapd): Record<string, string> {
  const names = claims.filter((claim) => claim !== 'subject');
  return {
    ...settingsFor(slapd),
    LDAP_FILTER: '(&(objectClass=testPerson)(c-login={login}))',
    LDAP_SUBJECT: attributeOf('subject'),
    LDAP_ATTRIBUTES: JSON.stringify({
      ...Object.fromEntries(names.map((claim) => [attributeOf(claim), claim])),
      cn: null,
    }),
  };
}

/** A slapd with the people of `people.ts`. */
export function startPeopleDirectory(options: Partial<SlapdOptions> = {}): Promise<Slapd> {
  return startSlapd({
    ...options,
    entries: [...entries, ...(options.entries ?? [])],
    attributes: ['c-login', ...claims.map(attributeOf), ...(options.attributes ?? [])],
  });
}
