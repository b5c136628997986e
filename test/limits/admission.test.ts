import { describe, expect, test } from '@jest/globals';
import { createAdmission, type Stake } from '../../src/limits/admission.ts';
import type { Limit } from '../../src/limits/limit.ts';

/** A limit of five wrong attempts for each key, without an end, which counts how often it is asked. */
function createCounter() {
  const wrong = new Map<string, number>();
  const counter = { asked: 0 };
  const limit: Limit = {
    name: 'five',
    async standing(key: string) {
      counter.asked += 1;
      const free = 5 - (wrong.get(key) ?? 0);
      return free > 0 ? { free, waitSeconds: 0 } : { free: 0, waitSeconds: 30 };
    },
    async charge(key: string) {
      wrong.set(key, (wrong.get(key) ?? 0) + 1);
      return wrong.get(key)! >= 5;
    },
    clear: async (key: string) => void wrong.delete(key),
    list: async () => [],
    clearWhere: async () => 0,
  };
  const stakes = (...keys: string[]): Stake[] =>
    keys.map((key) => ({ limit, key, group: key, isClearedOnSuccess: true }));
  return { counter, stakes };
}

const settled = () => new Promise((done) => setImmediate(done));

/** Attempts that are made until they are told what they prove. */
function createHeld() {
  const attempt = createAdmission();
  const ends: ((proven: string | undefined) => void)[] = [];
  const begin = (stakes: Stake[]) =>
    attempt(stakes, () => new Promise<string | undefined>((end) => ends.push(end)));
  /** Ends the attempt that was begun first. */
  async function end(proven?: string): Promise<void> {
    ends.shift()!(proven);
    await settled();
  }
  return { begin, end, ends, attempt };
}

describe('attempts that wait for others', () => {
  test('go on one after the other, in their order, and cost nobody else time', async () => {
    const { counter, stakes } = createCounter();
    const { begin, end, ends, attempt } = createHeld();
    const order: number[] = [];
    const all = Array.from({ length: 100 }, async (_, number) => {
      await begin(stakes('crowd', `own-${number}`));
      order.push(number);
    });
    await settled();
    counter.asked = 0;
    for (let number = 0; number < 100; number += 1) {
      await attempt(stakes(`else-${number}`), () => Promise.reject(new Error('busy'))).catch(
        () => undefined,
      );
    }
    expect(counter.asked).toBe(100);
    while (ends.length > 0) await end('right');
    await Promise.all(all);
    expect(order).toEqual(Array.from({ length: 100 }, (_, number) => number));
    // Each asks when it comes, and about twice for each that ends before it: it, and who stays.
    expect(counter.asked).toBeLessThan(100 + 100 * 2 * 3);
  });

  test('are all told as soon as there is nothing to wait for', async () => {
    const { stakes } = createCounter();
    const { begin, end, ends } = createHeld();
    const all = Array.from({ length: 50 }, () => begin(stakes('crowd')));
    await settled();
    expect(ends).toHaveLength(5);
    for (let number = 0; number < 5; number += 1) await end();
    const answers = await Promise.all(all);
    expect(answers.filter(({ waitSeconds }) => waitSeconds === 30)).toHaveLength(45);
  });

  test('use all that a right one sets free', async () => {
    const { stakes } = createCounter();
    const { begin, end, ends } = createHeld();
    const all = Array.from({ length: 12 }, () => begin(stakes('crowd')));
    await settled();
    for (let number = 0; number < 4; number += 1) await end();
    expect(ends).toHaveLength(1);
    await end('right');
    expect(ends).toHaveLength(5);
    while (ends.length > 0) await end('right');
    expect((await Promise.all(all)).map(({ waitSeconds }) => waitSeconds)).not.toContain(30);
  });

  test('go on when the one before them failed', async () => {
    const { stakes } = createCounter();
    const attempt = createAdmission();
    const failing = Array.from({ length: 20 }, () =>
      attempt(stakes('crowd'), () => Promise.reject(new Error('down'))).catch(() => 'down'),
    );
    expect(await Promise.all(failing)).toEqual(Array.from({ length: 20 }, () => 'down'));
  });

  test('leave room for others: the last of the longest line has to come again', async () => {
    const { stakes } = createCounter();
    const { begin, end, ends } = createHeld();
    const crowd = Array.from({ length: 205 }, () => begin(stakes('crowd')));
    const office = Array.from({ length: 8 }, () => begin(stakes('office')));
    await settled();
    while (ends.length > 0) await end('right');
    const told = async (all: typeof crowd) =>
      (await Promise.all(all)).filter(({ waitSeconds }) => waitSeconds === 1).length;
    expect([await told(office), await told(crowd)]).toEqual([0, 3]);
  });
});
