import { open } from 'node:fs/promises';
import {
  JsonFault,
  readJsonEntries,
  valueOf,
  type JsonEntry,
  type JsonFaultKind,
} from '@portico/json-places';
import { createPeople, type People } from './people-in-memory.ts';
import { checkEntry } from './users-entry.ts';

/** What is wrong with a users file: each fault is a sentence with its line, without any values. */
export class UsersFileError extends Error {
  override readonly name = 'UsersFileError';
  readonly faults: string[];

  constructor(file: string, faults: string[], cause?: unknown) {
    super([`${file} needs another look:`, ...faults.map((fault) => `  - ${fault}`)].join('\n'), {
      cause,
    });
    this.faults = faults;
  }
}

/** If a file is something else altogether, every entry is wrong: the first faults are enough. */
const mostFaults = 20;
/** In bytes. The people in one are checked without a pause: that takes a few milliseconds. */
const pieceLength = 32 * 1024;

/**
 * Reads a users file, a JSON list of people, piece by piece: other things go on between them.
 * @param mayHaveDemoUsers if false, people with `"demo": true` are a fault
 * @param signal ends the reading, which throws its reason then
 * @throws UsersFileError with about the first twenty faults; the error of `fs` when the file cannot
 *   be read
 */
export async function readUsersFile(
  file: string,
  mayHaveDemoUsers: boolean,
  signal?: AbortSignal,
): Promise<People> {
  const people = createPeople();
  const faults: string[] = [];
  let number = 0;

  function add(entry: JsonEntry): void {
    number += 1;
    const value = valueOf(entry);
    const found: string[] = [];
    if (checkEntry(value, mayHaveDemoUsers, found)) found.push(...people.add(value, entry.bytes));
    faults.push(...found.map((fault) => `line ${entry.line}, person ${number}: ${fault}`));
    if (faults.length >= mostFaults) throw new UsersFileError(file, [...faults, 'perhaps more']);
  }

  try {
    for await (const entries of readJsonEntries(piecesOf(file, signal))) entries.forEach(add);
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new UsersFileError(file, [...faults, sentences[error.kind](error, number)], error);
  }
  if (faults.length > 0) throw new UsersFileError(file, faults);
  return people;
}

const sentences: Record<JsonFaultKind, (place: JsonFault, person: number) => string> = {
  syntax: ({ line, column }) => `line ${line}, column ${column}: here it stops being JSON`,
  encoding: ({ line }, person) => `line ${line}, person ${person}: it is not in UTF-8`,
  length: ({ line }, person) =>
    `line ${line}, person ${person + 1}: has more than 1 MiB, or lacks a quote or bracket`,
  list: () => 'it must be a list: [ … ]',
};

async function* piecesOf(file: string, signal?: AbortSignal): AsyncGenerator<Buffer, void> {
  const handle = await open(file);
  try {
    const piece = Buffer.allocUnsafeSlow(pieceLength);
    for (;;) {
      signal?.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- piece by piece
      const { bytesRead } = await handle.read(piece, 0, pieceLength);
      if (bytesRead === 0) return;
      yield piece.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}
