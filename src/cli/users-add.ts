import { randomUUID } from 'node:crypto';
import { Failure, misuse, type Command } from '@portico/command-line';
import { mergePeople } from '../identity/sql-merge.ts';
import { claimOption, claimsOf } from './claim-option.ts';
import { newPassword, passwordOptions, passwordRefusal } from './new-password.ts';
import { recordFaults } from './people-files/record-faults.ts';
import { onlyOneOf, withNewPeople } from './with-people.ts';

export const addCommand: Command = {
  name: 'users add',
  operands: [],
  summary: 'Adds a person to the database, and prints the subject.',
  details: `Asks for a password, unless an option says where it comes from. The subject is the "sub" of every
token: without --subject it is a new one by chance. The tables are made when they are not there yet.`,
  options: {
    email: {
      value: 'ADDRESS',
      help: 'the email address; it is needed, unless there is a username',
    },
    username: { value: 'NAME', help: 'what else the person may sign in with' },
    claim: claimOption,
    subject: { value: 'SUBJECT', help: 'the subject that the person had elsewhere' },
    disabled: { help: 'the person cannot sign in yet' },
    ...passwordOptions,
    'no-password': { help: 'nobody can sign in as this person before set-password' },
  },
  operandRefusal: passwordRefusal,
  async run(given, context) {
    onlyOneOf(given, [...Object.keys(passwordOptions), 'no-password']);
    const record = {
      subject: given.text('subject') ?? randomUUID(),
      ...textOf('email', given.text('email')),
      ...textOf('username', given.text('username')),
      ...claimsOf(given),
      ...(given.has('disabled') && { disabled: true }),
    };
    if (!('email' in record || 'username' in record)) {
      throw misuse('users add needs --email or --username: see --help.');
    }
    const faults = recordFaults(record);
    if (faults.length > 0) throw misuse(faults.map((fault) => `${fault}.`).join('\n'));
    const { subject } = record;
    const generated = await withNewPeople(context, async (db) => {
      const { password_hash, generated: made } = given.has('no-password')
        ? {}
        : await newPassword(given, context);
      const whole = { ...record, ...(password_hash !== undefined && { password_hash }) };
      const [outcome] = await mergePeople(db, [whole], { mayUpdate: false, keepsPasswords: false });
      if (outcome === 'added') return made;
      throw new Failure(sentenceOf(outcome, subject));
    });
    const password = generated === undefined ? {} : { password: generated };
    if (given.has('json')) await context.printJson({ subject, ...password });
    else await context.print(`${[subject, generated].filter(Boolean).join('\n')}\n`);
    if (generated !== undefined) context.note('The password is shown only once.');
  },
};

const textOf = (member: string, text: string | undefined) =>
  text === undefined ? {} : { [member]: text };

type NotAdded = Awaited<ReturnType<typeof mergePeople>>[number] | undefined;

function sentenceOf(outcome: NotAdded, subject: string): string {
  const isTaken = typeof outcome !== 'object' || outcome.refused.startsWith('the person is there');
  return isTaken ? `The subject "${subject}" is taken.` : `${outcome.refused}.`;
}
