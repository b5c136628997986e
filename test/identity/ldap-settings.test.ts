/** The settings of the backend `ldap`, checked before anything is asked. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { readSettings, SettingsError } from '@portico/settings';
import { faultsOfBackends, settingsOfBackends } from '../../src/identity/index.ts';
import { firstValueOf, isDn, normalDn } from '../../src/identity/ldap-dn.ts';
import { isFilterTemplate } from '../../src/identity/ldap-filter.ts';
import { ldapDoubts, serversOf, type LdapValues } from '../../src/identity/ldap-settings.ts';

const right = { LDAP_URL: 'ldaps://ldap.example.org', LDAP_BASE_DN: 'dc=example,dc=org' };

function read(env: Record<string, string>): LdapValues {
  const { values } = readSettings(settingsOfBackends(['ldap']), { ...right, ...env }, (known) =>
    faultsOfBackends(['ldap'], known),
  );
  return values as LdapValues;
}

function faultsOf(env: Record<string, string>): string {
  try {
    read(env);
    return '';
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
}

test('all faults are in one list, each with the name of its setting', () => {
  const env = {
    LDAP_URL: 'http://ldap.example.org',
    LDAP_START_TLS: 'yes',
    LDAP_CA_FILE: '/nowhere/ca.pem',
    LDAP_BIND_DN: 'portico',
    LDAP_BASE_DN: 'example.org',
    LDAP_FILTER: '(uid=ada)',
    LDAP_SUBJECT: 'entry UUID',
    LDAP_ATTRIBUTES: '{"mail": "sub", "cn": 7, "x y": "name"}',
    LDAP_GROUP_FILTER: 'member={dn}',
    LDAP_GROUPS: '{"choir": "choir"}',
    LDAP_TIMEOUT_MS: '5',
  };
  const faults = faultsOf(env);
  for (const name of Object.keys(env)) expect(faults).toContain(`${name} `);
  for (const part of ['"mail" for "sub"', '"cn" for 7', '"x y"', '"choir"']) {
    expect(faults).toContain(part);
  }
  expect(faultsOf({ LDAP_ATTRIBUTES: '{"mail": ' })).toContain('line 1, column');
});

test('the settings in our document have no faults', () => {
  const page = readFileSync('docs/people-ldap.md', 'utf8');
  const blocks = [...page.matchAll(/^```(sh|json)\n([^]*?)^```$/gm)].map(([, kind, text = '']) =>
    kind === 'json' ? `LDAP_ATTRIBUTES='${text}'` : text,
  );
  const settings = blocks.flatMap((block) => [
    ...block.matchAll(/^(LDAP_[A-Z_]+)=(?:'([^']*)'|(\S+))/gm),
  ]);
  const names = settings.map(([, name = '']) => name);
  expect(names).toEqual(expect.arrayContaining(['LDAP_FILTER', 'LDAP_ATTRIBUTES', 'LDAP_GROUPS']));
  const ofFiles = /_FILE$|^LDAP_BIND_DN$/;
  for (const [, name = '', quoted, plain] of settings.filter(([, name]) => !ofFiles.test(name!))) {
    expect(faultsOf({ [name]: quoted ?? plain ?? '' })).toBe('');
  }
});

test('what is required is asked for', () => {
  const faults = faultsOf({ LDAP_URL: '', LDAP_BASE_DN: '' });
  expect(faults).toContain('LDAP_URL is not set');
  expect(faults).toContain('LDAP_BASE_DN is not set');
});

test('an account and its password go together, and the password is not shown', () => {
  const account = { LDAP_BIND_DN: 'cn=portico,dc=example,dc=org' };
  expect(faultsOf(account)).toContain('go together');
  expect(faultsOf({ LDAP_BIND_PASSWORD: 'hidden' })).toContain('go together');
  expect(faultsOf({ LDAP_BIND_PASSWORD: 'hidden' })).not.toContain('hidden');
  expect(faultsOf({ ...account, LDAP_BIND_PASSWORD: 'hidden' })).toBe('');
});

describe('an address', () => {
  test.each([
    ['ldaps://ldap.example.org', { host: 'ldap.example.org', port: 636, isSecure: true }],
    ['LDAP://LDAP.example.org/', { host: 'ldap.example.org', port: 389, isSecure: false }],
    ['ldap://[2001:DB8::1]:3890', { host: '2001:db8::1', port: 3890, isSecure: false }],
  ])('%s is read', (LDAP_URL, server) => {
    expect(serversOf(read({ LDAP_URL }))).toMatchObject([server]);
  });

  test('may be one of several', () => {
    const servers = serversOf(read({ LDAP_URL: ' ldaps://a.example\n ldap://b.example:1389 ' }));
    expect(servers.map(({ url }) => url)).toEqual([
      'ldaps://a.example:636',
      'ldap://b.example:1389',
    ]);
  });

  test.each([
    'ldap.example.org',
    'ldapi:///var/run/slapd',
    'ldap://',
    'ldap://ada:secret@ldap.example.org',
    'ldap://ldap.example.org/dc=example,dc=org',
    'ldap://ldap.example.org?x',
    'ldap://ldap.example.org:0',
    'ldap://ldap.example.org:65536',
    'ldaps://a.example,ldaps://b.example',
  ])('%s is none', (LDAP_URL) => {
    expect(faultsOf({ LDAP_URL })).toContain('LDAP_URL');
    expect(faultsOf({ LDAP_URL })).not.toContain('secret');
  });

  test.each([
    // host, with a CA file, LDAP_START_TLS: whether TLS is started
    ['127.0.0.1', false, 'auto', false],
    ['localhost', false, 'auto', false],
    ['[::1]', false, 'auto', false],
    ['127.0.0.1', true, 'auto', true],
    ['ldap', false, 'auto', true],
    ['ldap.example.org', false, 'auto', true],
    ['127.0.0.1', false, 'on', true],
    ['127.0.0.1', true, 'off', false],
    ['10.0.0.7', false, 'off', false],
  ])(
    'ldap://%s, with certificates: %j, LDAP_START_TLS=%s: StartTLS %j',
    (host, hasCa, mode, starts) => {
      const values = read({
        LDAP_URL: `ldap://${host}`,
        LDAP_START_TLS: mode,
        ...(hasCa && { LDAP_CA_FILE: import.meta.filename }),
      });
      expect(serversOf(values)).toMatchObject([{ startsTls: starts }]);
    },
  );

  test('without TLS is a fault on the internet, a doubt in a private network', () => {
    const plain = (host: string) => ({ LDAP_URL: `ldap://${host}`, LDAP_START_TLS: 'off' });
    for (const host of ['ldap.example.org', '203.0.113.7']) {
      expect(faultsOf(plain(host))).toContain('LDAP_START_TLS');
    }
    for (const host of ['ldap', '10.0.0.7', 'ldap.svc.cluster.local']) {
      expect(ldapDoubts(read(plain(host)))).toEqual([expect.stringContaining('LDAP_START_TLS')]);
    }
    for (const env of [plain('localhost'), {}, { LDAP_URL: 'ldap://ldap.example.org' }]) {
      expect(ldapDoubts(read(env))).toEqual([]);
    }
  });
});

describe('a filter', () => {
  test.each([
    '(uid={login})',
    '(|(mail={login})(uid={login}))',
    '(&(objectClass=person)(!(employeeType=former))(|(mail={login})(proxyAddresses=smtp:{login})))',
    '(userPrincipalName={login}@corp.example.org)',
    '(uid:caseExactMatch:={login})',
    '(&(uid={login})(memberOf:1.2.840.113556.1.4.1941:=cn=a\\2c b,dc=example,dc=org))',
    '(&(uid={login})(cn=*)(sn=a*b)(age>=18))',
  ])('%s can be filled in', (filter) => {
    expect(faultsOf({ LDAP_FILTER: filter })).toBe('');
  });

  test.each([
    'uid={login}',
    '(uid=ada)',
    '(uid={login}',
    '(uid={login}))',
    '(uid={login})(mail={login})',
    '(|(uid={login})',
    '(|uid={login})',
    '(!(uid={login}))',
    '(&(cn=a)(!(|(uid={login})(mail={login}))))',
    '(uid=*{login}*)',
    '(uid={login}*)',
    '(uid>={login})',
    '(uid~={login})',
    '({login}=ada)',
    '(uid={user})',
    '(uid={login})(',
    '(&(uid={login})())',
    '(&)',
    '()',
    '(uid=\\zz{login})',
    '(ui d={login})',
    '\uE001',
  ])('%s cannot', (filter) => {
    expect(faultsOf({ LDAP_FILTER: filter })).toContain('LDAP_FILTER');
  });

  test('of groups can be filled in with what is known of a person', () => {
    for (const filter of ['(member={dn})', '(&(objectClass=posixGroup)(memberUid={uid}))']) {
      expect(faultsOf({ LDAP_GROUP_FILTER: filter })).toBe('');
    }
    expect(faultsOf({ LDAP_GROUP_FILTER: '(objectClass=groupOfNames)' })).not.toBe('');
  });

  test('of any length is read quickly', () => {
    const long = `(|${'(uid={login})'.repeat(5_000)})`;
    const deep = `${'(&'.repeat(2_000)}(uid={login})${')'.repeat(2_000)}`;
    expect(
      [long, deep, '('.repeat(50_000)].map((text) => isFilterTemplate(text, () => true)),
    ).toEqual([true, true, false]);
  });
});

describe('a DN', () => {
  test.each([
    ['cn=a,dc=b', 'CN=A, DC=B'],
    ['cn=a\\, b,dc=c', 'cn=a\\2C b , dc=c'],
    ['cn=straße,dc=c', 'cn=stra\\c3\\9fe,dc=c'],
    ['cn=a+sn=b,dc=c', 'sn=b + cn=a,dc=c'],
    ['cn=a  b,dc=c', 'cn=a b;dc=c'],
  ])('%s is %s', (one, other) => {
    expect(normalDn(one)).toBe(normalDn(other));
  });

  test.each([
    ['cn=a,dc=b', 'cn=a,dc=c'],
    ['cn=a,dc=b', 'cn=a\\,dc=b'],
    ['cn=a,cn=b', 'cn=b,cn=a'],
    ['cn=a+sn=b,dc=c', 'cn=a,sn=b,dc=c'],
  ])('%s is not %s', (one, other) => {
    expect(normalDn(one)).not.toBe(normalDn(other));
  });

  test('begins with a value', () => {
    expect(firstValueOf('cn=Admins\\, all+sn=x,dc=b')).toBe('Admins, all');
    expect(firstValueOf('cn=\\ a\\c3\\a4 ,dc=b')).toBe(' aä');
  });

  test.each(['', 'ada', 'cn', '=a', 'cn=a,', 'cn=a,b', 'ada@example.org', 'CORP\\ada'])(
    '%j is none',
    (text) => {
      expect(isDn(text)).toBe(false);
    },
  );
});
