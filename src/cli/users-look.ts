import { misuse, printList, listOfValues, type Column, type Command } from '@portico/command-line';
import { somePeople, type StoredPerson } from '../identity/sql-people.ts';
import type { PeopleDb } from '../identity/sql-tables.ts';
import { personOfWhom, subjectOption, whoseOf } from './whose.ts';
import { withPeople } from './with-people.ts';

const columns: Column<StoredPerson>[] = [
  { title: 'SUBJECT', of: ({ user }) => user.subject },
  { title: 'EMAIL', of: ({ user }) => user.email ?? '' },
  { title: 'USERNAME', of: ({ user }) => user.username ?? '' },
  { title: 'STATE', of: stateOf },
  { title: 'NAME', of: ({ user }) => user.name ?? '' },
];

/** As many rows as one query brings. */
const atOnce = 500;

const list: Command = {
  name: 'users list',
  operands: [],
  optionalOperand: 'TEXT',
  summary: 'Lists the people in the database, or those in whose login or name this text stands.',
  details: 'They come in the order of their subjects: go on with --after and the last one.',
  options: {
    limit: { value: 'N', help: 'at most so many' },
    after: { value: 'SUBJECT', help: 'only those after this subject' },
  },
  async run(given, context) {
    const limit = limitOf(given.text('limit'));
    const [having] = given.operands;
    const after = given.text('after');
    await withPeople(context, async (db) => {
      const people = peopleOf(db, {
        limit,
        ...(having !== undefined && { having }),
        ...(after !== undefined && { after }),
      });
      await printList(context, given, people, { columns, shape: shown, noun: 'people' });
    });
  },
};

const show: Command = {
  name: 'users show',
  operands: [],
  optionalOperand: 'LOGIN',
  summary: 'Shows everything about a person but the password hash.',
  options: subjectOption,
  async run(given, context) {
    const whose = whoseOf(given);
    const person = await withPeople(context, async (db) => personOfWhom(db, whose));
    const values = shown(person);
    if (given.has('json')) return void (await context.printJson(values));
    await context.print(
      listOfValues(
        Object.entries(values).map(([name, value]) => [
          name,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    );
    return undefined;
  },
};

export const lookCommands = [list, show];

function limitOf(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw misuse('--limit must be a number, 1 or more.');
  return Number(text);
}

async function* peopleOf(
  db: PeopleDb,
  { limit, ...which }: { limit: number; after?: string; having?: string },
): AsyncGenerator<StoredPerson> {
  let { after } = which;
  for (let left = limit; left > 0;) {
    const size = Math.min(left, atOnce);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const some = await somePeople(db, {
      ...which,
      ...(after !== undefined && { after }),
      limit: size,
    });
    yield* some;
    if (some.length < size) return;
    left -= size;
    after = some.at(-1)?.user.subject;
  }
}

function stateOf({ user, passwordHash }: StoredPerson): string {
  if (user.disabled) return 'disabled';
  return passwordHash === null ? 'no password' : 'active';
}

/** Without the hash: nobody needs to see it, and whoever has it can try passwords at home. */
function shown({ user, passwordHash, createdAt, changedAt }: StoredPerson): object {
  const { credential: _credential, disabled = false, ...members } = user;
  return {
    ...members,
    disabled,
    has_password: passwordHash !== null,
    created_at: createdAt,
    changed_at: changedAt,
  };
}
