import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { createTeller } from '../../dev/teller.ts';

const lines: string[] = [];
let teller: ReturnType<typeof createTeller>;

beforeEach(() => {
  jest.useFakeTimers({ now: 10_000 });
  lines.length = 0;
  teller = createTeller((line) => lines.push(line));
});
afterEach(() => {
  jest.useRealTimers();
});

test('tells a line that arrives late in its place', () => {
  teller.tell('second', 10_002);
  jest.advanceTimersByTime(50);
  teller.tell('first', 10_001);
  expect(lines).toEqual([]);
  jest.advanceTimersByTime(500);
  expect(lines).toEqual(['first', 'second']);
});

test('keeps the order of lines of the same moment', () => {
  for (const line of ['one', 'two', 'three']) teller.tell(line, 10_000);
  jest.advanceTimersByTime(500);
  expect(lines).toEqual(['one', 'two', 'three']);
});

test('tells at the end what is still waiting', () => {
  teller.tell('last', 10_000);
  teller.end();
  expect(lines).toEqual(['last']);
  jest.advanceTimersByTime(500);
  expect(lines).toEqual(['last']);
});
