import type { Writable } from 'node:stream';
import { hashPassword } from '../identity/password.ts';
import { readUsersFile } from '../identity/users-file.ts';
import { askPassword, InputError, readAll, type Input } from './read-password.ts';

/** The streams of a process, or others of their kind. */
export interface Streams {
  stdin: Input;
  stdout: Writable;
  stderr: Writable;
}

const help = `Makes and checks what a users file needs.

  npm run -s users -- hash           asks for a password, twice, and prints its hash
  npm run -s users -- hash --stdin   takes the password from the standard input,
                                     without one line break at its end
  npm run -s users -- check FILE     tells what is wrong with a users file

-s keeps npm from printing a header of its own, so that only the hash is printed.
`;

/**
 * Runs one command. Results go to `stdout`, questions and faults to `stderr`.
 * @returns the exit code: 0 done, 1 the input is no good, 2 there is no such command
 */
export async function runUsers(
  args: string[],
  { stdin, stdout, stderr }: Streams,
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
  const note = demos > 0 ? `, ${demos} of them for demonstration: not for a public address` : '';
  return `${file} is in order: ${people.length} people${note}.\n`;
}

function misunderstanding(command: string | undefined): string {
  if (command === undefined) return 'Say what to do: hash or check.';
  if (command === 'hash') {
    return 'hash takes nothing but --stdin: a password typed here would stay in the history.';
  }
  if (command === 'check') return 'check needs the path of one users file.';
  return `There is no command ${JSON.stringify(command)}: only hash and check.`;
}
