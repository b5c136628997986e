import { afterEach, describe, expect, test } from '@jest/globals';
import { createRevocations, type Revocations } from '../../src/identity/revocations.ts';

const open: Revocations[] = [];
afterEach(() => open.splice(0).forEach((revocations) => revocations.close()));

/** Lets everything happen that is due: pauses of 0 ms too. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => void setTimeout(resolve, 0));
}

/** @param answers what the server does with each call for a subject, the last one for ever */
function start(answers: Record<string, ('down' | 'ok' | Promise<void>)[]>, more = {}) {
  const calls: string[] = [];
  const pauses: number[] = [];
  const lines: { level: string; details: object }[] = [];
  const at = (level: string) => (details: object) => void lines.push({ level, details });
  const revocations = createRevocations({
    async revoke(subject) {
      calls.push(subject);
      const list = answers[subject] ?? ['ok'];
      const answer = list.length > 1 ? list.shift() : list[0];
      if (answer === 'down') throw new Error('the server is down');
      if (answer !== 'ok') await answer;
    },
    log: { info: at('info'), warn: at('warn'), error: at('error') },
    pauseMs: (failures) => {
      pauses[failures - 1] = failures;
      return 0;
    },
    ...more,
  });
  open.push(revocations);
  return { revocations, calls, pauses, lines };
}

describe('ending login sessions', () => {
  test('now tells whether it worked, and is not pending then', async () => {
    const { revocations, calls, lines } = start({});
    expect(await revocations.now('ada')).toBe(true);
    expect(revocations.isPending('ada')).toBe(false);
    await settle();
    expect(calls).toEqual(['ada']);
    expect(lines).toEqual([{ level: 'info', details: { subject: 'ada' } }]);
  });

  test('now is tried again when it failed, until it works', async () => {
    const { revocations, calls, lines } = start({ ada: ['down', 'down', 'down', 'ok'] });
    expect(await revocations.now('ada')).toBe(false);
    expect(revocations.isPending('ada')).toBe(true);
    await settle();
    expect(calls).toEqual(['ada', 'ada', 'ada', 'ada']);
    expect(revocations.isPending('ada')).toBe(false);
    expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn', 'warn', 'info']);
    expect(JSON.stringify(lines)).toContain('the server is down');
  });

  test('soon goes on with others when one fails', async () => {
    const { revocations, calls } = start({ ada: ['down', 'down', 'ok'] });
    for (const subject of ['ada', 'bob', 'cyd']) revocations.soon(subject);
    await settle();
    expect(calls).toEqual(['ada', 'bob', 'cyd', 'ada', 'ada']);
    for (const subject of ['ada', 'bob', 'cyd']) expect(revocations.isPending(subject)).toBe(false);
  });

  test('soon asks one after the other: a new users file is no flood', async () => {
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const { revocations, calls } = start({ ada: [slow] });
    revocations.soon('ada');
    revocations.soon('bob');
    await settle();
    expect(calls).toEqual(['ada']);
    expect(revocations.isPending('ada') && revocations.isPending('bob')).toBe(true);
    answer();
    await settle();
    expect(calls).toEqual(['ada', 'bob']);
  });

  test('happens once more for a change that came while the server was answering', async () => {
    let answer = (): void => undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const { revocations, calls } = start({ ada: [slow, 'ok'] });
    revocations.soon('ada');
    revocations.soon('ada');
    answer();
    await settle();
    expect(calls).toEqual(['ada', 'ada']);
    expect(revocations.isPending('ada')).toBe(false);
  });

  test('later gives the browser time to go on, and happens once', async () => {
    const { revocations, calls } = start({}, { laterMs: 0 });
    revocations.later('ada');
    revocations.later('ada');
    expect(calls).toEqual([]);
    await settle();
    expect(calls).toEqual(['ada']);
  });

  test('waits longer after each failure in a row', async () => {
    const { revocations, pauses } = start({ ada: ['down', 'down', 'down', 'ok'] });
    revocations.soon('ada');
    await settle();
    expect(pauses).toEqual([1, 2, 3, 4]);
  });

  test('does not wait on when there is news', async () => {
    const { revocations, calls } = start({ ada: ['down', 'ok'] }, { pauseMs: () => 3_600_000 });
    revocations.soon('ada');
    await settle();
    expect(calls).toEqual(['ada']);
    revocations.soon('bob');
    await settle();
    expect(calls).toEqual(['ada', 'ada', 'bob']);
  });

  test('gives up the one who waited longest when too many wait, and says so', async () => {
    const answers = Object.fromEntries(['a', 'b', 'c'].map((one) => [one, ['down' as const]]));
    const long = { pauseMs: () => 3_600_000, mostPending: 2 };
    const { revocations, lines } = start(answers, long);
    for (const subject of ['a', 'b', 'c']) revocations.soon(subject);
    expect(['a', 'b', 'c'].filter(revocations.isPending)).toEqual(['b', 'c']);
    expect(lines.filter(({ level }) => level === 'error')).toEqual([
      { level: 'error', details: { subject: 'a' } },
    ]);
  });

  test('ends with the program', async () => {
    const { revocations, calls } = start({ ada: ['down'] });
    revocations.soon('ada');
    revocations.close();
    await settle();
    expect(calls).toEqual(['ada']);
  });
});
