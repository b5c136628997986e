import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';
import type { Row } from './row.ts';
import { csvHeader, csvLine } from './write-csv.ts';

type PersonRecord = Readonly<Record<string, unknown>>;

/** A kind of file of people. */
export interface PeopleFormat {
  read(input: AsyncIterable<Uint8Array>, delimiter?: string): AsyncIterable<Row[]>;
  header: string;
  lineOf(record: PersonRecord): string;
}

export const formats = {
  csv: { read: readCsv, header: csvHeader, lineOf: csvLine },
  jsonl: {
    read: (input) => readJsonLines(input),
    header: '',
    lineOf: (record) => `${JSON.stringify(record)}\n`,
  },
} satisfies Record<string, PeopleFormat>;

export type FormatName = keyof typeof formats;

const extensions: Record<string, FormatName> = { csv: 'csv', jsonl: 'jsonl', ndjson: 'jsonl' };

/** The format of a file by its name; `undefined` if that does not tell. */
export function formatOf(path: string): FormatName | undefined {
  return extensions[/\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? ''];
}

export function isFormatName(name: string): name is FormatName {
  return Object.hasOwn(formats, name);
}
