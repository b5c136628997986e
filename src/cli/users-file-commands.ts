import { Failure, unreadable, type Command } from '@portico/command-line';
import { hashPassword } from '../identity/password.ts';
import { readUsersFile, UsersFileError } from '../identity/users-file.ts';
import { askPassword, readAll } from './read-password.ts';

const hash: Command = {
  name: 'users hash',
  operands: [],
  summary: 'Asks for a password and prints its hash, for a users file.',
  options: {
    stdin: { help: 'read it from the standard input; one line break at its end is dropped' },
  },
  operandRefusal: 'A password typed here would stay in the history: pipe it in with --stdin.',
  async run(given, context) {
    const { stdin, stderr } = context;
    const password = given.has('stdin') ? await readAll(stdin) : await askPassword(stdin, stderr);
    const password_hash = await hashPassword(password);
    if (given.has('json')) await context.printJson({ password_hash });
    else await context.print(`${password_hash}\n`);
  },
};

const check: Command = {
  name: 'users check',
  operands: ['FILE'],
  summary: 'Lists what is wrong in a users file.',
  options: {},
  async run(given, context) {
    const [file = ''] = given.operands;
    const people = await readUsersFile(file, true).catch((error: unknown) => {
      throw error instanceof UsersFileError ? new Failure(error.message) : unreadable(file, error);
    });
    const demos = people.demos();
    const note = demos > 0 ? `, ${demos} of them for demonstration on localhost only` : '';
    if (given.has('json')) await context.printJson({ people: people.size(), demos });
    else await context.print(`${file} is correct: ${people.size()} people${note}.\n`);
  },
};

const mark: Command = {
  name: 'users mark',
  operands: ['LOGIN'],
  summary: 'Prints how the audit trail names this login.',
  details: 'It needs the COOKIE_SECRET of the app.',
  options: {},
  async run(given, context) {
    const [login = ''] = given.operands;
    const { markOf } = await import('./mark-of.ts');
    const login_mark = markOf(login, context.env);
    if (given.has('json')) await context.printJson({ login_mark });
    else await context.print(`${login_mark}\n`);
  },
};

/** For a users file, and for the audit trail. */
export const usersFileCommands = [hash, check, mark];
