import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Identity, IdentityLog } from '../../src/identity/backend.ts';
import { createFileIdentity } from '../../src/identity/file.ts';
import { createIdentity } from '../../src/identity/index.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';
import {
  ada,
  dora,
  foo,
  max,
  password,
  people,
  removeUsersFile,
  replaceUsersFile,
  writeUsersFile,
} from '../support/people.ts';
import { until } from '../support/until.ts';
import { createStoreSwitch } from '../support/store-switch.ts';
import { describeIdentity } from './contract.ts';
import { describeStoreAway } from './contract-away.ts';
import { describeTime } from './contract-time.ts';
import { origin } from '../support/origin.ts';

/** All of "lètmein", by libxcrypt and passlib. */
const bcrypt = '$2b$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG';
const pbkdf2 =
  '$pbkdf2-sha256$1000$LmWMEcI4B2AMgXCOEUKIMQ$KHjTcI5ja.BdyCsSSaXgRRCFB9YghI63m1lz.USr3P8';
const scrypt =
  '$scrypt$ln=4,r=8,p=1$WOvdW+tdSwnhnBOC0ForBQ$+Mp70M5MZ4LbcFRG96vRfuZjNpE7sWR5PQQZZidOkn0';

const files: string[] = [];
const open: Identity[] = [];

afterAll(async () => {
  await Promise.all(open.map((identity) => identity.close()));
  await Promise.all(files.map(removeUsersFile));
});

async function usersFile(entries?: unknown): Promise<string> {
  const file = await writeUsersFile(entries);
  files.push(file);
  return file;
}

interface LogLine {
  level: string;
  details: object;
  message: string;
}

function createLog() {
  const lines: LogLine[] = [];
  const at = (level: string) => (details: object, message: string) => {
    lines.push({ level, details, message });
  };
  const log: IdentityLog = { info: at('info'), warn: at('warn'), error: at('error') };
  return { log, lines };
}

async function start(file: string, mayHaveDemoUsers = false) {
  const { log, lines } = createLog();
  const passwords = createPasswordChecker();
  const checked: string[] = [];
  const changed: string[] = [];
  const identity = await createFileIdentity(file, {
    log,
    mayHaveDemoUsers,
    lookEveryMs: 20,
    credentialsChanged: (subject) => void changed.push(subject),
    passwords: {
      matches(hash, typed, turn) {
        checked.push(hash);
        return passwords.matches(hash, typed, turn);
      },
    },
  });
  open.push(identity);
  return { identity, lines, checked, changed };
}

async function faultsOf(entries: unknown, mayHaveDemoUsers = false): Promise<string> {
  const file = await usersFile(entries);
  const message = await start(file, mayHaveDemoUsers).then(() => 'no fault', String);
  expect(message).toContain(file);
  expect(message).not.toContain('$argon2');
  return message;
}

describeIdentity('a users file', async () =>
  createIdentity(
    {
      backends: ['file'],
      settings: { USERS_FILE: await usersFile() },
      mayHaveDemoUsers: false,
      passwordChecks: { atOnce: 2, waiting: 256 },
    },
    createLog().log,
    () => undefined,
  ),
);

// The file is always there; the switch of the tests must do what stores elsewhere do.
describeStoreAway('a switched user store', async () => {
  const store = createStoreSwitch();
  const { identity } = await start(await usersFile());
  return { ...store, identity: store.over(identity) };
});

describeTime('a users file', async (entries) => (await start(await usersFile(entries))).identity);

describe('a users file at start', () => {
  test.each([
    [
      'a comma too many',
      '[\n  {"subject": "a",}\n]',
      'line 2, column 19: here it stops being JSON',
    ],
    ['an end too early', '[{"subject": "a"}', 'line 1, column 18'],
    ['nothing', '', 'line 1, column 1'],
    ['single quotes', "[\n{'subject': 1}]", 'line 2, column 2'],
    ['a string without end', '[{"subject": "a}]', 'line 1, column 14'],
    ['an unknown escape', '["\\x"]', 'line 1, column 2'],
    ['a number with a leading zero', '[01]', 'line 1, column 3'],
    ['something behind the list', '[] []', 'line 1, column 4'],
    ['brackets without end', '['.repeat(100_000), 'column 102'],
    ['a comment', '[\r\n  // me\r\n]', 'line 2, column 3'],
    ['an object', '{"subject": "a"}', 'it must be a list'],
    ['null', 'null', 'it must be a list'],
  ])('is refused with the place when it has %s', async (_what, json, fault) => {
    expect(await faultsOf(json)).toContain(fault);
  });

  test('is refused when it is not in UTF-8 or cannot be read', async () => {
    const file = await usersFile();
    await writeFile(file, Buffer.from('["J\xFCrgen"]', 'latin1'));
    await expect(start(file)).rejects.toThrow('not in UTF-8');
    await expect(start(dirname(file))).rejects.toThrow('EISDIR');
    await expect(start(`${file}.gone`)).rejects.toThrow('ENOENT');
  });

  test.each([
    ['no object', 'ada', 'must be an object'],
    ['a list', [], 'must be an object'],
    ['no subject', { ...max, subject: undefined }, '"subject" is missing'],
    ['an empty subject', { ...max, subject: '' }, '"subject" must be 1 to 255 characters'],
    ['a number as subject', { ...max, subject: 7 }, '"subject" must be'],
    ['a long subject', { ...max, subject: 's'.repeat(256) }, '"subject" must be'],
    ['no email address', { ...max, email: 'max' }, '"email" must be an email address'],
    ['an empty username', { ...max, username: ' ' }, '"username" must be'],
    ['null as username', { ...max, username: null }, '"username" must be'],
    ['no hash', { ...max, password_hash: undefined }, '"password_hash" is missing'],
    ['a password', { ...max, password_hash: 'secret' }, '"password_hash" must be an argon2id hash'],
    [
      'half a hash',
      { ...max, password_hash: max.password_hash.slice(0, -5) },
      '"password_hash" must',
    ],
    ['argon2d', { ...max, password_hash: max.password_hash.replace('2id', '2d') }, 'an argon2id'],
    ['plain text of Spring', { ...max, password_hash: '{noop}secret' }, 'an argon2id hash, or one'],
    ['MD5', { ...max, password_hash: 'md5$x$3f86d0d3d465b7b458c231bf3555c0e3' }, 'an argon2id'],
    ['a word for disabled', { ...max, disabled: 'yes' }, '"disabled" must be true or false'],
    ['a number as name', { ...max, name: 7 }, '"name" must be text'],
    ['null as name', { ...max, name: null }, '"name" must be text'],
    ['a date as updated_at', { ...max, updated_at: '2024-01-01' }, '"updated_at" must be seconds'],
    ['an address as text', { ...max, address: 'London' }, '"address" must be an object of'],
    ['an odd address', { ...max, address: { city: 'London' } }, '"address" must be an object of'],
    ['a typing error', { ...max, e_mail: 'x' }, '"e_mail" is not a known member'],
    [
      'an inherited name',
      JSON.parse('{"__proto__": 1, "toString": 2}'),
      '"toString" is not a known',
    ],
    ['a list of claims', { ...max, claims: [] }, '"claims" must be an object of further claims'],
    ['a subject as claim', { ...max, claims: { sub: 'x' } }, 'claims, and "sub" cannot be one'],
    ['a standard claim there', { ...max, claims: { name: 'Max' } }, 'and "name" cannot be one'],
    ['a claim of a page', { ...max, claims: { bio: 'x'.repeat(4095) } }, 'JSON: "bio" is too much'],
    ['a hash as member', { ...max, [max.password_hash]: 1 }, 'a member with an odd name'],
    [
      'a demo person',
      { ...max, demo: true },
      '"demo" people are allowed on a loopback address only',
    ],
  ])('is refused with person and member when it has %s', async (_what, entry, fault) => {
    const message = await faultsOf([foo, entry]);
    expect(message).toContain('line 7, person 2: ');
    expect(message).toContain(fault);
  });

  test.each([
    ['subject', { ...max, subject: ada.subject }, '"subject" is taken by person 1'],
    ['email', { ...max, email: 'ADA.STRASSE@example.org' }, '"email" is taken by person 1'],
    ['username', { ...max, username: ' ada ' }, '"username" is taken by person 1'],
    ['username as email', { ...max, username: ada.email }, '"username" is taken by person 1'],
    [
      'username but for what nobody sees',
      { ...max, username: 'a\u200Dd\uFE0Fa\u202E' },
      '"username" is taken by person 1',
    ],
    ['username in full width', { ...max, username: 'ＡＤＡ' }, '"username" is taken by person 1'],
  ])('is refused when two people have one %s', async (_what, entry, fault) => {
    expect(await faultsOf([ada, entry])).toContain(fault);
  });

  test('is refused when two domains differ in how they are written', async () => {
    const inUnicode = { ...foo, email: 'a@bücher.example' };
    for (const email of ['a@xn--bcher-kva.example', 'A@XN--BCHER-KVA.EXAMPLE', 'a@BÜCHER.example'])
      expect(await faultsOf([inUnicode, { ...max, email }])).toContain('is taken by person 1');
  });

  test.each([
    ['memory', 'm=262145,t=1,p=1', 'm=262144'],
    ['memory of gigabytes', 'm=2097152,t=1,p=1', 'm=262144'],
    ['passes', 'm=8,t=21,p=1', 't=20'],
    ['lanes', 'm=1024,t=1,p=17', 'p=16'],
    ['memory times passes', 'm=262144,t=5,p=1', 'm times t 1048576'],
  ])('is refused with the limit when a hash needs too much %s', async (_what, cost, limit) => {
    const password_hash = max.password_hash.replace('m=8,t=1,p=1', cost);
    const message = await faultsOf([foo, { ...max, password_hash }]);
    expect(message).toContain('line 7, person 2: "password_hash" must be an argon2id hash with m=');
    expect(message).toContain(limit);
  });

  test.each([
    [bcrypt.replace('$04$', '$15$'), 'a bcrypt hash with a cost of 14 at most'],
    [`bcrypt$${bcrypt.replace('$04$', '$15$')}`, 'a bcrypt hash with a cost of 14 at most'],
    [pbkdf2.replace('$1000$', '$2000001$'), 'a PBKDF2 hash with 2000000 iterations at most'],
    [scrypt.replace('ln=4', 'ln=19'), 'a scrypt hash with N times r times p 2097152 at most'],
    [
      max.password_hash.replace('2id$v=19$m=8', '2i$v=19$m=262145'),
      'an argon2i hash with m=262144',
    ],
  ])(
    'is refused with the limit of its kind when a hash of others costs too much',
    async (hash, limit) => {
      const message = await faultsOf([foo, { ...max, password_hash: hash }]);
      expect(message).toContain(`line 7, person 2: "password_hash" must be ${limit}`);
      expect(message).not.toContain(hash);
    },
  );

  test('may give claims beside the standard ones', async () => {
    const claims = { groups: ['choir', 'board'], 'https://example.org/level': 3 };
    const { identity } = await start(await usersFile([{ ...max, claims }]));
    expect(await identity.find(max.subject)).toMatchObject({ claims });
  });

  test('signs in people whose hashes others made, each in their own way', async () => {
    const people = [bcrypt, pbkdf2, scrypt, `{bcrypt}${bcrypt}`].map((password_hash, index) => ({
      subject: `s${index}`,
      email: `s${index}@example.org`,
      password_hash,
    }));
    const { identity } = await start(await usersFile(people));
    for (const { subject, email } of people) {
      expect(await identity.verify(email, 'lètmein', origin)).toMatchObject({ user: { subject } });
      for (const wrong of ['letmein', 'lètmein\0', 'lètmein\0lètmein', '', 'x'.repeat(5000)]) {
        expect(await identity.verify(email, wrong, origin)).toEqual({ refused: 'wrong' });
      }
    }
    expect(await identity.verify('nobody', 'lètmein', origin)).toEqual({ refused: 'wrong' });
  });

  test('is warned about when everybody on the machine can read it, and read all the same', async () => {
    const file = await usersFile();
    expect((await start(file)).lines).toEqual([]);
    await chmod(file, 0o644);
    const { identity, lines } = await start(file);
    expect(lines).toEqual([
      { level: 'warn', details: { file }, message: expect.stringContaining('chmod o-r') },
    ]);
    expect(await identity.find(max.subject)).toBeDefined();
  });

  test('is refused with several faults at once, but not with a thousand', async () => {
    expect(await faultsOf([{ ...max, name: 1, email: 2 }, { foo: 3 }])).toMatch(
      /person 1: "email"[^]*person 1: "name"[^]*person 2: "foo" is not/,
    );
    const many = await faultsOf(Array.from({ length: 1000 }, () => 'x'));
    expect(many.split('\n').length).toBeLessThan(30);
    expect(many).toContain('perhaps more');
  });

  test('may be empty, begin with a byte order mark, and repeat a login within one person', async () => {
    const { identity, checked } = await start(await usersFile('\uFEFF[]'));
    expect(await identity.verify(foo.email, 'foobar', origin)).toEqual({ refused: 'wrong' });
    expect(checked).toEqual([]);
    const twice = await start(await usersFile([{ ...max, username: max.email }]));
    expect(await twice.identity.verify(max.email, password, origin)).toHaveProperty('user');
  });

  test('may have demo people on loopback, and does not pass the mark on', async () => {
    const { identity } = await start(await usersFile([{ ...max, demo: true }]), true);
    const proven = await identity.verify(max.email, password, origin);
    expect(proven).toMatchObject({ user: { subject: max.subject, email: max.email } });
    expect(proven).not.toHaveProperty('user.demo');
    await start(await usersFile([{ ...max, demo: false }]));
  });
});

describe('signing in by a users file', () => {
  test('checks one password whoever it is, always the same hash for an unknown login', async () => {
    const { identity, checked } = await start(await usersFile());
    for (const login of ['nobody@example.org', 'NOBODY@example.org', dora.email, max.email]) {
      expect(await identity.verify(login, 'wrong', origin)).toEqual({ refused: 'wrong' });
    }
    expect(checked).toHaveLength(4);
    expect(checked[0]).toBe(checked[1]);
    expect(people.map((person) => person.password_hash)).toContain(checked[0]);
  });

  test('never signs an unknown login in as the person whose hash is checked', async () => {
    const { identity } = await start(await usersFile([max]));
    expect(await identity.verify('nobody', password, origin)).toEqual({ refused: 'wrong' });
    expect(await identity.verify(max.email, password, origin)).toHaveProperty('user');
  });

  test('hands out people that nobody can change', async () => {
    const { identity } = await start(await usersFile());
    const user = await identity.find(ada.subject);
    expect(Object.isFrozen(user) && Object.isFrozen(user?.address)).toBe(true);
  });
});

describe('a users file of many people', () => {
  const crowd = (size: number, more: object = {}) =>
    Array.from({ length: size }, (_, index) => ({
      ...max,
      subject: `s-${index}`,
      email: `number${index}@example.org`,
      ...more,
    }));

  test('signs in as before when all of them have another password', async () => {
    const file = await usersFile(crowd(3_000));
    const { identity, changed } = await start(file);
    await replaceUsersFile(file, crowd(3_000, { password_hash: foo.password_hash }));
    await until(() => changed.length === 3_000);
    expect(new Set(changed).size).toBe(3_000);
    expect(await identity.verify('number2999@example.org', 'foobar', origin)).toHaveProperty(
      'user',
    );
  });

  test('takes the place of the old people at once, when it is whole', async () => {
    const file = await usersFile([foo, ada]);
    const { identity, lines } = await start(file);
    await replaceUsersFile(file, [...crowd(3_000), { ...ada, name: 'Ada' }]);
    for (;;) {
      const [old, first, last] = await Promise.all([
        identity.find(foo.subject),
        identity.find('s-0'),
        identity.find('s-2999'),
      ]);
      expect([old === undefined, first !== undefined]).toEqual(
        last ? [true, true] : [false, false],
      );
      if (last) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await identity.find(ada.subject))?.name).toBe('Ada');
    expect(identity.hasUsernames()).toBe(true);
    expect(lines.map(({ level }) => level)).toEqual(['info']);
  });

  test('finds each of them, and each name that two have', async () => {
    const { identity } = await start(await usersFile(crowd(3_000)));
    for (const index of [0, 1, 1_499, 2_998, 2_999]) {
      const found = await identity.find(`s-${index}`);
      expect(found?.email).toBe(`number${index}@example.org`);
      const login = `NUMBER${index}@example.org`;
      expect(await identity.verify(login, password, origin)).toEqual({ user: found });
    }
    const twice = [...crowd(3_000), { ...max, subject: 's-17', email: 'Number2000@example.org' }];
    const faults = await faultsOf(twice);
    expect(faults).toContain('person 3001: "subject" is taken by person 18');
    expect(faults).toContain('person 3001: "email" is taken by person 2001');
  });

  test('is said to be too many, beyond 10,000, with what is for them', async () => {
    const few = await start(await usersFile(crowd(10_000)));
    expect(few.lines).toEqual([]);
    const { lines } = await start(await usersFile(crowd(10_001)));
    expect(lines).toEqual([
      {
        level: 'warn',
        details: { file: expect.any(String), people: 10_001, use: 'IDENTITY=sql' },
        message: expect.stringContaining('small sites'),
      },
    ]);
  });

  test('has an entry that never ends', async () => {
    const text = JSON.stringify([max, foo]).replace('"subject":"foo', '"subject:"foo');
    expect(await faultsOf(text)).toMatch(/line 1, column \d+: here it stops being JSON/);
    const endless = `[${JSON.stringify(max)},\n{"name": "${'x'.repeat(1024 * 1024)}"}]`;
    expect(await faultsOf(endless)).toContain('line 2, person 2: has more than 1 MiB, or lacks');
  });
});

describe('a users file that changes', () => {
  test('is read again: new people come, disabled ones stay out', async () => {
    const file = await usersFile([foo]);
    const { identity, lines } = await start(file);
    await writeFile(file, JSON.stringify([{ ...foo, disabled: true }, max]));
    await until(() => identity.find(max.subject));
    expect(await identity.verify(foo.email, 'foobar', origin)).toEqual({ refused: 'disabled' });
    expect(lines.at(-1)).toEqual({
      level: 'info',
      details: { file, people: 2 },
      message: 'users file read again',
    });
  });

  test('tells whose credentials count no more: another password, disabled, or removed', async () => {
    const file = await usersFile([foo, ada, max, dora]);
    const { identity, changed } = await start(file);
    const before = await identity.find(max.subject);
    await replaceUsersFile(file, [
      { ...foo, disabled: true },
      { ...max, password_hash: foo.password_hash, name: 'Max' },
      { ...dora, disabled: false },
    ]);
    await until(async () => !(await identity.find(ada.subject)));
    expect(changed.toSorted()).toEqual([ada.subject, foo.subject, max.subject].toSorted());
    const after = await identity.find(max.subject);
    expect(before?.credential).toMatch(/^[\w-]{22}$/);
    expect(after?.credential).not.toBe(before?.credential);
  });

  test('tells nobody when only claims change, or when it is broken', async () => {
    const file = await usersFile([foo, max]);
    const { identity, changed, lines } = await start(file);
    const before = await identity.find(max.subject);
    await replaceUsersFile(file, '[]]');
    await until(() => lines.length === 1);
    await replaceUsersFile(file, [{ ...max, name: 'Max', email: 'm@example.org' }, foo]);
    await until(async () => (await identity.find(max.subject))?.name === 'Max');
    expect(changed).toEqual([]);
    expect((await identity.find(max.subject))?.credential).toBe(before?.credential);
  });

  test('tells whether there are usernames', async () => {
    const file = await usersFile([foo]);
    const { identity } = await start(file);
    expect(identity.hasUsernames()).toBe(false);
    await replaceUsersFile(file, [ada]);
    await until(() => identity.hasUsernames());
  });

  test('is read again after another file took its name', async () => {
    const file = await usersFile([foo]);
    const { identity } = await start(file);
    await replaceUsersFile(file, [max]);
    await until(() => identity.find(max.subject));
    expect(await identity.find(foo.subject)).toBeUndefined();
  });

  test('is read again after a link on its way was turned', async () => {
    const folder = dirname(await usersFile());
    for (const [version, entries] of [
      ['v1', [foo]],
      ['v2', [max]],
    ] as const) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'users.json'), JSON.stringify(entries));
    }
    await symlink('v1', join(folder, 'data'));
    const { identity } = await start(join(folder, 'data', 'users.json'));
    await symlink('v2', join(folder, 'next'));
    await rename(join(folder, 'next'), join(folder, 'data'));
    await until(() => identity.find(max.subject));
  });

  test('keeps the old people while it is broken, says where once, and recovers', async () => {
    const file = await usersFile([foo]);
    const { identity, lines } = await start(file);
    await replaceUsersFile(file, `[${JSON.stringify(foo)},\n ${JSON.stringify(max)}`);
    await until(() => lines.length === 1);
    expect(lines[0]).toMatchObject({
      level: 'error',
      details: { file, faults: [expect.stringMatching(/^line 2, column \d+: here it stops/)] },
    });
    expect(await identity.verify(foo.email, 'foobar', origin)).toHaveProperty('user');

    await replaceUsersFile(file, [foo, { ...max, email: 1 }]);
    await until(() => lines.length === 2);
    expect(lines[1]).toMatchObject({
      details: { faults: ['line 1, person 2: "email" must be an email address'] },
    });
    expect(JSON.stringify(lines)).not.toContain('$argon2');

    await replaceUsersFile(file, [max]);
    await until(() => identity.find(max.subject));
    expect(lines.map(({ level }) => level)).toEqual(['error', 'error', 'info']);
  });

  test('keeps the old people while it is gone, and says so once', async () => {
    const file = await usersFile([foo]);
    const { identity, lines } = await start(file);
    await rm(file);
    await until(() => lines.length === 1);
    await sleep(100);
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).toContain('ENOENT');
    expect(await identity.find(foo.subject)).toBeDefined();
    await writeFile(file, JSON.stringify([max]));
    await until(() => identity.find(max.subject));
  });

  test('is left alone after close', async () => {
    const file = await usersFile([foo]);
    const { identity, lines } = await start(file);
    await identity.close();
    await writeFile(file, JSON.stringify([max]));
    await sleep(100);
    expect(lines).toEqual([]);
    expect(await identity.find(max.subject)).toBeUndefined();
  });
});
