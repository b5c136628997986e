import type { Given } from './command.ts';
import type { CommandContext } from './command-context.ts';
import { safeJson } from './plain-text.ts';
import { createTable, type Column } from './table.ts';

interface ListView<T> {
  columns: Column<T>[];
  /** An item as JSON. */
  shape: (item: T) => unknown;
  /** Such as "clients". */
  noun: string;
}

/** The first batch decides how wide the columns are. */
const batchSize = 100;

/** Prints a list while it arrives, and stops if nobody reads any more. */
export async function printList<T>(
  { print, stdout, stderr, note }: CommandContext,
  given: Given,
  items: AsyncIterable<T>,
  { columns, shape, noun }: ListView<T>,
): Promise<void> {
  const isJson = given.has('json');
  const table = createTable(columns, stdout.isTTY ? stdout.columns : undefined);
  const showsProgress = Boolean(stderr.isTTY) && !stdout.isTTY;
  let count = 0;
  const progress = (text: string) => showsProgress && stderr.write(`\r${text}\u001b[K`);

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
      progress(`${count} ${noun} …`);
    }
    if (batch.length > 0) await show(batch);
  } finally {
    if (count >= batchSize) progress('');
  }
  if (isJson) await print(count === 0 ? '[]\n' : '\n]\n');
  else if (count === 0) note(`There are no ${noun}.`);
}
