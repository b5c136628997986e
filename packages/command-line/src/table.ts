import { cutTo, plain, widthOf } from './plain-text.ts';

export interface Column<T> {
  title: string;
  of: (item: T) => string;
}

const gap = '  ';

/**
 * Formats rows that arrive in batches. The first batch decides how wide the columns are; a longer
 * cell in a later batch moves the rest of its line to the right. Only the last column is ever cut.
 * @param columns the first one should be what a person would copy
 * @param terminal the number of columns, if the output is a terminal
 */
export function createTable<T>(columns: Column<T>[], terminal?: number) {
  let widths: number[] | undefined;

  function lines(items: T[]): string {
    const rows = items.map((item) => columns.map(({ of }) => plain(of(item)) || '-'));
    const head = widths === undefined ? [columns.map(({ title }) => title)] : [];
    const all = [...head, ...rows];
    widths ??= columns.map((_column, index) => Math.max(...all.map((row) => widthOf(row[index]!))));
    return all.map((row) => `${line(row, widths!)}\n`).join('');
  }

  function line(row: string[], wanted: number[]): string {
    const last = row.at(-1)!;
    const before = row
      .slice(0, -1)
      .map((cell, index) => cell + ' '.repeat(Math.max(0, wanted[index]! - widthOf(cell))) + gap)
      .join('');
    if (terminal === undefined) return before + last;
    return before + cutTo(last, Math.max(8, terminal - widthOf(before)));
  }

  return { lines };
}

/** Formats names and values, one pair a line. */
export function listOfValues(values: [name: string, value: string][]): string {
  const widest = Math.max(0, ...values.map(([name]) => name.length));
  return values.map(([name, value]) => `  ${name.padEnd(widest)}${gap}${plain(value)}\n`).join('');
}
