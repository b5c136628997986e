import { yesOption, type Command, type CommandContext, type Given } from '@portico/command-line';
import { disablePerson, enablePerson, removePerson, setPassword } from '../identity/sql-people.ts';
import { newPassword, passwordOptions, passwordRefusal } from './new-password.ts';
import { nameOfPerson, personOfWhom, subjectOption, whoseOf } from './whose.ts';
import { nobody, withPeople } from './with-people.ts';

const ends = `The sign-ins of the person end: at once in Portico, and within seconds at the OAuth2 server, by a
Portico that runs now or later. Tokens that apps hold stay valid: portico sessions revoke ends those.`;

const setPasswordCommand: Command = {
  name: 'users set-password',
  operands: [],
  optionalOperand: 'LOGIN',
  summary: 'Gives a person another password.',
  details: `Asks for it, unless an option says where it comes from.\n${ends}`,
  options: { ...subjectOption, ...passwordOptions },
  operandRefusal: passwordRefusal,
  async run(given, context) {
    const whose = whoseOf(given);
    await withPeople(context, async (db) => {
      const { user } = await personOfWhom(db, whose);
      const { password_hash: hash, generated } = await newPassword(given, context);
      expectChange(await setPassword(db, user.subject, hash), user.subject);
      const password = generated === undefined ? {} : { password: generated };
      if (given.has('json')) return context.printJson({ subject: user.subject, ...password });
      if (generated === undefined) return context.note('The password is changed.');
      context.note('The password is changed. It is shown only once:');
      return context.print(`${generated}\n`);
    });
  },
};

const disable: Command = {
  name: 'users disable',
  operands: [],
  optionalOperand: 'LOGIN',
  summary: 'Lets a person sign in no more.',
  details: ends,
  options: subjectOption,
  run: async (given, context) => changeDisabled(given, context, true),
};

const enable: Command = {
  name: 'users enable',
  operands: [],
  optionalOperand: 'LOGIN',
  summary: 'Lets a person sign in again.',
  options: subjectOption,
  run: async (given, context) => changeDisabled(given, context, false),
};

async function changeDisabled(given: Given, context: CommandContext, is: boolean): Promise<void> {
  const whose = whoseOf(given);
  await withPeople(context, async (db) => {
    const person = await personOfWhom(db, whose);
    const { subject, disabled = false } = person.user;
    const change = is ? disablePerson : enablePerson;
    if (disabled !== is) expectChange(await change(db, subject), subject);
    if (given.has('json')) return context.printJson({ subject, disabled: is });
    const state = disabled === is ? 'was already' : 'is now';
    return context.note(`${nameOfPerson(person)} ${state} ${is ? 'disabled' : 'enabled'}.`);
  });
}

const remove: Command = {
  name: 'users remove',
  operands: [],
  optionalOperand: 'LOGIN',
  summary: 'Removes a person from the database.',
  details: `${ends}
Never give the subject to somebody else: apps would take them for the same person.`,
  options: { ...subjectOption, ...yesOption },
  async run(given, context) {
    const whose = whoseOf(given);
    await withPeople(context, async (db) => {
      const person = await personOfWhom(db, whose);
      const { subject } = person.user;
      await context.confirm(given, async () => `Remove ${nameOfPerson(person)}?`);
      expectChange(await removePerson(db, subject), subject);
      if (given.has('json')) return context.printJson({ subject, removed: true });
      return context.note(`${nameOfPerson(person)} is removed.`);
    });
  },
};

export const changeCommands: Command[] = [setPasswordCommand, disable, enable, remove];

/** Somebody else may have removed the person in the meantime. */
function expectChange(isDone: boolean, subject: string): void {
  if (!isDone) throw nobody(`the subject ${JSON.stringify(subject)}`);
}
