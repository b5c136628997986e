/** `portico users …` on real databases: what an operator does with people, one by one and by files. */
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { databaseAddress, openDatabase } from '@portico/database';
import { sql } from 'kysely';
import { testDatabases } from '@portico/database/testing';
import * as hashesOfOthers from '../../packages/password-hashes/test/hashes-of-others.ts';
import { createPasswordChecker, isAffordableHash } from '../../src/identity/password.ts';
import { personBy } from '../../src/identity/sql-people.ts';
import type { PeopleTables } from '../../src/identity/sql-tables.ts';
import { origin } from '../support/origin.ts';
import { ada, dora } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

// Each command opens the database, which takes PGlite a second on a busy machine.
jest.setTimeout(120_000);

type Options = Parameters<typeof runPortico>[1];

const subjectLine = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\n$/;
const log = { info() {}, warn() {} };

/** Every kind of hash that can be taken, each in a form of its own. */
const hashes = Object.values(hashesOfOthers)
  .flat()
  .map(([, , hash]) => hash)
  .filter(isAffordableHash);

/** People who need every way of a file to hold them. */
const nasty = [
  ada,
  dora,
  ...hashes.map((password_hash, index) => ({
    subject: `hash-${index}`,
    username: `=hash ${index}`,
    password_hash,
  })),
  {
    subject: '+1',
    email: 'plus+tag@example.org',
    name: 'two\r\nlines, "quoted"; =1',
    given_name: '',
    updated_at: 0,
    email_verified: false,
    claims: { groups: ['choir', null, { deep: '@x' }], 'odd name': '-1', 数: 1.5 },
  },
  { subject: 'no password', email: 'nobody@例え.jp', phone_number: '+81 3-1234-5678' },
];

const byLines = (people: object[]) =>
  people.map((person) => `${JSON.stringify(person)}\n`).join('');

describe.each(testDatabases())('people on $name', (home) => {
  let url: string;
  const folder = temporaryFolder({});
  afterAll(() => home.close());

  /** Runs `portico users …`. */
  const users = async (args: string[], options: Options = {}) =>
    runPortico(['users', ...args], { ...options, env: { DATABASE_URL: url, ...options.env } });

  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };

  async function matches(login: string, password: string): Promise<boolean> {
    const database = await openDatabase(databaseAddress(url)!, { log });
    const person = await personBy(database.kysely<PeopleTables>(), login);
    await database.close();
    return createPasswordChecker().matches(person?.passwordHash ?? '', password, origin.turn);
  }

  const exported = async (format: string): Promise<string> => {
    const { code, stdout, stderr } = await users(['export', '--format', format]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };

  describe('one by one', () => {
    beforeAll(async () => {
      url = await home.fresh();
    });

    test('need tables, which add makes and the others ask for', async () => {
      const { code, stdout, stderr } = await users(['list']);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toBe('The database has no tables of Portico yet: run portico migrate.\n');
    });

    test('are added with a password from a pipe, and can sign in by each of their logins', async () => {
      const claims = ['--claim', 'name=Ada Lindqvist', '--claim', 'email_verified:=true'];
      const more = ['--claim', 'groups:=["choir"]', '--claim', 'team=a=b'];
      const added = await users(
        ['add', '--email', 'Ada@Example.org', '--username', 'ada', ...claims, ...more, '--stdin'],
        { input: 'correct horse\n' },
      );
      expect([added.code, added.stderr]).toEqual([0, '']);
      expect(added.stdout).toMatch(subjectLine);
      expect(await matches(' ADA@example.org', 'correct horse')).toBe(true);
      expect(await matches('ada', 'correct horse')).toBe(true);
      const shown = await users(['show', 'ada', '--json']);
      expect(JSON.parse(shown.stdout)).toEqual({
        subject: added.stdout.trim(),
        email: 'Ada@Example.org',
        username: 'ada',
        name: 'Ada Lindqvist',
        email_verified: true,
        claims: { groups: ['choir'], team: 'a=b' },
        disabled: false,
        has_password: true,
        created_at: expect.any(String),
        changed_at: expect.any(String),
      });
    });

    test('are asked for their password at a terminal, without an echo', async () => {
      const { code, stdout, stderr, rawModes } = await users(
        ['add', '--email', 'bo@example.org', '--subject', 'bo-1'],
        { answers: ['hush hush\r', 'hush hush\r'] },
      );
      expect([code, stdout, stderr]).toEqual([0, 'bo-1\n', 'Password: \nRepeat it: \n']);
      expect(rawModes.at(-1)).toBe(false);
      expect(await matches('bo@example.org', 'hush hush')).toBe(true);
    });

    test('get a password that is shown once, a hash of theirs, or none', async () => {
      const made = await users(['add', '--username', 'cleo', '--generate', '--json']);
      const { password } = JSON.parse(made.stdout) as { password: string };
      expect(password).toMatch(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/);
      expect(await matches('cleo', password)).toBe(true);
      const input = `${ada.password_hash}\n`;
      expect(await users(['add', '--username', 'dan', '--hash-stdin'], { input })).toMatchObject({
        code: 0,
      });
      expect(await matches('dan', 'correct horse')).toBe(true);
      await users(['add', '--email', 'eve@example.org', '--no-password', '--disabled']);
      const { stdout } = await users(['show', 'eve@example.org']);
      expect(stdout).toMatch(/disabled +true\n/);
      expect(stdout).toMatch(/has_password +false\n/);
    });

    test.each([
      [['--email', 'ADA@EXAMPLE.ORG', '--generate'], 1, '"email" is taken by the person with'],
      [['--username', 'bo@example.org', '--generate'], 1, '"username" is taken by the person with'],
      [
        ['--email', 'x@example.org', '--subject', 'bo-1', '--generate'],
        1,
        'The subject "bo-1" is taken.',
      ],
      [['--generate'], 2, 'users add needs --email or --username'],
      [['--email', 'nobody', '--generate'], 2, '"email" must be an email address.'],
      [['--username', 'x', '--claim', 'sub=1', '--generate'], 2, 'cannot be one'],
      [['--username', 'x', '--claim', 'email=1', '--generate'], 2, '"email" is not set by --claim'],
      [['--username', 'x', '--claim', 'hush', '--generate'], 2, '--claim must be NAME=VALUE'],
      [
        ['--username', 'x', '--claim', 'a:={', '--generate'],
        2,
        'What comes after "a:=" must be JSON.',
      ],
      [['--username', 'x', '--claim', 'a=1', '--claim', 'a=2', '--generate'], 2, 'only once'],
      [
        ['--username', 'x', '--generate', '--stdin'],
        2,
        '--stdin and --generate exclude each other.',
      ],
      [['--username', 'x', '--generate', '--no-password'], 2, 'exclude each other.'],
      [['--username', 'x', '--hash-stdin'], 2, 'The hash must be an argon2id hash'],
      [['--username', 'x', '--subject', ''], 2, '"subject" must be 1 to 255 characters.'],
      [['--username', 'x', 'hush'], 2, 'A password typed here would stay in the history'],
      [['--username', 'x'], 2, 'There is no terminal to ask for a password'],
    ])('are not added when something is wrong: %j', async (args, exit, sentence) => {
      const { code, stdout, stderr } = await users(['add', ...args], { input: 'hush' });
      expect([code, stdout]).toEqual([exit, '']);
      expect(stderr).toContain(sentence);
      expect(stderr).not.toContain('hush');
      expect(stderr.trim().split('\n')).toHaveLength(1);
    });

    test('are listed, a few or those with a text, and never with their hashes', async () => {
      const { stdout } = await users(['list']);
      expect(stdout).toMatch(/^SUBJECT +EMAIL +USERNAME +STATE +NAME\n/);
      expect(stdout).toMatch(/bo-1 +bo@example\.org +- +active +-\n/);
      expect(stdout).toMatch(/eve@example\.org +- +disabled/);
      expect(stdout).not.toContain('argon2');
      const json = await users(['list', '--json']);
      expect(json.stdout).not.toContain('argon2');
      const all = JSON.parse(json.stdout) as { subject: string }[];
      expect(all).toHaveLength(5);
      const [first, second, third] = all.map(({ subject }) => subject);
      const some = await users(['list', '--after', first!, '--limit', '2', '--json']);
      expect(
        (JSON.parse(some.stdout) as { subject: string }[]).map(({ subject }) => subject),
      ).toEqual([second, third]);
      const found = await users(['list', 'LINDQ', '--json']);
      expect(JSON.parse(found.stdout)).toMatchObject([{ username: 'ada' }]);
      expect(await users(['list', '100%'])).toMatchObject({
        code: 0,
        stderr: 'There are no people.\n',
      });
      expect(await users(['list', '--limit', '0'])).toMatchObject({ code: 2 });
    });

    test('get another password, are disabled and enabled, and it is noted that their sign-ins end', async () => {
      const changed = await users(['set-password', 'bo@example.org', '--stdin'], { input: 'new' });
      expect([changed.code, changed.stderr]).toEqual([0, 'The password is changed.\n']);
      expect(await matches('bo@example.org', 'new')).toBe(true);
      const made = await users(['set-password', '--subject', 'bo-1', '--generate']);
      expect(await matches('bo@example.org', made.stdout.trim())).toBe(true);
      expect((await users(['disable', 'ADA'])).stderr).toContain('is now disabled.\n');
      expect((await users(['disable', 'ada'])).stderr).toContain('was already disabled.\n');
      const json = await users(['show', 'ada', '--json']);
      expect(JSON.parse(json.stdout)).toMatchObject({ disabled: true });
      expect((await users(['enable', 'ada'])).stderr).toContain('is now enabled.\n');
      const database = await openDatabase(databaseAddress(url)!, { log });
      const noted = await database
        .kysely<PeopleTables>()
        .selectFrom('portico_people_changes')
        .select('subject')
        .execute();
      await database.close();
      const { subject } = JSON.parse(json.stdout) as { subject: string };
      expect(noted.map((row) => row.subject).toSorted()).toEqual([subject, 'bo-1'].toSorted());
    });

    test('are removed after a question', async () => {
      const asked = await users(['remove', 'bo@example.org'], { answers: ['n\r'] });
      expect(asked.code).toBe(1);
      expect(asked.stderr).toContain('Remove bo-1 (bo@example.org)? [y/N] ');
      expect(asked.stderr).toContain('Nothing was changed.\n');
      expect((await users(['remove', 'bo@example.org'])).code).toBe(2);
      const removed = await users(['remove', '--subject', 'bo-1', '--yes', '--json']);
      expect(JSON.parse(removed.stdout)).toEqual({ subject: 'bo-1', removed: true });
      expect(await matches('bo@example.org', 'new')).toBe(false);
    });

    test.each([
      ['show', 3, 'There is nobody with the login "zoe".'],
      ['set-password', 3, 'There is nobody with the login "zoe".'],
      ['disable', 3, 'There is nobody with the login "zoe".'],
      ['remove', 3, 'There is nobody with the login "zoe".'],
    ])('who are not there are not found: %s', async (command, exit, sentence) => {
      expect(await users([command, 'zoe'])).toMatchObject({
        code: exit,
        stdout: '',
        stderr: `${sentence}\n`,
      });
      expect((await users([command])).stderr).toMatch(/^Name one person: /);
      expect((await users([command, 'zoe', '--subject', 'x'])).code).toBe(2);
    });
  });

  describe('by files', () => {
    test.each(['csv', 'jsonl'])(
      'come back from %s as they were, every kind of hash included',
      async (format) => {
        url = await home.fresh();
        const first = await users(['import', file('people.jsonl', byLines(nasty))]);
        expect(first).toMatchObject({
          code: 0,
          stdout: `Added: ${nasty.length}. Updated: 0. Unchanged: 0. Refused: 0.\n`,
          stderr: '',
        });
        const written = await exported(format);
        const whole = await exported('jsonl');
        const again = await users(['import', '-', '--format', format], { input: written });
        expect(again.stdout).toContain(
          `Added: 0. Updated: 0. Unchanged: ${nasty.length}. Refused: 0.`,
        );
        url = await home.fresh();
        const moved = await users(['import', file(`moved.${format}`, written)]);
        expect(moved.stdout).toContain(`Added: ${nasty.length}.`);
        expect(await exported('jsonl')).toBe(whole);
        const people = whole
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as { subject: string });
        const expected = nasty.map((person): { subject: string; disabled?: boolean } => ({
          ...person,
        }));
        for (const person of expected) if (person.disabled === false) delete person.disabled;
        const bySubject = (list: { subject: string }[]) =>
          Object.fromEntries(list.map((person) => [person.subject, person]));
        expect(bySubject(people)).toEqual(bySubject(expected));
      },
    );

    test('lose only the rows that are wrong, each named with its line', async () => {
      url = await home.fresh();
      await users(['add', '--email', 'taken@example.org', '--subject', 't', '--no-password']);
      const lines = [
        'subject,email,username,password_hash,name',
        'a,ada@example.org,ada,,Ada',
        'b,nobody,,,', // line 3
        'c,cleo@example.org,,secret,', // line 4
        'd,"dan,x', // line 5
        'e,TAKEN@example.org,,,', // line 6
        'a,eve@example.org,,,', // line 7
        'f,Ada@Example.org,,,', // line 8
        'g,,,,Nobody', // line 9
        'h,hal@example.org,,$2b$31$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy,', // line 10
        'i,ivy@example.org,,,', // line 11
        't,other@example.org,,,', // line 12
      ];
      const path = file('wrong.csv', `${lines.join('\n')}\n`);
      const { code, stdout, stderr } = await users(['import', path]);
      expect([code, stdout]).toEqual([1, 'Added: 2. Updated: 0. Unchanged: 0. Refused: 9.\n']);
      expect(stderr.split('\n')).toEqual([
        expect.stringMatching(/^line 3: "email" must be an email address$/),
        expect.stringMatching(/^line 4: "password_hash" must be an argon2id hash/),
        expect.stringMatching(/^line 5: its quotes are wrong/),
        expect.stringMatching(/^line 6: "email" is taken by the person with the subject "t"$/),
        expect.stringMatching(/^line 7: "subject" stands in line 2 too$/),
        expect.stringMatching(/^line 8: "email" stands in line 2 too$/),
        expect.stringMatching(/^line 9: it has neither an email address nor a username$/),
        expect.stringMatching(/^line 10: "password_hash" must be /),
        expect.stringMatching(/^line 12: the person is there with another "email" \(--update/),
        '',
      ]);
      expect(stderr).not.toContain('secret');
      const json = await users(['import', path, '--json']);
      expect(json.code).toBe(1);
      const report = JSON.parse(json.stdout) as { refusals: { line: number; reason: string }[] };
      expect(report).toMatchObject({
        added: 0,
        updated: 0,
        unchanged: 2,
        refused: 9,
        complete: true,
      });
      expect(report.refusals.map(({ line }) => line)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 12]);
    });

    test('lose only the row that the database does not take', async () => {
      url = await home.fresh();
      await users(['add', '--username', 'first', '--no-password']);
      const database = await openDatabase(databaseAddress(url)!, { log });
      const limit = "alter table portico_people add check (name <> 'Nobody')";
      await sql.raw(limit).execute(database.kysely<PeopleTables>());
      await database.close();
      const input = 'subject,username,name\na,a,A\nb,b,Nobody\nc,c,C\n';
      const { code, stdout, stderr } = await users(['import', '-', '--format', 'csv'], { input });
      expect([code, stdout]).toEqual([1, 'Added: 2. Updated: 0. Unchanged: 0. Refused: 1.\n']);
      expect(stderr).toBe('line 3: the database does not take it (23514)\n');
    });

    test('change people only with --update, only what is given, and sign out whose password changed', async () => {
      url = await home.fresh();
      const [one, two] = hashes as [string, string];
      await users(['import', '-', '--format', 'jsonl'], {
        input: byLines([
          {
            subject: 'a',
            email: 'a@example.org',
            name: 'A',
            password_hash: one,
            claims: { x: 1, y: 2 },
          },
          { subject: 'b', email: 'b@example.org', name: 'B', password_hash: one },
          { subject: 'c', email: 'c@example.org', name: 'C', password_hash: one },
        ]),
      });
      const change = byLines([
        { subject: 'a', email: 'b@example.org' },
        { subject: 'a2', email: 'b@example.org' },
        { email: 'B@EXAMPLE.ORG', name: 'Bea', password_hash: two },
        { subject: 'c', email: null, username: 'cc', name: null, claims: { z: [0] } },
      ]);
      const refused = await users(['import', '-', '--format', 'jsonl'], { input: change });
      expect(refused.stdout).toBe('Added: 0. Updated: 0. Unchanged: 0. Refused: 4.\n');
      const kept = await users(
        ['import', '-', '--format', 'jsonl', '--update', '--keep-passwords'],
        {
          input: byLines([{ subject: 'a', password_hash: two, claims: { x: null, y: 2 } }]),
        },
      );
      expect(kept.stdout).toContain('Updated: 1.');
      const changed = await users(['import', '-', '--format', 'jsonl', '--update'], {
        input: change,
      });
      expect(changed.stdout).toBe('Added: 0. Updated: 1. Unchanged: 0. Refused: 3.\n');
      const people = (await exported('jsonl'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(people).toEqual([
        { subject: 'a', email: 'a@example.org', name: 'A', password_hash: one, claims: { y: 2 } },
        { subject: 'b', email: 'b@example.org', name: 'B', password_hash: one },
        { subject: 'c', username: 'cc', password_hash: one, claims: { z: [0] } },
      ]);
    });

    test.each([
      ['a column that nobody knows', 'x.csv', 'subject,mail\n', 'The column "mail" is unknown.'],
      ['passwords', 'x.csv', 'subject,password\n', 'Passwords are not taken'],
      ['no list', 'x.json', '{"subject":"a"}', 'It must be a list: [ … ].'],
      ['UTF-16', 'x.jsonl', Buffer.from('\ufeff{}', 'utf16le'), 'It is in UTF-16'],
    ])('are not touched when a file has %s', async (_what, name, content, sentence) => {
      const { code, stdout, stderr } = await users(['import', file(name, content)]);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain(sentence);
    });

    test('come from a users file too, as far as it is JSON', async () => {
      url = await home.fresh();
      const demo = { subject: 'demo', email: 'demo@example.org', demo: true };
      const list = JSON.stringify([ada, demo, dora, 5], undefined, 1);
      const whole = await users(['import', file('users.json', list)]);
      expect([whole.code, whole.stdout]).toEqual([
        1,
        'Added: 2. Updated: 0. Unchanged: 0. Refused: 2.\n',
      ]);
      expect(whole.stderr).toMatch(/^line 34: "demo" people are for a users file/);
      expect(whole.stderr).toContain(': it must be an object: { … }\n');
      const broken = await users(['import', file('users.json', `[${JSON.stringify(ada)},}`)]);
      expect([broken.code, broken.stdout]).toEqual([
        1,
        'Added: 0. Updated: 0. Unchanged: 1. Refused: 1.\n',
      ]);
      expect(broken.stderr).toBe('line 1: it stops being JSON here: nothing was read after this\n');
    });

    test('go into a new file for its owner alone, without hashes if that is asked for', async () => {
      const path = join(folder, 'all.csv');
      const { code, stdout, stderr } = await users(['export', path]);
      expect([code, stdout, stderr]).toEqual([0, '', `${path}: 2 people.\n`]);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      const again = await users(['export', path]);
      expect([again.code, again.stderr]).toEqual([
        2,
        `${path} cannot be written: it exists already.\n`,
      ]);
      const bare = await users(['export', '--format', 'csv', '--without-hashes']);
      expect(bare.stdout).toContain(ada.subject);
      expect(bare.stdout).not.toContain('argon2id');
      expect((await users(['export'])).stderr).toContain('Say by --format');
    });

    test('are counted on a terminal, and an import that was stopped goes on', async () => {
      url = await home.fresh();
      const some = (count: number) =>
        byLines(
          Array.from({ length: count }, (_none, index) => ({
            subject: `s${index}`,
            username: `u${index}`,
          })),
        );
      const path = file('many.jsonl', some(2_000));
      const stopped = await users(['import', path], {
        isOutputPiped: true,
        interruptAt: '\rAdded: ',
      });
      expect(stopped.code).toBe(130);
      expect(stopped.stderr).toContain('Stopped: run the same command again to go on.\n');
      const [, before] = /^Added: (\d+)\./.exec(stopped.stdout) ?? [];
      expect(Number(before)).toBeGreaterThan(0);
      expect(Number(before)).toBeLessThan(2_000);
      const all = await users(['import', path], { isOutputPiped: true });
      expect(all.stdout).toBe(
        `Added: ${2_000 - Number(before)}. Updated: 0. Unchanged: ${before}. Refused: 0.\n`,
      );
      expect(all.stderr).toContain('\rAdded: ');
      expect(all.stderr.endsWith('\r\u001b[K')).toBe(true);
    });

    test('find their tables by migrate, which does nothing twice', async () => {
      url = await home.fresh();
      const migrate = async (args: string[], env = {}) =>
        runPortico(['migrate', ...args], { env: { DATABASE_URL: url, ...env } });
      const first = await migrate([]);
      expect(first.code).toBe(0);
      expect(first.stdout).toMatch(/^people: done: 2026-11-27-people\.\nstate: done: .+\.\n$/);
      expect((await users(['list'])).stderr).toBe('There are no people.\n');
      const again = await migrate(['--json']);
      expect(JSON.parse(again.stdout)).toEqual({ people: [], state: [] });
      const openid = { IDENTITY: 'openid', STATE: 'memory' };
      expect((await migrate([], openid)).stdout).toMatch(/^openid: done: .+\.\n$/);
    });
  });
});

test('people elsewhere are not managed here', async () => {
  const nowhere = await runPortico(['users', 'list']);
  expect([nowhere.code, nowhere.stderr]).toEqual([
    2,
    expect.stringContaining('DATABASE_URL is not'),
  ]);
  expect((await runPortico(['migrate'])).code).toBe(2);
  const env = { DATABASE_URL: 'postgres://u:hush@localhost:1/x', PEOPLE_BY_LOGIN: 'select 1' };
  const yours = await runPortico(['users', 'list'], { env });
  expect([yours.code, yours.stderr]).toEqual([
    2,
    'PEOPLE_BY_LOGIN is set: people are in tables of your own, and are managed there.\n',
  ]);
  const away = await runPortico(['users', 'list'], { env: { DATABASE_URL: env.DATABASE_URL } });
  expect([away.code, away.stdout]).toEqual([1, '']);
  expect(away.stderr).toMatch(/^No connection to the database: /);
  expect(away.stderr).not.toContain('hush');
});
