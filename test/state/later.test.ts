import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createLater } from '../../src/state/later.ts';
import { StateError } from '../../src/state/state-error.ts';
import { until } from '../support/until.ts';

/** A database that is away, or not, and what is written to it and to the log. */
function createWrites() {
  const lines: [level: string, message: string][] = [];
  const log = {
    warn: (_details: object, message: string) => void lines.push(['warn', message]),
    error: (_details: object, message: string) => void lines.push(['error', message]),
  };
  const database = { isAway: false, written: [] as string[] };
  const later = createLater({ log, pauseMs: 1 });
  const write = (text: string) =>
    later.unlessNow(async () => {
      if (database.isAway) throw new StateError('away');
      database.written.push(text);
    }, text);
  return { database, later, lines, write };
}

describe('what cannot be written now', () => {
  test('is written later, in its order, once the database is back', async () => {
    const { database, lines, write } = createWrites();
    await write('at once');
    database.isAway = true;
    await Promise.all([write('a'), write('b'), write('c')]);
    await pause(20);
    expect(database.written).toEqual(['at once']);
    database.isAway = false;
    await until(() => database.written.length === 4);
    expect(database.written).toEqual(['at once', 'a', 'b', 'c']);
    expect(lines.map(([level]) => level)).toEqual(['warn', 'warn', 'warn']);
  });

  test('is bounded: the oldest is lost, and the log says so', async () => {
    const { database, lines, write } = createWrites();
    database.isAway = true;
    for (let number = 0; number <= 5_000; number += 1) await write(`w${number}`);
    expect(lines.filter(([level]) => level === 'error')).toHaveLength(1);
    database.isAway = false;
    await until(() => database.written.length === 5_000);
    expect(database.written[0]).toBe('w1');
  });

  test('is told when Portico stops before', async () => {
    const { database, later, lines, write } = createWrites();
    database.isAway = true;
    await write('a');
    later.close();
    expect(lines.at(-1)).toEqual(['warn', 'stopped before the database was back: this is lost']);
  });
});

test('a fault that is not the absence of the database is logged, and thrown at nobody', async () => {
  const { later, lines } = createWrites();
  await later.unlessNow(() => Promise.reject(new Error('a bug')), 'the note of an answer');
  expect(lines).toEqual([['error', 'the note of an answer']]);
});
