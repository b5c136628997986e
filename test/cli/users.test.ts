import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { origin } from '../support/origin.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';
import { createLoginMark } from '../../src/audit/login-mark.ts';
import { foo, max, removeUsersFile, writeUsersFile } from '../support/people.ts';
import { runPortico } from '../support/portico.ts';

const hashLine = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$\S+\n$/;
const files: string[] = [];

afterAll(async () => {
  await Promise.all(files.map(removeUsersFile));
});

async function usersFile(entries: unknown): Promise<string> {
  const file = await writeUsersFile(entries);
  files.push(file);
  return file;
}

/** Runs a command about people with a pipe as standard input. */
const run = async (args: string[], input: string | Buffer = '', env = {}) =>
  runPortico(['users', ...args], { input, env });

/** With something like a terminal, and an answer typed at each question. */
const runWithTerminal = async (answers: string[]) => runPortico(['users', 'hash'], { answers });

async function isHashOf(line: string, password: string): Promise<boolean> {
  expect(line).toMatch(hashLine);
  return createPasswordChecker().matches(line.trim(), password, origin.turn);
}

describe('users hash --stdin', () => {
  test.each([
    ['one letter', 'x', 'x'],
    ['a line', 'correct horse\n', 'correct horse'],
    ['a line of Windows', 'correct horse\r\n', 'correct horse'],
    ['space at its ends and two line breaks', ' a \n\n', ' a \n'],
    ['a very long one', 'p'.repeat(100_000), 'p'.repeat(100_000)],
    ['letters of all kinds', 'пароль 🐎', 'пароль 🐎'],
  ])('prints the hash and nothing else for %s', async (_what, input, password) => {
    const { code, stdout, stderr } = await run(['hash', '--stdin'], input);
    expect([code, stderr]).toEqual([0, '']);
    expect(await isHashOf(stdout, password)).toBe(true);
  });

  test('refuses nothing at all, and what is not in UTF-8', async () => {
    for (const input of ['', '\n', Buffer.from([0xff, 0xfe, 0x41])]) {
      const { code, stdout, stderr } = await run(['hash', '--stdin'], input);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(/^The password is (empty|not in UTF-8)\.\n$/);
    }
  });

  test('works as a program, with the hash alone on its standard output', async () => {
    const args = ['--import', 'tsx', 'src/cli/portico.ts', 'users', 'hash', '--stdin'];
    const child = promisify(execFile)(process.execPath, args);
    child.child.stdin?.end('correct horse\n');
    const { stdout, stderr } = await child;
    expect(stderr).toBe('');
    expect(await isHashOf(stdout, 'correct horse')).toBe(true);
  }, 30_000);
});

describe('users hash at a terminal', () => {
  test('asks twice, shows nothing of what is typed, and leaves the terminal as it was', async () => {
    const result = await runWithTerminal(['correct hors\u007Fse\r', 'correct horse\r']);
    expect(result.stderr).toBe('Password: \nRepeat it: \n');
    expect(await isHashOf(result.stdout, 'correct horse')).toBe(true);
    expect(result.rawModes).toEqual([true, false]);
  });

  test.each([
    ['the two differ', ['one\r', 'two\r'], 1, 'The two passwords are not the same.'],
    ['nothing is typed', ['\r', '\r'], 1, 'The password is empty.'],
    ['Ctrl-C is typed', ['secre\u0003'], 130, 'Stopped'],
    ['Ctrl-C is typed at the second question', ['secret\r', 'sec\u0003'], 130, 'Stopped'],
    ['Ctrl-D is typed', ['\u0004'], 1, 'Stopped'],
  ])('prints no hash and restores the terminal when %s', async (_what, answers, code, sentence) => {
    const result = await runWithTerminal(answers);
    expect([result.code, result.stdout]).toEqual([code, '']);
    expect(result.stderr).toContain(sentence);
    expect(result.stderr).not.toContain('sec');
    expect(result.rawModes.at(-1)).toBe(false);
  });

  test('says what to do when there is no terminal', async () => {
    const { code, stdout, stderr } = await run(['hash'], 'correct horse\n');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe('There is no terminal to ask for a password: pipe it in with --stdin.\n');
  });
});

describe('users check', () => {
  test('counts the people of a correct file', async () => {
    const file = await usersFile([foo, { ...max, demo: true }]);
    const { code, stdout } = await run(['check', file]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${file} is correct: 2 people, 1 of them for demonstration on localhost only.\n`,
    );
  });

  test('lists the faults of one that is not', async () => {
    const { code, stdout, stderr } = await run(['check', await usersFile([foo, { mail: 1 }])]);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('line 7, person 2: "subject" is missing\n');
    expect(stderr).toContain('line 7, person 2: "mail" is not a known member\n');
    expect(await run(['check', '/nowhere/users.json'])).toMatchObject({
      code: 2,
      stderr: '/nowhere/users.json cannot be read: it does not exist.\n',
    });
  });
});

describe('users mark', () => {
  const COOKIE_SECRET = `${'new-'.repeat(8)},${'old-'.repeat(8)}`;

  test('prints the mark that the audit trail has, by the first secret', async () => {
    const { code, stdout, stderr } = await run(['mark', ' FOO@bar.com'], '', { COOKIE_SECRET });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(`${createLoginMark(['new-'.repeat(8)])(foo.email)}\n`);
  });

  test('needs the secret, and does not show one that is wrong', async () => {
    for (const env of [{}, { COOKIE_SECRET: 'short' }]) {
      const { code, stdout, stderr } = await run(['mark', 'ada'], '', env);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toContain('COOKIE_SECRET');
      expect(stderr).not.toContain('short');
    }
  });
});

describe('users', () => {
  test.each([
    [[], 'Say what to do with users: '],
    [['frob'], 'Say what to do with users: '],
    [['hash', '--frob'], 'users hash has no option --frob'],
    [['hash', 'secret'], 'A password typed here would stay in the history'],
    [['check'], 'users check needs FILE'],
    [['mark'], 'users mark needs LOGIN'],
    [['mark', 'a', 'b'], 'users mark takes only LOGIN'],
    [['check', 'a', 'b'], 'users check takes only FILE'],
  ])('answers %j with one sentence that does not repeat a password', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('secret');
    expect(stderr.split('\n')).toHaveLength(2);
  });
});
