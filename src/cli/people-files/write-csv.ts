import { stringify } from 'csv-stringify/sync';
import { jsonColumn, memberKinds } from './members.ts';

const names = [...Object.keys(memberKinds), jsonColumn];

/** The first line of a CSV file of people. */
export const csvHeader: string = stringify([names]);

/**
 * A line of a CSV file (RFC 4180) that `readCsv` reads as the same record. No cell begins a formula,
 * not even where a spreadsheet splits it at another character: what could, stands in the column `json`
 * in an escaped form, as does what a cell cannot hold.
 */
export function csvLine(record: Readonly<Record<string, unknown>>): string {
  const rest: Record<string, unknown> = {};
  const cells = Object.keys(memberKinds).map((name) => {
    const value = record[name];
    if (value === undefined || value === null) return '';
    if (typeof value === 'object') return safeJson(value);
    if (typeof value !== 'string') return JSON.stringify(value);
    if (isPlainCell(value)) return value;
    rest[name] = value;
    return '';
  });
  cells.push(Object.keys(rest).length > 0 ? safeJson(rest) : '');
  return stringify([cells]);
}

/** An empty text would look like none. A phone number is at worst a sum. */
function isPlainCell(cell: string): boolean {
  if (cell === '' || cell.includes('\r')) return false;
  return /^\+\d[\d ()./-]*$/.test(cell) || !formula.test(cell);
}

/** `=1`, also after what may end a cell elsewhere, and in the width of Japanese keyboards. */
const formula = /(^|[;,|"'\t\n])\s*[=+\-@＝＋－＠]/u;

/** The same JSON, in which no such character stands at a beginning. */
function safeJson(value: object): string {
  return JSON.stringify(value).replace(
    /(?<![\p{L}\p{N}\p{M}])[=+\-@＝＋－＠]/gu,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
