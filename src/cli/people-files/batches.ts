import { foldLogin } from '../../identity/login-key.ts';
import { recordFaults } from './record-faults.ts';
import type { Row } from './row.ts';
import { createSeenNames } from './seen-names.ts';

/** Rows to be stored together, in the order of the file. */
export type Batch = CheckedRow[];

/** A row with a record that can be stored, or with faults. */
export interface CheckedRow {
  line: number;
  record?: Record<string, unknown>;
  faults?: string[];
}

/** Rows in a batch, and reads in which they came: rows can be long. */
const mostRows = 250;
const mostReads = 16;

/** Checks rows, also against each other, and puts them into batches of a bounded size. */
export async function* checkedBatches(source: AsyncIterable<Row[]>): AsyncGenerator<Batch> {
  const seen = createSeenNames();
  let batch: Batch = [];
  let reads = 0;
  for await (const rows of source) {
    reads += 1;
    for (const row of rows) {
      batch.push(checked(row, seen));
      if (batch.length < mostRows) continue;
      yield batch;
      batch = [];
      reads = 0;
    }
    if (reads < mostReads || batch.length === 0) continue;
    yield batch;
    batch = [];
    reads = 0;
  }
  if (batch.length > 0) yield batch;
}

function checked(
  { line, record, fault }: Row,
  seen: ReturnType<typeof createSeenNames>,
): CheckedRow {
  if (!record) return { line, faults: [fault ?? 'it is empty'] };
  const faults = recordFaults(record);
  if (faults.length > 0) return { line, faults };
  const { demo: _demo, ...person } = record;
  const twice = namesOf(person).flatMap(([member, name]) => {
    const before = seen.add(name, line);
    return before === undefined || before === line
      ? []
      : [`"${member}" stands in line ${before} too`];
  });
  return twice.length > 0 ? { line, faults: twice } : { line, record: person };
}

/** What only one person can have, apart for subjects and logins. */
function namesOf(person: Record<string, unknown>): [member: string, name: string][] {
  return ['subject', 'email', 'username'].flatMap((member): [string, string][] => {
    const value = person[member];
    if (typeof value !== 'string') return [];
    return [[member, member === 'subject' ? `s ${value}` : `l ${foldLogin(value)}`]];
  });
}
