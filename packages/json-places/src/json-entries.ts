import { isUtf8 } from 'node:buffer';
import { faultIn, JsonFault } from './json-fault.ts';
import { createScanner, type JsonEntry } from './json-scanner.ts';

/**
 * Takes a JSON list apart while it is being read: memory holds no more of it than a piece and an
 * entry. `valueOf` gives the value of an entry.
 * @param pieces the text in UTF-8, cut anywhere; a byte order mark in front of it is left out.
 *   They may share their memory: entries are given before the next piece is asked for
 * @returns the entries of one piece after the other, perhaps none
 * @throws JsonFault when it stops being JSON between two entries, or is no list. Entries before the
 *   fault have been given then
 */
export async function* readJsonEntries(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<JsonEntry[], void> {
  const scanner = createScanner();
  for await (const piece of pieces) {
    const { entries, fault } = scanner.scan(
      Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength),
    );
    yield entries;
    if (fault) throw fault;
  }
  scanner.end();
}

/**
 * The value of an entry.
 * @throws JsonFault when it is not JSON, or not in UTF-8
 */
export function valueOf(entry: JsonEntry): unknown {
  if (!isUtf8(entry.bytes)) throw new JsonFault('encoding', entry);
  const text = entry.bytes.toString();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Without the error, which quotes the text. The bracket counts as a level, as in the whole list.
    throw faultIn(`[${text}]`, { line: entry.line, column: entry.column - 1 });
  }
}
