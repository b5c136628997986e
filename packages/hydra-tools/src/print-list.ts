import type { Given } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { safeJson } from './plain-text.ts';
import { createTable, type Column } from './table.ts';

interface ListView<T> {
  columns: Column<T>[];
  /** What programs get of an item. */
  shape: (item: T) => unknown;
  /** "clients", for the progress and for none of them. */
  noun: string;
}

/** The first lines of a table wait for so many, to know how wide the columns are. */
const batchSize = 100;

/** Prints a list as it comes, page by page; stops when nobody reads any more. */
export async function printList<T>(
  { print, stdout, stderr, note }: CommandContext,
  given: Given,
  items: AsyncIterable<T>,
  { columns, shape, noun }: ListView<T>,
): Promise<void> {
  const isJson = given.has('json');
  const table = createTable(columns, stdout.isTTY ? stdout.columns : undefined);
  const mayTell = Boolean(stderr.isTTY) && !stdout.isTTY;
  let count = 0;
  const tell = (text: string) => mayTell && stderr.write(`\r${text}\u001b[K`);

  const show = async (batch: T[]): Promise<boolean> => {
    const before = count === 0 ? '[' : ',';
    const json = () =>
      batch.map((item) => `\n${safeJson(shape(item))}`.replaceAll('\n', '\n  ')).join(',');
    const isRead = await print(isJson ? before + json() : table.lines(batch));
    count += batch.length;
    return isRead;
  };

  try {
    let batch: T[] = [];
    for await (const item of items) {
      batch.push(item);
      if (batch.length < batchSize) continue;
      if (!(await show(batch))) return;
      batch = [];
      tell(`${count} ${noun} …`);
    }
    if (batch.length > 0) await show(batch);
  } finally {
    if (count >= batchSize) tell('');
  }
  if (isJson) await print(count === 0 ? '[]\n' : '\n]\n');
  else if (count === 0) note(`There are no ${noun}.`);
}
