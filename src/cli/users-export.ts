import { open, rm, type FileHandle } from 'node:fs/promises';
import {
  Failure,
  misuse,
  unreadable,
  type Command,
  type CommandContext,
} from '@portico/command-line';
import { allPeople, type StoredPerson } from '../identity/sql-people.ts';
import { formatOf, writers } from './people-files/format.ts';
import { withPeople } from './with-people.ts';

/** As many people as one write takes. */
const atOnce = 500;

export const exportCommand: Command = {
  name: 'users export',
  operands: [],
  optionalOperand: 'FILE',
  summary: 'Writes all people as CSV or JSON lines, as users import takes them.',
  details: `Without FILE they go to the standard output. A new file is for its owner alone, because password
hashes are in it; a file that is there is not replaced. In a CSV file no cell begins a formula: what
would is in the column "json", so that nothing is changed or lost.`,
  options: {
    format: {
      value: 'FORMAT',
      help: 'csv or jsonl (JSON lines); by default by the name of the file',
    },
    'without-hashes': { help: 'leave the password hashes out' },
  },
  async run(given, context) {
    const [file] = given.operands;
    const name = formatOf(writers, { name: given.text('format'), file: file ?? '' });
    if (!name) throw misuse('Say by --format which it shall be: csv or jsonl (JSON lines).');
    const format = writers[name];
    const count = await withPeople(context, async (db) => {
      const output = await openOutput(file, context);
      try {
        let people = 0;
        let text = format.header;
        for await (const person of allPeople(db)) {
          text += format.lineOf(recordOf(person, given.has('without-hashes')));
          people += 1;
          if (people % atOnce > 0) continue;
          if (!(await output.write(text))) return undefined;
          text = '';
        }
        await output.write(text);
        await output.close();
        return people;
      } catch (error) {
        await output.discard();
        throw error;
      }
    });
    if (count === undefined || file === undefined) return;
    if (given.has('json')) await context.printJson({ file, people: count });
    else context.note(`${file}: ${count} people.`);
  },
};

/** In the order of a users file. */
function recordOf({ user, passwordHash }: StoredPerson, isWithoutHash: boolean) {
  const { credential: _credential, disabled, ...members } = user;
  return {
    ...members,
    ...(passwordHash !== null && !isWithoutHash && { password_hash: passwordHash }),
    ...(disabled && { disabled }),
  };
}

async function openOutput(file: string | undefined, { print }: CommandContext) {
  const nothing = async () => undefined;
  if (file === undefined) return { write: print, close: nothing, discard: nothing };
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    throw unreadable(file, error, 'written');
  });
  return {
    async write(text: string): Promise<boolean> {
      await writeAll(handle, text, file);
      return true;
    },
    close: async () => handle.close(),
    async discard(): Promise<void> {
      await handle.close().catch(() => undefined);
      await rm(file, { force: true });
    },
  };
}

async function writeAll(handle: FileHandle, text: string, file: string): Promise<void> {
  await handle.appendFile(text).catch((error: unknown) => {
    throw new Failure(unreadable(file, error, 'written').message);
  });
}
