import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { PublicError } from '../../src/errors.ts';
import { createAnswers } from '../../src/web/once.ts';

const yes = { challenge: 'c', browser: 'b', decision: 'accept' };

/** An `act` that counts, and answers when it is told to. */
function held() {
  let finish = (_target: string): void => {};
  const result = new Promise<string>((resolve) => (finish = resolve));
  return { act: jest.fn(() => result), finish };
}

describe('an answer', () => {
  test('is asked for once, also while it is on its way', async () => {
    const answers = createAnswers();
    const { act, finish } = held();
    const both = [answers.once(yes, act), answers.once(yes, act)];
    expect(answers.recall('c', 'b')).toBeDefined();
    finish('/next');
    expect(await Promise.all(both)).toEqual(['/next', '/next']);
    expect(await answers.once(yes, act)).toBe('/next');
    expect(await answers.recall('c', 'b')).toBe('/next');
    expect(act).toHaveBeenCalledTimes(1);
  });

  test('is never handed to another browser, nor to none', async () => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    for (const browser of ['other', undefined, '']) {
      expect(() => answers.recall('c', browser)).toThrow(PublicError);
      await expect(answers.once({ ...yes, browser }, async () => '/x')).rejects.toThrow(
        'challenge_used',
      );
    }
  });

  test('that no person gave is the same for every browser', async () => {
    const answers = createAnswers();
    await answers.once({ ...yes, browser: undefined }, async () => '/next');
    expect(await answers.recall('c', 'any')).toBe('/next');
    expect(await answers.recall('c', undefined)).toBe('/next');
  });

  test('does not change: another decision is refused and changes nothing', async () => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    const act = jest.fn(async () => '/other');
    const no = { ...yes, decision: 'reject' };
    await expect(answers.once(no, act)).rejects.toThrow('challenge_used');
    expect(act).not.toHaveBeenCalled();
    expect(await answers.recall('c', 'b')).toBe('/next');
  });

  test('that failed is forgotten, so that it can be tried again', async () => {
    const answers = createAnswers();
    const failing = answers.once(yes, () => Promise.reject(new Error('down')));
    const meanwhile = answers.once(yes, async () => '/never');
    await expect(failing).rejects.toThrow('down');
    await expect(meanwhile).rejects.toThrow('down');
    expect(answers.recall('c', 'b')).toBeUndefined();
    expect(await answers.once(yes, async () => '/next')).toBe('/next');
  });

  test('that is none is forgotten as well', async () => {
    const answers = createAnswers();
    expect(await answers.once(yes, async () => undefined)).toBeUndefined();
    expect(await answers.once({ ...yes, decision: 'another' }, async () => '/next')).toBe('/next');
  });

  test('of a closed challenge is to be had by nobody', async () => {
    const answers = createAnswers();
    answers.close('flow');
    expect(() => answers.recall('flow', undefined)).toThrow('challenge_used');
    await expect(answers.once({ ...yes, challenge: 'flow' }, async () => '/')).rejects.toThrow();
  });

  test('may be forgotten in a flood, but never that it was given', async () => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    for (let i = 0; i < 10_000; i++) {
      await answers.once({ ...yes, challenge: `flood ${i}` }, async () => '/');
    }
    expect(() => answers.recall('c', 'b')).toThrow('challenge_used');
    const act = jest.fn(async () => '/second');
    await expect(answers.once(yes, act)).rejects.toThrow('challenge_used');
    expect(act).not.toHaveBeenCalled();
    expect(await answers.recall('flood 9999', 'b')).toBe('/');
  });

  test('outlives every challenge of a server with usual settings, but not by days', async () => {
    const hour = 60 * 60 * 1000;
    let passedMs = 0;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    // the cache reads the clock at most once in a millisecond
    await pause(20);
    passedMs = hour;
    expect(await answers.recall('c', 'b')).toBe('/next');
    await pause(20);
    passedMs = 24 * hour;
    expect(answers.recall('c', 'b')).toBeUndefined();
    jest.restoreAllMocks();
  });
});
