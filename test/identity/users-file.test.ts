/** That a long users file stops nothing else while it is read. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { changedBetween } from '../../src/identity/people-in-memory.ts';
import { readUsersFile } from '../../src/identity/users-file.ts';
import { foo, max, removeUsersFile, writeUsersFile } from '../support/people.ts';

const size = 5_000;
let files: string[];

beforeAll(async () => {
  const crowd = (password_hash: string) =>
    Array.from({ length: size }, (_, index) => ({
      ...max,
      subject: `s-${index}`,
      email: `number${index}@example.org`,
      password_hash,
    }));
  files = await Promise.all([max, foo].map((one) => writeUsersFile(crowd(one.password_hash))));
});
afterAll(() => Promise.all(files.map(removeUsersFile)));

/** Counts the turns of the event loop, which other things have in the meantime. */
function countTurns() {
  const turns = { now: 0, isOver: false };
  const turn = () => {
    turns.now += 1;
    if (!turns.isOver) setImmediate(turn);
  };
  setImmediate(turn);
  return turns;
}

test('each piece of 32 KiB is read in a turn of its own', async () => {
  const turns = countTurns();
  const pieces: number[] = [];
  const signal = new AbortController().signal;
  // It is asked before each piece.
  Object.assign(signal, { throwIfAborted: () => void pieces.push(turns.now) });
  const people = await readUsersFile(files[0]!, false, signal);
  turns.isOver = true;
  expect(people.size()).toBe(size);
  const { size: bytes } = await stat(files[0]!);
  expect(pieces.length).toBeGreaterThan(bytes / (32 * 1024));
  expect(new Set(pieces).size).toBe(pieces.length);
});

test('a thousand people are compared in a turn', async () => {
  const [before, after] = await Promise.all(files.map((file) => readUsersFile(file, false)));
  const turns = countTurns();
  const inTurn = new Map<number, number>();
  const changed = new Set<string>();
  for await (const subject of changedBetween(before!, after!)) {
    changed.add(subject);
    inTurn.set(turns.now, (inTurn.get(turns.now) ?? 0) + 1);
  }
  turns.isOver = true;
  expect(changed.size).toBe(size);
  expect(Math.max(...inTurn.values())).toBeLessThanOrEqual(1_000);
});

test('reading ends when it is not wanted any more', async () => {
  const closing = new AbortController();
  const reading = readUsersFile(files[0]!, false, closing.signal);
  closing.abort(new Error('closed'));
  await expect(reading).rejects.toThrow('closed');
});
