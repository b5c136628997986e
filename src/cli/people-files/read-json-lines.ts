import { linesOf, notUtf8, textOf, tooLong, type Line } from './lines.ts';
import type { Row } from './row.ts';

/** People as JSON lines: one JSON object on each line. Empty lines are nothing. */
export async function* readJsonLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  for await (const lines of linesOf(input)) {
    yield lines.map(rowOf).filter((row) => row !== undefined);
  }
}

function rowOf({ number: line, bytes, isTooLong }: Line): Row | undefined {
  if (isTooLong) return { line, fault: tooLong };
  const text = textOf(bytes);
  if (text === undefined) return { line, fault: notUtf8 };
  if (text.trim() === '') return undefined;
  try {
    const record: unknown = JSON.parse(text);
    if (isRecord(record)) return { line, record };
    return { line, fault: 'it must be a JSON object: { … }' };
  } catch {
    return { line, fault: 'it is not JSON' };
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
