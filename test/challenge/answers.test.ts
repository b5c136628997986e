import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, jest, test } from '@jest/globals';
import { createAnswers } from '../../src/challenge/answers.ts';
import { longestChallenge, longestKept } from '../../src/challenge/bounds.ts';
import { PublicError } from '../../src/errors.ts';

const giver = { subject: 'ada', network: '192.0.2.1' };
const yes = { key: 'c', browsers: ['b'], decision: 'accept', giver };

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
    const all = [answers.once(yes, act), answers.once(yes, act), answers.recall('c', 'b')];
    finish('/next');
    expect(await Promise.all(all)).toEqual(['/next', '/next', '/next']);
    expect(await answers.once(yes, act)).toBe('/next');
    expect(await answers.recall('c', 'b')).toBe('/next');
    expect(act).toHaveBeenCalledTimes(1);
  });

  test('is never handed to another browser, nor to none', async () => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    for (const browser of ['other', undefined, '']) {
      await expect(answers.recall('c', browser)).rejects.toThrow(PublicError);
      const browsers = [browser ?? ''];
      await expect(answers.once({ ...yes, browsers }, async () => '/x')).rejects.toThrow(
        'challenge_used',
      );
    }
  });

  test('that renews its browser is handed to the browser before and after', async () => {
    const answers = createAnswers();
    await answers.once({ ...yes, browsers: ['b', 'renewed'] }, async () => '/next');
    expect(await answers.recall('c', 'b')).toBe('/next');
    expect(await answers.recall('c', 'renewed')).toBe('/next');
    expect(await answers.isAnsweredBy('c', 'b', 'renewed')).toBe(true);
    expect(await answers.isAnsweredBy('c', 'b', 'other')).toBe(false);
    expect(answers.hasRenewed('c', 'renewed')).toBe(true);
    expect(answers.hasRenewed('c', 'b')).toBe(false);
  });

  test('that no person gave is the same for every browser', async () => {
    const answers = createAnswers();
    await answers.once({ ...yes, browsers: undefined }, async () => '/next');
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
    const looking = answers.recall('c', 'b');
    await expect(failing).rejects.toThrow('down');
    await expect(meanwhile).rejects.toThrow('down');
    expect(await looking).toBeUndefined();
    expect(await answers.recall('c', 'b')).toBeUndefined();
    expect(await answers.once(yes, async () => '/next')).toBe('/next');
  });

  test('that closes a flow is remembered without an address', async () => {
    const answers = createAnswers();
    expect(await answers.isClosed('flow')).toBe(false);
    await answers.once({ ...yes, ends: 'flow' }, async () => '/next');
    expect(await answers.isClosed('flow')).toBe(true);
    await expect(answers.recall('flow', undefined)).rejects.toThrow('challenge_used');
    await expect(answers.once({ ...yes, key: 'flow' }, async () => '/')).rejects.toThrow(
      'challenge_used',
    );
  });

  test('whose address is too long is given once, and then counts as used', async () => {
    const answers = createAnswers();
    const long = `/${'x'.repeat(longestKept)}`;
    expect(await answers.once(yes, async () => long)).toBe(long);
    await expect(answers.recall('c', 'b')).rejects.toThrow('challenge_used');
    await expect(answers.once(yes, async () => '/second')).rejects.toThrow('challenge_used');
  });

  test('to a long challenge may lead to a long address, which holds a verifier', async () => {
    const answers = createAnswers();
    const long = `/${'x'.repeat(longestKept + longestChallenge - 1)}`;
    const given = { ...yes, challengeLength: longestChallenge };
    expect(await answers.once(given, async () => long)).toBe(long);
    expect(await answers.recall('c', 'b')).toBe(long);
    await answers.once({ ...given, key: 'longer' }, async () => `${long}x`);
    await expect(answers.recall('longer', 'b')).rejects.toThrow('challenge_used');
  });

  test('may be forgotten in a flood of the same person, but never that it was given', async () => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    const target = `/${'x'.repeat(longestKept - 1)}`;
    for (let i = 0; i < 2_500; i++) {
      await answers.once({ ...yes, key: `flood ${i}` }, async () => target);
    }
    await expect(answers.recall('c', 'b')).rejects.toThrow('challenge_used');
    const act = jest.fn(async () => '/second');
    await expect(answers.once(yes, act)).rejects.toThrow('challenge_used');
    expect(act).not.toHaveBeenCalled();
    expect(await answers.recall('flood 2499', 'b')).toBe(target);
  });

  test.each([
    ['people without a sign-in', { network: '198.51.100.7' }],
    ['somebody else who signed in', { subject: 'mallory', network: '198.51.100.7' }],
  ])('is not forgotten in a flood of answers by %s', async (_who, flooder) => {
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    const refusal = {
      key: 'd',
      browsers: ['b'],
      decision: 'reject',
      giver: { network: '192.0.2.1' },
    };
    await answers.once(refusal, async () => '/denied');
    for (let i = 0; i < 60_000; i++) {
      await answers.once({ ...yes, giver: flooder, key: `flood ${i}` }, async () => '/x');
    }
    expect(await answers.recall('c', 'b')).toBe('/next');
    expect(await answers.recall('d', 'b')).toBe('/denied');
    await expect(answers.recall('flood 0', 'b')).rejects.toThrow('challenge_used');
  });

  test('outlives every challenge of a server with usual settings, but not by days', async () => {
    const hour = 60 * 60 * 1000;
    let passedMs = 0;
    const now = performance.now.bind(performance);
    jest.spyOn(performance, 'now').mockImplementation(() => now() + passedMs);
    const answers = createAnswers();
    await answers.once(yes, async () => '/next');
    // The cache reads the clock at most once in a millisecond.
    await pause(20);
    passedMs = hour;
    expect(await answers.recall('c', 'b')).toBe('/next');
    await pause(20);
    passedMs = 24 * hour;
    expect(await answers.recall('c', 'b')).toBeUndefined();
    jest.restoreAllMocks();
  });
});
