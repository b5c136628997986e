import { createReadStream } from 'node:fs';
import {
  exitCodes,
  Failure,
  misuse,
  nameOf,
  unreadable,
  type Command,
  type CommandContext,
} from '@portico/command-line';
import {
  mergePeople,
  type GivenPerson,
  type MergeOptions,
  type Outcome,
} from '../identity/sql-merge.ts';
import type { PeopleDb } from '../identity/sql-tables.ts';
import { checkedBatches, type Batch } from './people-files/batches.ts';
import { formatOf, readers } from './people-files/format.ts';
import { FileFault } from './people-files/row.ts';
import { createImportReport, type ImportReport } from './import-report.ts';
import { withNewPeople } from './with-people.ts';

export const importCommand: Command = {
  name: 'users import',
  operands: ['FILE'],
  summary: 'Adds people from CSV, JSON lines or a users file; - is the standard input.',
  details: `The columns and members are those of a users file, password hashes of other systems included. A row
that cannot be taken is listed with its line and the reason, and the others are added. People who
are there with the same members are left alone, so an import that was stopped goes on when it is
run again. Exit code 1 if rows were refused. The tables are made when they are not there yet.`,
  options: {
    format: { value: 'FORMAT', help: 'csv, jsonl or json; by default by the name of the file' },
    delimiter: {
      value: 'CHAR',
      help: 'what separates the cells of a CSV file; a comma by default',
    },
    update: { help: 'change people who are there with other members; without it they are refused' },
    'keep-passwords': { help: 'leave the passwords of people who are there as they are' },
  },
  async run(given, context) {
    const [file = ''] = given.operands;
    const format = formatOf(readers, { name: given.text('format'), file });
    if (!format) throw misuse('Say by --format which it is: csv, jsonl (JSON lines) or json.');
    const delimiter = delimiterOf(given.text('delimiter'));
    const options = { mayUpdate: given.has('update'), keepsPasswords: given.has('keep-passwords') };
    const report = createImportReport(context, given.has('json'));
    const rows = readers[format](inputOf(file, context), delimiter);
    await context
      .untilInterrupted(async (signal) =>
        withNewPeople(context, async (db) =>
          importAll(db, checkedBatches(rows), { options, report, signal }),
        ),
      )
      .catch(async (error: unknown) => {
        if (error instanceof FileFault) throw misuse(`${nameOf(file)}: ${error.message}`);
        await report.end(false);
        throw error;
      });
    await report.end(true);
    return report.refused() > 0 ? exitCodes.failed : exitCodes.done;
  },
};

interface Importing {
  options: MergeOptions;
  report: ImportReport;
  signal: AbortSignal;
}

/** While the database works at a batch, the next one is read. */
async function importAll(
  db: PeopleDb,
  batches: AsyncIterable<Batch>,
  { options, report, signal }: Importing,
): Promise<void> {
  let before: Promise<void> = Promise.resolve();
  try {
    for await (const batch of batches) {
      await before;
      if (signal.aborted) throw new Failure(stopped, exitCodes.interrupted);
      before = importBatch(db, batch, { options, report, signal });
      before.catch(() => undefined); // it is awaited above or below
    }
    await before;
  } finally {
    await Promise.allSettled([before]);
  }
}

const stopped = 'Stopped: run the same command again to go on.';

async function importBatch(db: PeopleDb, batch: Batch, { options, report }: Importing) {
  const records = batch.flatMap(({ record }) => (record ? [record] : []));
  const outcomes = await outcomesOf(db, records, options);
  let next = 0;
  for (const { line, record, faults = [] } of batch) {
    const outcome = record ? outcomes[next++]! : { refused: faults.join('; ') };
    // oxlint-disable-next-line no-await-in-loop -- in the order of the lines
    await report.add(line, outcome);
  }
}

/** If the database refuses the batch because of what is in it, the others go without that row. */
async function outcomesOf(
  db: PeopleDb,
  records: GivenPerson[],
  options: MergeOptions,
): Promise<Outcome[]> {
  try {
    return await mergePeople(db, records, options);
  } catch (error) {
    const { code = '' } = error as { code?: string };
    if (!aboutData.test(code)) throw error;
    if (records.length === 1) return [{ refused: `the database does not take it (${code})` }];
    const outcomes: Outcome[] = [];
    for (const record of records) {
      // oxlint-disable-next-line no-await-in-loop -- one connection takes one at a time
      outcomes.push(...(await outcomesOf(db, [record], options)));
    }
    return outcomes;
  }
}

/** By PostgreSQL's appendix A: data exception, integrity, limits exceeded. */
const aboutData = /^(22|23|54)...$/;

function delimiterOf(text: string | undefined): string {
  if (text === undefined) return ',';
  const char = text === '\\t' ? '\t' : text;
  if (/^[^"\r\n\p{L}\p{N}]$/u.test(char)) return char;
  throw misuse('--delimiter must be one character that is no letter, digit or quote.');
}

async function* inputOf(file: string, { stdin }: CommandContext): AsyncGenerator<Uint8Array> {
  if (file === '-') {
    if (stdin.isTTY) throw misuse('Pipe the people to the standard input, or name a file.');
    yield* stdin as AsyncIterable<Uint8Array>;
    return;
  }
  try {
    yield* createReadStream(file) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const isEarly =
      'syscall' in (error as object) && (error as { syscall: string }).syscall !== 'read';
    throw isEarly || (error as { code?: string }).code === 'EISDIR'
      ? unreadable(file, error)
      : new Failure(`${file} cannot be read to its end: run this again.`);
  }
}
