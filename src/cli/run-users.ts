import type { Writable } from 'node:stream';
import { readSettings, type Environment } from '@portico/settings';
import { settingsFor } from '../config.ts';
import { hashPassword } from '../identity/password.ts';
import { readUsersFile } from '../identity/users-file.ts';
import { createLoginMark } from '../audit/login-mark.ts';
import { askPassword, InputError, readAll, type Input } from './read-password.ts';

/** The streams of a process, or of a test. */
export interface Streams {
  stdin: Input;
  stdout: Writable;
  stderr: Writable;
}

const help = `Helps to write a users file, and to find people in the audit trail.

  npm run -s users -- hash           asks for a password and prints its hash
  npm run -s users -- hash --stdin   reads the password from the standard input;
                                     one line break at its end is dropped
  npm run -s users -- check FILE     lists what is wrong in a users file
  npm run -s users -- mark LOGIN     prints how the audit trail names this login;
                                     needs the COOKIE_SECRET of the app

With -s, npm prints no header of its own.
`;

/**
 * Runs one command. Results go to `stdout`, questions and errors to `stderr`.
 * @param env the settings of the app, which only `mark` needs
 * @returns the exit code: 0 done, 1 wrong input, 2 wrong usage, 130 stopped by Ctrl-C
 */
export async function runUsers(
  args: string[],
  { stdin, stdout, stderr }: Streams,
  env: Environment = {},
): Promise<number> {
  const [command, ...rest] = args;
  try {
    if (args.some((arg) => arg === '--help' || arg === '-h')) {
      stdout.write(help);
    } else if (command === 'hash' && rest.every((arg) => arg === '--stdin')) {
      const password = rest.length > 0 ? await readAll(stdin) : await askPassword(stdin, stderr);
      stdout.write(`${await hashPassword(password)}\n`);
    } else if (command === 'check' && rest.length === 1) {
      stdout.write(await checkUsersFile(String(rest[0])));
    } else if (command === 'mark' && rest.length === 1) {
      stdout.write(`${markOf(String(rest[0]), env)}\n`);
    } else {
      stderr.write(`${misunderstanding(command)} See --help.\n`);
      return 2;
    }
    return 0;
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof InputError ? error.exitCode : 1;
  }
}

async function checkUsersFile(file: string): Promise<string> {
  const people = await readUsersFile(file, true);
  const demos = people.filter(({ isDemo }) => isDemo).length;
  const note = demos > 0 ? `, ${demos} of them for demonstration on localhost only` : '';
  return `${file} is correct: ${people.length} people${note}.\n`;
}

/** @throws SettingsError when COOKIE_SECRET is missing or too short */
function markOf(login: string, env: Environment): string {
  const { COOKIE_SECRET } = settingsFor(env);
  return createLoginMark(readSettings({ COOKIE_SECRET }, env).values.COOKIE_SECRET)(login);
}

function misunderstanding(command: string | undefined): string {
  if (command === undefined) return 'Say what to do: hash, check or mark.';
  if (command === 'hash') {
    return 'hash takes nothing but --stdin: a password typed here would stay in the shell history.';
  }
  if (command === 'mark') return 'mark needs one login: an email address or a username.';
  if (command === 'check') return 'check needs the path of one users file.';
  return `There is no command ${JSON.stringify(command)}, only hash, check and mark.`;
}
