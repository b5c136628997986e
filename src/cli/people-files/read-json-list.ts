import { JsonFault, readJsonEntries, valueOf, type JsonEntry } from '@portico/json-places';
import { isRecord } from './read-json-lines.ts';
import { FileFault, longestRow, type Row } from './row.ts';

/**
 * People as a users file, a JSON list. Where it stops being JSON, it cannot be read any further.
 * @throws FileFault when it is no list
 */
export async function* readJsonList(input: AsyncIterable<Uint8Array>): AsyncGenerator<Row[]> {
  try {
    for await (const entries of readJsonEntries(input)) yield entries.map(rowOf);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    if (error.kind === 'list') throw new FileFault('It must be a list: [ … ].');
    yield [{ line: error.line, fault: `${sentences[error.kind]}: nothing was read after this` }];
  }
}

const sentences = {
  syntax: 'it stops being JSON here',
  encoding: 'it is not in UTF-8 here',
  length: 'it is too long here',
} satisfies Record<Exclude<JsonFault['kind'], 'list'>, string>;

function rowOf(entry: JsonEntry): Row {
  const { line } = entry;
  if (entry.bytes.length > longestRow)
    return { line, fault: `it is longer than ${longestRow} bytes` };
  try {
    const record = valueOf(entry);
    return isRecord(record) ? { line, record } : { line, fault: 'it must be an object: { … }' };
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    return { line, fault: error.kind === 'encoding' ? 'it is not in UTF-8' : 'it is not JSON' };
  }
}
