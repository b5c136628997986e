import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import {
  createFloodSums,
  mostAddresses,
  windowMs,
  type AuditLine,
} from '../../src/audit/flood-sums.ts';

let written: AuditLine[];
let sums: ReturnType<typeof createFloodSums>;

beforeEach(() => {
  jest.useFakeTimers();
  written = [];
  sums = createFloodSums((line) => written.push(line));
});
afterEach(() => {
  jest.useRealTimers();
});

let requests = 0;
function paused(address: string, facts: object = {}): AuditLine {
  requests += 1;
  return { audit: 'refused', reason: 'paused', address, request: `${requests}`, ...facts };
}
const counted = (): number => written.reduce((sum, { count }) => sum + Number(count ?? 1), 0);

test('a single line is written at once, as it is', () => {
  const line = paused('192.0.2.1');
  sums.add(line, 'address');
  expect(written).toEqual([line]);
  jest.advanceTimersByTime(10 * windowMs);
  expect(written).toHaveLength(1);
});

test('what follows within the second is one line, with what all have in common', () => {
  for (const login_mark of ['a', 'b', 'b']) {
    sums.add(paused('192.0.2.1', { client: 'notes', login_mark }), 'address');
  }
  expect(written).toHaveLength(1);
  for (const login_mark of ['b', 'c']) {
    sums.add(paused('192.0.2.1', { client: 'notes', login_mark }), 'address');
  }
  jest.advanceTimersByTime(windowMs);
  expect(written[1]).toEqual({
    audit: 'refused',
    reason: 'paused',
    address: '192.0.2.1',
    client: 'notes',
    count: 4,
  });
});

test('a flood that goes on is one line a second, and all of it is counted', () => {
  for (let second = 0; second < 60; second++) {
    for (let i = 0; i < 1000; i++) sums.add(paused('192.0.2.1'), 'address');
    jest.advanceTimersByTime(windowMs);
  }
  expect(written).toHaveLength(61);
  expect(counted()).toBe(60_000);
  jest.advanceTimersByTime(windowMs); // a second without any: it is over
  sums.add(paused('192.0.2.1'), 'address');
  expect(written.at(-1)).not.toHaveProperty('count');
});

test('each address, reason and event is counted for itself', () => {
  const lines = [
    paused('192.0.2.1'),
    paused('192.0.2.2'),
    { ...paused('192.0.2.1'), reason: 'busy' },
    { ...paused('192.0.2.1'), audit: 'code_refused' },
  ];
  for (const line of lines) sums.add(line, 'address');
  expect(written).toEqual(lines);
});

test('what is summed by its reason has one line a second from all addresses', () => {
  for (let i = 0; i < 500; i++) sums.add(paused(`192.0.2.${i % 250}`), 'reason');
  jest.advanceTimersByTime(windowMs);
  expect(written).toHaveLength(2);
  expect(written[1]).not.toHaveProperty('address');
  expect(counted()).toBe(500);
});

test('a million addresses are no more than a hundred lines, and the rest is counted', () => {
  const many = 1_000_000;
  for (let i = 0; i < many; i++) {
    sums.add({ audit: 'refused', reason: 'paused', address: `2001:db8::${i}` }, 'address');
  }
  expect(written).toHaveLength(mostAddresses);
  sums.add({ ...paused('192.0.2.1'), audit: 'form_refused' }, 'address');
  expect(written.at(-1)).toHaveProperty('audit', 'form_refused');
  jest.advanceTimersByTime(windowMs);
  expect(written).toHaveLength(mostAddresses + 2);
  expect(written.at(-1)).toEqual({
    audit: 'refused',
    reason: 'paused',
    count: many - mostAddresses,
  });
  expect(counted()).toBe(many + 1);
});

test('nothing that was summed is lost at the end, and no timer stays', () => {
  sums.add(paused('192.0.2.1'), 'address');
  sums.add(paused('192.0.2.1'), 'address');
  sums.flush();
  expect(counted()).toBe(2);
  sums.flush();
  expect(jest.getTimerCount()).toBe(0);
});
