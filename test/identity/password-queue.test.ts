import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createPasswordQueue, type Turn } from '../../src/identity/password-queue.ts';

const turn = (...payers: [string, ...string[]]): Turn => ({ payers, isKnown: false });
const known = (account: string): Turn => ({ payers: [account], isKnown: true });

/** A queue in which `name` stands for each turn, and the order in which they went. */
function createLine({ atOnce = 1, longest = 100 } = {}) {
  const queue = createPasswordQueue({ atOnce, longest });
  const went: string[] = [];
  const refused: string[] = [];
  return {
    went,
    refused,
    join: (name: string, whose: Turn): void =>
      void queue.take(whose).then(
        () => went.push(name),
        (error: { kind: string }) => refused.push(`${name} ${error.kind}`),
      ),
    /** Lets everybody go, one after the other. */
    async finish(): Promise<string[]> {
      for (let before = -1; before < went.length;) {
        before = went.length;
        queue.pass();
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await new Promise((done) => setImmediate(done));
      }
      return went;
    },
  };
}

describe('passwords waiting to be checked', () => {
  let line = createLine();
  beforeEach(() => {
    line = createLine();
  });

  test('go in the order in which they came, if nobody has used more than others', async () => {
    for (const name of ['a', 'b', 'c']) line.join(name, turn(name));
    expect(await line.finish()).toEqual(['a', 'b', 'c']);
  });

  test('of one address wait for those of others', async () => {
    for (let number = 0; number < 50; number++) line.join(`flood ${number}`, turn('198.51.100.7'));
    for (const name of ['a', 'b', 'c']) line.join(name, turn(name));
    expect((await line.finish()).slice(0, 4)).toEqual(['flood 0', 'a', 'b', 'c']);
  });

  test('wait longer if the address had many checked a moment ago, but not if that was long ago', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    for (let number = 0; number < 50; number++) line.join('flood', turn('198.51.100.7'));
    await line.finish();
    const order = async () => {
      for (const name of ['running', 'flooder', 'a']) {
        line.join(name, turn(name === 'flooder' ? '198.51.100.7' : name));
      }
      return (await line.finish()).slice(-2);
    };
    expect(await order()).toEqual(['a', 'flooder']);
    jest.advanceTimersByTime(60 * 60_000);
    expect(await order()).toEqual(['flooder', 'a']);
    jest.useRealTimers();
  });

  test('of many networks in one wider network wait for those from elsewhere', async () => {
    for (let number = 0; number < 60; number++) {
      line.join(`flood ${number}`, turn(`${number}/64`, 'one/56', 'one/48'));
    }
    line.join('honest', turn('a/64', 'a/56', 'a/48'));
    const order = await line.finish();
    expect(order.indexOf('honest')).toBeLessThan(6);
  });

  test('of known browsers take turns with the others, whichever crowd is larger', async () => {
    line.join('running', turn('x'));
    for (let number = 0; number < 50; number++) line.join(`other ${number}`, turn(`${number}`));
    line.join('known', known('ada'));
    expect((await line.finish()).indexOf('known')).toBeLessThan(3);
    for (let number = 0; number < 50; number++) line.join(`owner ${number}`, known('ada'));
    line.join('other', turn('198.51.100.9'));
    line.join('eva', known('eva'));
    const order = (await line.finish()).slice(52);
    expect(order.indexOf('other')).toBeLessThan(4);
    expect(order.indexOf('eva')).toBeLessThan(4);
  });

  test('are refused when the queue is full: those first who use the most', async () => {
    line = createLine({ longest: 5 });
    for (let number = 0; number < 10; number++) line.join(`flood ${number}`, turn('198.51.100.7'));
    for (const name of ['a', 'b', 'c']) line.join(name, turn(name));
    line.join('known', known('ada'));
    const order = await line.finish();
    for (const name of ['a', 'b', 'c', 'known', 'flood 0', 'flood 1', 'flood 2']) {
      expect(order).toContain(name);
    }
    expect(line.refused).toHaveLength(7);
    expect(line.refused).toContain('flood 9 busy');
  });

  test('cost nothing when they are refused', async () => {
    line = createLine({ longest: 0 });
    line.join('running', turn('x'));
    for (let number = 0; number < 50; number++) line.join('refused', turn('198.51.100.7'));
    await line.finish();
    expect(line.refused).toHaveLength(50);
    line = createLine({ longest: 1 });
    line.join('running', turn('x'));
    line.join('first', turn('198.51.100.7'));
    line.join('second', turn('198.51.100.8'));
    await line.finish();
    expect(line.went).toEqual(['running', 'first']);
  });
});
