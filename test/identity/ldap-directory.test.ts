/** The backend `ldap` with real directories, and what they know beside passwords. */
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Attribute, Change, Client } from 'ldapts';
import { SettingsError } from '@portico/settings';
import type { Identity } from '../../src/identity/backend.ts';
import { ldapBackend } from '../../src/identity/ldap.ts';
import { settingsFor, sshaOf } from '../support/directory.ts';
import { notRun } from '../support/not-run.ts';
import { faultOnOpening, openBackend } from '../support/open-backend.ts';
import { origin } from '../support/origin.ts';
import {
  admin,
  certificate,
  service,
  slapdMissing,
  startSlapd,
  suffix,
  type Entry,
  type Slapd,
  type SlapdOptions,
} from '../support/slapd.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { until } from '../support/until.ts';

const secret = 'correct horse';
const dnOf = (uid: string) => `uid=${uid},ou=people,${suffix}`;

const person = (uid: string, more: Omit<Entry, 'dn'> = {}): Entry => ({
  dn: dnOf(uid),
  objectClass: ['inetOrgPerson', 'testPerson'],
  uid,
  cn: uid,
  sn: uid,
  mail: `${uid}@example.org`,
  userPassword: sshaOf(secret),
  ...more,
});

const group = (cn: string, ...members: string[]): Entry => ({
  dn: `cn=${cn.replace(',', '\\,')},ou=groups,${suffix}`,
  objectClass: 'groupOfNames',
  cn,
  member: members.map(dnOf),
});

const entries: Entry[] = [
  { dn: `ou=people,${suffix}`, objectClass: 'organizationalUnit', ou: 'people' },
  { dn: `ou=groups,${suffix}`, objectClass: 'organizationalUnit', ou: 'groups' },
  person('ada', {
    displayName: 'Ada Lindqvist',
    givenName: 'Ada',
    sn: 'Lindqvist',
    telephoneNumber: '+46 8 123',
    title: ['Countess', 'Engineer'],
    l: 'London',
    postalAddress: '12 St James’s Square$London',
    jpegPhoto: Buffer.from([255, 216, 255]),
  }),
  person('max'),
  person('two', { mail: 'shared@example.org' }),
  person('three', { mail: 'shared@example.org' }),
  person('straße', { mail: [] as string[] }),
  person('idn', { mail: 'idn@xn--bcher-kva.example' }),
  person('no-password', { userPassword: [] as string[] }),
  person('off', { nsAccountLock: 'TRUE' }),
  group('choir', 'ada', 'max'),
  group('admins, all', 'ada'),
  {
    dn: `cn=memo,ou=groups,${suffix}`,
    objectClass: 'posixGroup',
    cn: 'memo',
    gidNumber: '1',
    memberUid: 'max',
  },
];

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const options: SlapdOptions = {
  entries,
  attributes: ['nsAccountLock'],
  modules: ['memberof'],
  config: ['overlay memberof'],
};

async function open(env: Record<string, string>): Promise<Identity> {
  const { identity } = await openBackend('ldap', env);
  closing.push(() => identity.close());
  return identity;
}

const userOf = async (identity: Identity, login: string, password = secret) => {
  const verified = await identity.verify(login, password, origin);
  return 'user' in verified ? verified.user : undefined;
};

async function asAdmin(slapd: Slapd, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ url: slapd.url });
  await client.bind(admin.dn, admin.password);
  await work(client);
  await client.unbind();
}

const replacing = (type: string, ...values: string[]) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values }) });

if (slapdMissing) {
  notRun('what directories know of people, and TLS with them', slapdMissing);
  test.todo('reads what a real directory knows'); // a file without tests is a fault to Jest
} else {
  let slapd: Slapd;
  let given: Record<string, string>;
  beforeAll(async () => {
    slapd = await startSlapd(options);
    given = settingsFor(slapd);
    // The overlay keeps memberOf only of changes that it sees.
    await asAdmin(slapd, async (client) => {
      for (const { dn, member } of entries.filter(
        ({ objectClass }) => objectClass === 'groupOfNames',
      )) {
        await client.modify(dn, replacing('member', dnOf('two')));
        await client.modify(dn, replacing('member', ...(member as string[])));
      }
    });
  });
  afterAll(() => slapd.close());

  describe('a person of a directory', () => {
    test('has the usual claims by default, and entryUUID for a subject', async () => {
      const identity = await open(given);
      const ada = await userOf(identity, 'ada');
      expect(ada).toEqual({
        subject: expect.stringMatching(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/),
        email: 'ada@example.org',
        username: 'ada',
        name: 'Ada Lindqvist',
        given_name: 'Ada',
        family_name: 'Lindqvist',
        phone_number: '+46 8 123',
        credential: expect.stringMatching(/^[\w-]{22}$/),
      });
      expect(await identity.find(ada!.subject)).toEqual(ada);
      expect(await identity.find(ada!.subject.toUpperCase())).toBeUndefined();
    });

    test('has others by settings, and loses those that are set to null', async () => {
      const map = {
        mail: null,
        telephoneNumber: null,
        cn: 'nickname',
        title: 'titles',
        uid: 'logins[]',
        l: 'address.locality',
        postalAddress: 'address.formatted',
        modifyTimestamp: 'updated_at',
        jpegPhoto: 'photo',
      };
      const { identity, lines } = await openBackend('ldap', {
        ...given,
        LDAP_ATTRIBUTES: JSON.stringify(map),
      });
      closing.push(() => identity.close());
      const ada = await userOf(identity, 'ada');
      expect(ada).not.toHaveProperty('email');
      expect(ada).not.toHaveProperty('phone_number');
      expect(ada).toMatchObject({
        nickname: 'ada',
        name: 'Ada Lindqvist',
        address: { locality: 'London', formatted: '12 St James’s Square$London' },
        claims: { titles: ['Countess', 'Engineer'], logins: ['ada'] },
      });
      expect(ada?.updated_at).toBeGreaterThan(1_700_000_000);
      await userOf(identity, 'ada');
      expect(lines).toMatchObject([{ details: { claim: 'photo' } }]);
    });

    test('has groups by memberOf or by a filter, by their own names or by names that are set', async () => {
      const names = { [`CN=Admins\\2C all, OU=groups,${suffix}`]: 'admin', 'cn=x,dc=y': 'other' };
      const groups = async (env: Record<string, string>, login = 'ada') =>
        (await userOf(await open({ ...given, ...env }), login))?.claims?.['groups'];
      expect(await groups({})).toBeUndefined();
      expect(await groups({ LDAP_GROUPS: JSON.stringify(names) })).toEqual(['admin']);
      expect(await groups({ LDAP_GROUPS: JSON.stringify(names) }, 'max')).toEqual([]);
      const byMember = { LDAP_GROUP_FILTER: '(&(objectClass=groupOfNames)(member={dn}))' };
      expect(await groups(byMember)).toEqual(['admins, all', 'choir']);
      expect(await groups(byMember, 'three')).toEqual([]);
      const byName = { LDAP_GROUP_FILTER: '(&(objectClass=posixGroup)(memberUid={uid}))' };
      expect(await groups(byName, 'max')).toEqual(['memo']);
      expect(await groups({ ...byMember, LDAP_GROUPS: JSON.stringify(names) })).toEqual(['admin']);
      const mapped = await userOf(
        await open({ ...given, LDAP_ATTRIBUTES: '{"memberOf": "member_of"}' }),
        'max',
      );
      expect(mapped?.claims).toEqual({ member_of: [`cn=choir,ou=groups,${suffix}`] });
    });

    test('can have a login with letters that addresses cannot have', async () => {
      const identity = await open(given);
      expect(await userOf(identity, 'STRAẞE')).toBeUndefined(); // the directory holds "ß" and "ss" apart
      expect(await userOf(identity, ' Straße')).toMatchObject({ username: 'straße' });
      for (const login of [
        'idn@bücher.example',
        'IDN@BÜCHER.example',
        'idn@xn--bcher-kva.example',
      ]) {
        expect(await userOf(identity, login)).toMatchObject({ username: 'idn' });
      }
    });

    test('is nobody when the login is somebody else’s too, and the log says so without it', async () => {
      const { identity, lines } = await openBackend('ldap', given);
      closing.push(() => identity.close());
      for (let tries = 0; tries < 2; tries += 1) {
        expect(await identity.verify('shared@example.org', secret, origin)).toEqual({
          refused: 'wrong',
        });
      }
      expect(await userOf(identity, 'two')).toMatchObject({ username: 'two' });
      expect(lines).toHaveLength(1);
      expect(JSON.stringify(lines)).not.toContain('shared');
    });

    test('is nobody outside the rest of the filter, also when already signed in', async () => {
      const all = await open(given);
      const [ada, max] = [await userOf(all, 'ada'), await userOf(all, 'max')];
      const LDAP_FILTER = `(&(|(mail={login})(uid={login}))(memberOf=cn=admins\\5C, all,ou=groups,${suffix}))`;
      const some = await open({ ...given, LDAP_FILTER });
      expect(await userOf(some, 'ada')).toEqual(ada);
      expect(await some.verify('max', secret, origin)).toEqual({ refused: 'wrong' });
      expect(await some.find(ada!.subject)).toEqual(ada);
      expect(await some.find(max!.subject)).toBeUndefined();
    });

    test('without a password is never proven', async () => {
      const identity = await open(given);
      for (const password of ['', ' ', secret]) {
        expect(await identity.verify('no-password', password, origin)).toEqual({
          refused: 'wrong',
        });
      }
    });

    test('is nobody by what would be a filter', async () => {
      const identity = await open(given);
      const tries = [
        '*',
        'ad*',
        'ada)(uid=*',
        '*)(|(uid=*',
        'ada))(|(uid=max',
        '\\61da',
        'ada\\2a',
      ];
      for (const login of [...tries, '(uid=ada)', '{login}', 'ada)\0', 'uid=ada', dnOf('ada')]) {
        expect(await identity.verify(login, secret, origin)).toEqual({ refused: 'wrong' });
      }
    });

    test('is another credential once the password, or without ppolicy anything, is changed', async () => {
      const identity = await open(given);
      const before = await userOf(identity, 'max');
      expect((await identity.find(before!.subject))?.credential).toBe(before?.credential);
      const setPassword = (password: string) =>
        asAdmin(slapd, (client) =>
          client.modify(dnOf('max'), replacing('userPassword', sshaOf(password))),
        );
      // Its stamps are of whole seconds.
      await until(async () => {
        await setPassword('another');
        return (await identity.find(before!.subject))?.credential !== before?.credential;
      });
      const after = await identity.find(before!.subject);
      expect(await userOf(identity, 'max')).toBeUndefined();
      expect(await userOf(identity, 'max', 'another')).toEqual(after);
      await setPassword(secret);
    });

    test('who is disabled can be found, and is told apart by the right password alone', async () => {
      const identity = await open(given);
      expect(await identity.verify('off', secret, origin)).toEqual({ refused: 'disabled' });
      expect(await identity.verify('off', 'other', origin)).toEqual({ refused: 'wrong' });
    });
  });

  describe('a directory with a password policy', () => {
    const policy = {
      pwdAttribute: 'userPassword',
      pwdLockout: 'TRUE',
      pwdMaxFailure: '3',
      pwdMustChange: 'TRUE',
    };
    let strict: Slapd;
    beforeAll(async () => {
      strict = await startSlapd({
        modules: ['ppolicy'],
        config: ['overlay ppolicy', `ppolicy_default "cn=policy,${suffix}"`, 'ppolicy_use_lockout'],
        entries: [
          {
            dn: `cn=policy,${suffix}`,
            objectClass: ['device', 'pwdPolicy'],
            cn: 'policy',
            ...policy,
          },
          {
            dn: `cn=short,${suffix}`,
            objectClass: ['device', 'pwdPolicy'],
            cn: 'short',
            ...policy,
            pwdMustChange: 'FALSE',
            pwdMaxAge: '1',
          },
          { dn: `ou=people,${suffix}`, objectClass: 'organizationalUnit', ou: 'people' },
          ...['ada', 'max', 'off', 'reset', 'old'].map((uid) => ({
            ...person(uid),
            objectClass: 'inetOrgPerson',
          })),
        ],
      });
    });
    afterAll(() => strict.close());

    test('locks people out after wrong passwords, not those who signed in before', async () => {
      const identity = await open(settingsFor(strict));
      const { subject } = (await userOf(identity, 'max'))!;
      for (let tries = 0; tries < 3; tries += 1) {
        expect(await identity.verify('max', 'no', origin)).toEqual({ refused: 'wrong' });
      }
      expect(await identity.verify('max', secret, origin)).toEqual({ refused: 'locked' });
      expect(await identity.verify('max', 'no', origin)).toEqual({ refused: 'locked' });
      const found = await identity.find(subject);
      expect(found).toMatchObject({ username: 'max' });
      expect(found?.disabled).not.toBe(true);
    });

    test('can lock an account for good: it is disabled then', async () => {
      const identity = await open(settingsFor(strict));
      const { subject } = (await userOf(identity, 'off'))!;
      await asAdmin(strict, (client) =>
        client.modify(dnOf('off'), replacing('pwdAccountLockedTime', '000001010000Z')),
      );
      expect(await identity.verify('off', secret, origin)).toEqual({ refused: 'locked' });
      expect(await identity.find(subject)).toMatchObject({ disabled: true });
    });

    test('can want another password, or let one expire', async () => {
      const identity = await open(settingsFor(strict));
      await asAdmin(strict, async (client) => {
        await client.modify(dnOf('reset'), replacing('pwdReset', 'TRUE'));
        await client.modify(dnOf('old'), [
          replacing('userPassword', sshaOf(secret)),
          replacing('pwdPolicySubentry', `cn=short,${suffix}`),
        ]);
      });
      const expired = { refused: 'password_expired' };
      expect(await identity.verify('reset', secret, origin)).toEqual(expired);
      expect(await identity.verify('reset', 'no', origin)).toEqual({ refused: 'wrong' });
      // The shortest age is a second.
      await until(async () => {
        const answer = await identity.verify('old', secret, origin);
        return isDeepStrictEqual(answer, expired);
      });
      expect(await identity.verify('old', 'no', origin)).toEqual({ refused: 'wrong' });
    });

    test('says when the password was changed: nothing else ends sessions', async () => {
      const identity = await open(settingsFor(strict));
      const change = (...changes: Change[]) =>
        asAdmin(strict, (client) => client.modify(dnOf('ada'), changes));
      const { subject } = (await userOf(identity, 'ada'))!;
      await change(replacing('userPassword', sshaOf(secret)));
      const before = await identity.find(subject);
      const isOther = async () => (await identity.find(subject))?.credential !== before?.credential;
      await change(replacing('title', 'Countess'));
      expect(await isOther()).toBe(false);
      await until(async () => {
        await change(replacing('userPassword', sshaOf(secret)));
        return isOther();
      });
    });
  });

  test.each([
    ['a password policy', { modules: ['ppolicy'], config: ['overlay ppolicy'] }],
    ['the times of sign-ins', { config: ['lastbind on'] }],
    ['both', { modules: ['ppolicy'], config: ['lastbind on', 'overlay ppolicy'] }],
    ['neither', {}],
  ])('sign-ins and tries of others change no credential with %s', async (_what, more) => {
    const { config = [], modules = [] }: { config?: string[]; modules?: string[] } = more;
    const hasPolicy = modules.length > 0;
    const own = await startSlapd({
      modules,
      config: hasPolicy ? [...config, `ppolicy_default "cn=policy,${suffix}"`] : config,
      entries: [
        ...(hasPolicy
          ? [
              {
                dn: `cn=policy,${suffix}`,
                objectClass: ['device', 'pwdPolicy'],
                cn: 'policy',
                pwdAttribute: 'userPassword',
                pwdLockout: 'TRUE',
                pwdMaxFailure: '100',
              },
            ]
          : []),
        { dn: `ou=people,${suffix}`, objectClass: 'organizationalUnit', ou: 'people' },
        { ...person('ada'), objectClass: 'inetOrgPerson' },
      ],
    });
    closing.push(() => own.close());
    const identity = await open(settingsFor(own));
    const stamp = async () => {
      const client = new Client({ url: own.url });
      await client.bind(service.dn, service.password);
      const { searchEntries } = await client.search(dnOf('ada'), {
        scope: 'base',
        attributes: ['modifyTimestamp'],
      });
      await client.unbind();
      return String(searchEntries[0]?.['modifyTimestamp']);
    };
    expect(await identity.verify('ada', 'no', origin)).toEqual({ refused: 'wrong' });
    const signedIn = (await userOf(identity, 'ada'))!;
    const before = await stamp();
    // Its stamps are of whole seconds: either it changes by a try, or the time has passed.
    const end = Date.now() + 1000;
    await until(async () => {
      expect(await identity.verify('ada', 'no', origin)).toEqual({ refused: 'wrong' });
      expect((await identity.find(signedIn.subject))?.credential).toBe(signedIn.credential);
      expect((await userOf(identity, 'ada'))?.credential).toBe(signedIn.credential);
      return (await stamp()) !== before || Date.now() > end;
    });
  });

  describe('the way to a directory', () => {
    let tls: Slapd;
    beforeAll(async () => {
      tls = await startSlapd({ ...options, isStrict: true });
    });
    afterAll(() => tls.close());

    test('is TLS from the first byte, or StartTLS, with certificates that are trusted', async () => {
      const trusting = { ...settingsFor(tls), LDAP_CA_FILE: certificate.file };
      for (const url of [tls.secureUrl, tls.url, tls.url.replace('127.0.0.1', 'localhost')]) {
        const identity = await open({ ...trusting, LDAP_URL: url });
        expect(await userOf(identity, 'ada')).toMatchObject({ username: 'ada' });
      }
    });

    /** What the backend says when it is opened once, without waiting for the directory. */
    async function faultOf(env: Record<string, string>): Promise<string> {
      const fault = await faultOnOpening(ldapBackend, { ...settingsFor(tls), ...env });
      expect(fault).toMatchObject({ name: 'IdentityError', kind: 'down' });
      return String(fault);
    }

    test('does not begin without TLS where the directory wants it', async () => {
      expect(await faultOf({ LDAP_START_TLS: 'off' })).toContain('13 (confidentialityRequired)');
    });

    test.each([
      ['no certificate that we know', {}],
      ['the certificate of somebody else', { LDAP_CA_FILE: certificate.other }],
    ])('does not begin with %s', async (_what, env) => {
      for (const url of [tls.secureUrl, tls.url]) {
        const fault = await faultOf({ LDAP_START_TLS: 'on', LDAP_URL: url, ...env });
        expect(fault).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
      }
    });

    test('does not begin with the certificate of another host', async () => {
      // All of 127.0.0.0/8 is this machine; the certificate is for 127.0.0.1 alone.
      const url = tls.url.replace('127.0.0.1', '127.0.0.2');
      const secureUrl = tls.secureUrl.replace('localhost', '127.0.0.2');
      for (const other of [url, secureUrl]) {
        const fault = await faultOf({ LDAP_CA_FILE: certificate.file, LDAP_URL: other });
        expect(fault).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
      }
    });

    test('begins with our account, and says what is wrong with it or with the place of people', async () => {
      const env = { LDAP_CA_FILE: certificate.file };
      expect(await faultOf({ ...env, LDAP_BIND_PASSWORD: 'no' })).toContain('LDAP_BIND_DN');
      expect(await faultOf({ ...env, LDAP_BASE_DN: 'dc=nowhere' })).toContain('32 (noSuchObject)');
    });

    test('can change: files are read again, and a bad one leaves the last good state', async () => {
      const own = await startSlapd(options);
      closing.push(() => own.close());
      const files = temporaryFolder({ password: `${service.password}\n`, 'ca.pem': '' });
      copyFileSync(certificate.file, join(files, 'ca.pem'));
      const { LDAP_BIND_PASSWORD: _, ...others } = settingsFor(own);
      const { identity, lines } = await openBackend('ldap', {
        ...others,
        LDAP_URL: own.secureUrl,
        LDAP_CA_FILE: join(files, 'ca.pem'),
        LDAP_BIND_PASSWORD_FILE: join(files, 'password'),
      });
      closing.push(() => identity.close());
      writeFileSync(join(files, 'ca.pem'), 'not PEM');
      await until(async () => {
        expect(await userOf(identity, 'ada')).toMatchObject({ username: 'ada' });
        return lines.length > 0;
      });
      expect(lines).toMatchObject([{ message: expect.stringContaining('last content stays') }]);
      copyFileSync(certificate.file, join(files, 'ca.pem'));
      await asAdmin(own, (client) =>
        client.modify(service.dn, replacing('userPassword', 'another secret')),
      );
      writeFileSync(join(files, 'password'), 'another secret');
      await own.stop();
      await own.start();
      await until(() => identity.ready());
      expect(await userOf(identity, 'ada')).toMatchObject({ username: 'ada' });
      expect(lines).toHaveLength(1);
    });

    test('needs no account where everybody may search', async () => {
      const own = await startSlapd({
        ...options,
        config: [
          ...options.config!,
          'access to attrs=userPassword by anonymous auth by * none',
          'access to * by * read',
        ],
      });
      closing.push(() => own.close());
      const { LDAP_BIND_DN: _, LDAP_BIND_PASSWORD: _password, ...others } = settingsFor(own);
      const identity = await open(others);
      expect(await userOf(identity, 'ada')).toMatchObject({ username: 'ada' });
      expect(await identity.verify('ada', 'no', origin)).toEqual({ refused: 'wrong' });
    });

    test('needs a file that holds certificates', async () => {
      const file = join(temporaryFolder({ 'ca.pem': 'not PEM' }), 'ca.pem');
      await expect(open({ ...given, LDAP_CA_FILE: file })).rejects.toThrow(SettingsError);
    });
  });
}
