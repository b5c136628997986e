import { parse } from 'csv-parse/sync';
import { linesOf, notUtf8, textOf, tooLong, type Line } from './lines.ts';
import { longestRow } from './row.ts';

/** The cells of one record (RFC 4180), or why there are none. */
export interface CsvRecord {
  line: number;
  cells?: string[];
  fault?: string;
}

const quote = 0x22;
const oddQuotes =
  'its quotes are wrong: a cell with quotes, commas or line breaks in it stands in quotes, and each quote in it twice';

/**
 * The records of a CSV file, as many at a time as one read has brought. After one with wrong quotes,
 * the next line is taken for the next record, so that none is lost with it.
 * @param delimiter one character
 */
export async function* csvRecordsOf(
  input: AsyncIterable<Uint8Array>,
  delimiter: string,
): AsyncGenerator<CsvRecord[]> {
  let waiting: Line[] = [];
  for await (const lines of linesOf(input)) {
    const { records, rest } = recordsOf([...waiting, ...lines], delimiter, false);
    waiting = rest;
    if (records.length > 0) yield records;
  }
  yield recordsOf(waiting, delimiter, true).records;
}

/** @returns the records, and the lines of one that is not at its end */
function recordsOf(lines: Line[], delimiter: string, isEnd: boolean) {
  const { parts, rest } = split(lines, isEnd);
  const records = parseTogether(parts, delimiter);
  return records ? { records, rest } : parseOneByOne(lines, delimiter, isEnd);
}

/** Lines that belong together, as far as one can tell by the number of their quotes. */
function split(lines: Line[], isEnd: boolean): { parts: Line[][]; rest: Line[] } {
  const parts: Line[][] = [];
  for (let at = 0; at < lines.length;) {
    const part = partAt(lines, at, isEnd);
    if (!part) return { parts, rest: lines.slice(at) };
    parts.push(part);
    at += part.length;
  }
  return { parts, rest: [] };
}

/** `undefined` if more lines are needed to tell. */
function partAt(lines: Line[], start: number, isEnd: boolean): Line[] | undefined {
  let isOpen = false;
  let size = 0;
  for (let at = start; at < lines.length; at += 1) {
    const { bytes, isTooLong } = lines[at]!;
    size += bytes.length;
    if (isTooLong || size > longestRow) return lines.slice(start, start + 1);
    if (hasOddQuotes(bytes)) isOpen = !isOpen;
    if (!isOpen) return lines.slice(start, at + 1);
  }
  return isEnd ? lines.slice(start, start + 1) : undefined;
}

function hasOddQuotes(bytes: Buffer): boolean {
  let count = 0;
  for (let at = bytes.indexOf(quote); at >= 0; at = bytes.indexOf(quote, at + 1)) count += 1;
  return count % 2 === 1;
}

/** The usual case, and three times as fast as one by one; `undefined` if anything is odd. */
function parseTogether(parts: Line[][], delimiter: string): CsvRecord[] | undefined {
  const texts: string[] = [];
  const filled = parts.filter((part) => !isBlank(part));
  for (const part of filled) {
    const text = part.some(({ isTooLong }) => isTooLong) ? undefined : joined(part);
    if (text === undefined) return undefined;
    texts.push(text);
  }
  const all = cellsOf(texts.join('\n'), delimiter);
  if (all?.length !== filled.length) return undefined;
  return filled.map(([first], index) => ({ line: first!.number, cells: all[index]! }));
}

function parseOneByOne(lines: Line[], delimiter: string, isEnd: boolean) {
  const records: CsvRecord[] = [];
  for (let at = 0; at < lines.length;) {
    const part = partAt(lines, at, isEnd);
    if (!part) return { records, rest: lines.slice(at) };
    const record = recordOf(part, delimiter);
    if (record) records.push(record);
    at += record?.fault === oddQuotes ? 1 : part.length;
  }
  return { records, rest: [] };
}

function recordOf(part: Line[], delimiter: string): CsvRecord | undefined {
  const { number: line } = part[0]!;
  if (part.some(({ isTooLong }) => isTooLong)) return { line, fault: tooLong };
  if (isBlank(part)) return undefined;
  const text = joined(part);
  if (text === undefined) return { line, fault: notUtf8 };
  const all = cellsOf(text, delimiter);
  return all?.length === 1 ? { line, cells: all[0]! } : { line, fault: oddQuotes };
}

const isBlank = (part: Line[]): boolean =>
  part.length === 1 && /^\s*$/.test(part[0]!.bytes.toString('latin1'));

/** `undefined` if it is not UTF-8. */
function joined(part: Line[]): string | undefined {
  const text = textOf(Buffer.concat(part.flatMap(({ bytes }) => [bytes, Buffer.from('\n')])));
  return text?.replace(/\r?\n$/, '');
}

/** `undefined` if the quotes are wrong. */
function cellsOf(text: string, delimiter: string): string[][] | undefined {
  try {
    return parse(text, { delimiter, record_delimiter: '\n', relax_column_count: true });
  } catch {
    return undefined;
  }
}
