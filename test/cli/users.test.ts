import { execFile } from 'node:child_process';
import { PassThrough, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runUsers } from '../../src/cli/run-users.ts';
import { origin } from '../support/origin.ts';
import { createPasswordChecker } from '../../src/identity/password.ts';
import { createLoginMark } from '../../src/audit/login-mark.ts';
import { foo, max, removeUsersFile, writeUsersFile } from '../support/people.ts';

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

function collect() {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString() };
}

/** Runs the command with a pipe as standard input. */
async function run(args: string[], input: string | Buffer = '', env = {}) {
  const stdout = collect();
  const stderr = collect();
  const streams = { stdout: stdout.stream, stderr: stderr.stream };
  const code = await runUsers(
    args,
    { stdin: Readable.from([Buffer.from(input)]), ...streams },
    env,
  );
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

/** Runs the command with something like a terminal, and types an answer at each question. */
async function runWithTerminal(answers: string[]) {
  const rawModes: boolean[] = [];
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (isRaw: boolean) => rawModes.push(isRaw),
  });
  const stdout = collect();
  const stderr = collect();
  const left = [...answers];
  stderr.stream.on('data', (chunk: Buffer) => {
    const answer = String(chunk).endsWith(': ') ? left.shift() : undefined;
    if (answer !== undefined) stdin.write(answer);
  });
  const streams = { stdin, stdout: stdout.stream, stderr: stderr.stream };
  const code = await runUsers(['hash'], streams);
  return { code, stdout: stdout.text(), stderr: stderr.text(), rawModes };
}

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
    const args = ['--import', 'tsx', 'src/cli/users.ts', 'hash', '--stdin'];
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
    expect(stderr).toBe('Without a terminal, use hash --stdin.\n');
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
      code: 1,
      stderr: expect.stringContaining('ENOENT'),
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
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toContain('COOKIE_SECRET');
      expect(stderr).not.toContain('short');
    }
  });
});

describe('users', () => {
  test('explains itself', async () => {
    for (const args of [['--help'], ['-h'], ['hash', '--help']]) {
      const { code, stdout, stderr } = await run(args);
      expect([code, stderr]).toEqual([0, '']);
      expect(stdout).toContain('npm run -s users -- hash');
    }
  });

  test.each([
    [[], 'Say what to do: hash, check or mark.'],
    [['frob'], 'There is no command "frob"'],
    [['hash', '--frob'], 'hash takes nothing but --stdin'],
    [['hash', 'secret'], 'hash takes nothing but --stdin'],
    [['check'], 'check needs the path of one users file.'],
    [['mark'], 'mark needs one login'],
    [['mark', 'a', 'b'], 'mark needs one login'],
    [['check', 'a', 'b'], 'check needs the path of one users file.'],
  ])('answers %j with one sentence that does not repeat a password', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
    expect(stderr).not.toContain('secret');
    expect(stderr.split('\n')).toHaveLength(2);
  });
});
