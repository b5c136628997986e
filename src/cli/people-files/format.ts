import { readCsv } from './read-csv.ts';
import { readJsonLines } from './read-json-lines.ts';
import { readJsonList } from './read-json-list.ts';
import type { Row } from './row.ts';
import { csvHeader, csvLine } from './write-csv.ts';

type PersonRecord = Readonly<Record<string, unknown>>;

/** Reads a file of people. @throws FileFault when it cannot be used as a whole */
type Reader = (input: AsyncIterable<Uint8Array>, delimiter: string) => AsyncIterable<Row[]>;

/** What can be read: `json` is a users file. */
export const readers = {
  csv: readCsv,
  jsonl: readJsonLines,
  json: readJsonList,
} satisfies Record<string, Reader>;

/** What can be written. */
export const writers = {
  csv: { header: csvHeader, lineOf: csvLine },
  jsonl: { header: '', lineOf: (record: PersonRecord) => `${JSON.stringify(record)}\n` },
};

const extensions: Record<string, string> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
};

/** The name of a format, or else that by which a file is called; `undefined` if there is none. */
export function formatOf<F extends object>(
  formats: F,
  { name, file }: { name: string | undefined; file: string },
): keyof F | undefined {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  const format = name ?? extensions[extension] ?? '';
  return Object.hasOwn(formats, format) ? (format as keyof F) : undefined;
}
