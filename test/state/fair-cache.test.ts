import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { createFairCache } from '../../src/state/fair-cache.ts';

afterEach(() => {
  jest.useRealTimers();
});

describe('a fair cache', () => {
  test('keeps what was set until its time is over', () => {
    jest.useFakeTimers();
    const cache = createFairCache<string>({ maxSize: 10, ttlMs: 1_000 });
    cache.set('a', 'group', 'one');
    cache.set('a', 'group', 'two');
    expect([cache.get('a'), cache.has('a'), cache.size]).toEqual(['two', true, 1]);
    expect([...cache.entries()]).toEqual([['a', 'two']]);
    jest.advanceTimersByTime(1_000);
    expect([cache.has('a'), cache.get('a'), cache.size]).toEqual([false, undefined, 0]);
    expect([...cache.entries()]).toEqual([]);
  });

  test('forgets what is deleted', () => {
    const cache = createFairCache<string>({ maxSize: 10, ttlMs: 1_000 });
    cache.set('a', 'group', 'one');
    cache.delete('a');
    cache.delete('b');
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0]);
  });

  test('never grows beyond its size, and drops the oldest of those who take the most', () => {
    const dropped: string[] = [];
    const cache = createFairCache<string>({
      maxSize: 1_000,
      ttlMs: 60_000,
      sizeOf: (value) => value.length,
      onEvict: (key) => dropped.push(key),
    });
    for (const name of ['ada', 'eva', 'max']) cache.set(name, name, 'x'.repeat(10));
    for (let number = 0; number < 500; number += 1) {
      cache.set(`flood ${number}`, 'flooder', 'x'.repeat(20));
      expect(cache.size).toBeLessThanOrEqual(1_000);
    }
    expect(['ada', 'eva', 'max'].filter((name) => cache.has(name)).length).toBeGreaterThan(1);
    expect(dropped).toContain('flood 0');
    expect(cache.get('flood 499')).toHaveLength(20);
  });

  test('holds nothing larger than itself', () => {
    const cache = createFairCache<string>({ maxSize: 10, ttlMs: 1_000, sizeOf: (v) => v.length });
    cache.set('a', 'group', 'x'.repeat(11));
    expect([cache.get('a'), cache.size]).toEqual([undefined, 0]);
  });
});
