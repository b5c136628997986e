import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { addressGroup } from '../../src/web/address-group.ts';
import { createDeviceLimiter, createLoginLimiter } from '../../src/web/limits.ts';

const second = 1000;
const minute = 60 * second;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
});

afterEach(() => {
  jest.useRealTimers();
});

function pass(milliseconds: number): void {
  jest.advanceTimersByTime(milliseconds);
}

/** A sign-in page in front of a limiter: `made` counts the passwords that were looked at. */
function createLogin() {
  const limiter = createLoginLimiter();
  const page = {
    made: 0,
    async post(isRight: boolean, { account = 'ada', address = '192.0.2.1', isKnown = false } = {}) {
      const who = { account, address, isKnownBrowser: isKnown };
      const { waitSeconds, proven } = await limiter.attempt(who, async () => {
        page.made += 1;
        await new Promise((done) => setImmediate(done));
        return isRight ? account : undefined;
      });
      if (waitSeconds > 0) return waitSeconds;
      return proven ? 'in' : 'wrong';
    },
    async wrong(times: number, who = {}) {
      const answers: unknown[] = [];
      for (let left = times; left > 0; left -= 1) answers.push(await page.post(false, who));
      return answers;
    },
  };
  return { page, limiter };
}

const manyTimes = (times: number, answer: unknown) => Array.from({ length: times }, () => answer);

describe('wrong passwords for one account from one address', () => {
  test('are looked at five times, then there is a pause in which not even the right one is', async () => {
    const { page } = createLogin();
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
    expect(await page.post(true)).toBe(30);
    pass(29.5 * second);
    expect(await page.post(true)).toBe(1);
    expect(page.made).toBe(5);
    pass(0.5 * second);
    expect(await page.post(true)).toBe('in');
  });

  test('lengthen the pause each time, up to fifteen minutes', async () => {
    const { page } = createLogin();
    await page.wrong(5);
    for (const pause of [30, 60, 120, 240, 480, 900, 900]) {
      expect(await page.post(false)).toBe(pause);
      pass(pause * second);
      expect(await page.post(false)).toBe('wrong');
    }
  });

  test('do not stop another account, another address or, after a while, anybody', async () => {
    const { page } = createLogin();
    await page.wrong(5);
    expect(await page.post(true, { account: 'max' })).toBe('in');
    expect(await page.post(true, { address: '192.0.2.2' })).toBe('in');
    pass(15 * minute);
    expect(await page.wrong(5)).toEqual(['wrong', ...manyTimes(4, 60)]);
    pass(16 * minute);
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('are forgotten fifteen minutes after the first', async () => {
    const { page } = createLogin();
    await page.wrong(4);
    pass(15 * minute);
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('are forgotten when the right one comes', async () => {
    const { page } = createLogin();
    for (let round = 0; round < 3; round += 1) {
      expect(await page.wrong(4)).toEqual(manyTimes(4, 'wrong'));
      expect(await page.post(true)).toBe('in');
    }
  });

  test('get no further at the same moment than one after the other', async () => {
    const { page } = createLogin();
    const posts = (isRight: boolean) => Array.from({ length: 50 }, () => page.post(isRight));
    const answers = await Promise.all(posts(false));
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 30)).toHaveLength(45);
    expect(page.made).toBe(5);
    pass(30 * second);
    expect((await Promise.all(posts(false))).filter((answer) => answer === 'wrong')).toHaveLength(
      1,
    );
    expect(page.made).toBe(6);
  });

  test('do not count while it is unknown whether they are wrong', async () => {
    const { page, limiter } = createLogin();
    const answers = await Promise.all(Array.from({ length: 100 }, () => page.post(true)));
    expect(answers).toEqual(manyTimes(100, 'in'));
    const who = { account: 'ada', address: '192.0.2.1', isKnownBrowser: false };
    for (let round = 0; round < 10; round += 1) {
      const failed = limiter.attempt(who, () => Promise.reject(new Error('busy')));
      await expect(failed).rejects.toThrow('busy');
    }
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('keep no more than some hundred others waiting', async () => {
    const { page } = createLogin();
    const answers = await Promise.all(Array.from({ length: 300 }, () => page.post(true)));
    expect(answers.filter((answer) => answer === 'in')).toHaveLength(205);
    expect(answers.filter((answer) => answer === 1)).toHaveLength(95);
  });
});

describe('wrong passwords from one address', () => {
  test('are looked at fifty times in fifteen minutes, whatever the account', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 50; number += 1) {
      expect(await page.post(false, { account: `nobody-${number}` })).toBe('wrong');
    }
    expect(await page.post(true)).toBe(900);
    expect(await page.post(true, { isKnown: true })).toBe(900);
    pass(14 * minute);
    expect(await page.post(true)).toBe(60);
    expect(await page.post(true, { address: '192.0.2.2' })).toBe('in');
    pass(minute);
    expect(await page.post(true)).toBe('in');
  });

  test('are not forgotten when a right one comes', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 50; number += 1) {
      expect(await page.post(false, { account: `nobody-${number}` })).toBe('wrong');
      if (number < 49) expect(await page.post(true, { account: 'mallory' })).toBe('in');
    }
    expect(await page.post(true, { account: 'mallory' })).toBe(900);
  });

  test('count together for all addresses of an IPv6 network', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 50; number += 1) {
      const who = { account: `nobody-${number}`, address: `2001:db8::${number.toString(16)}` };
      expect(await page.post(false, who)).toBe('wrong');
    }
    expect(await page.post(true, { address: '2001:DB8:0:0:ffff::1' })).toBe(900);
    expect(await page.post(true, { address: '2001:db8:0:1::1' })).toBe('in');
  });
});

describe('wrong passwords for one account from anywhere', () => {
  test('are looked at a hundred times in an hour, but never stop a browser that signed in before', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 100; number += 1) {
      expect(await page.post(false, { address: `198.51.100.${number}` })).toBe('wrong');
    }
    expect(await page.post(true)).toBe(3600);
    expect(await page.post(true, { isKnown: true })).toBe('in');
    expect(await page.post(true, { account: 'max' })).toBe('in');
    pass(60 * minute);
    expect(await page.post(true)).toBe('in');
  });

  test('of a browser that signed in before count for its own address only', async () => {
    const { page } = createLogin();
    expect(await page.wrong(6, { isKnown: true })).toEqual([...manyTimes(5, 'wrong'), 30]);
  });
});

describe('wrong device codes', () => {
  async function wrong(limiter: ReturnType<typeof createDeviceLimiter>, browser: string) {
    const who = { browser, address: '192.0.2.1' };
    const { waitSeconds } = await limiter.attempt(who, async () => undefined);
    return waitSeconds;
  }

  test('are looked at five times from one browser in ten minutes', async () => {
    const limiter = createDeviceLimiter();
    for (let number = 0; number < 5; number += 1) expect(await wrong(limiter, 'tv')).toBe(0);
    expect(await wrong(limiter, 'tv')).toBe(600);
    expect(await wrong(limiter, 'phone')).toBe(0);
    pass(10 * minute);
    const right = limiter.attempt({ browser: 'tv', address: '192.0.2.1' }, async () => '/next');
    expect(await right).toEqual({ waitSeconds: 0, proven: '/next' });
  });

  test('are looked at twenty times from one address in ten minutes', async () => {
    const limiter = createDeviceLimiter();
    for (let number = 0; number < 20; number += 1) {
      expect(await wrong(limiter, `browser-${number}`)).toBe(0);
    }
    expect(await wrong(limiter, 'another')).toBe(600);
  });
});

describe('the address under which tries are counted', () => {
  test.each([
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:c000:201', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001::2:3:4:5', '2001:db8:1:0::/64'],
    ['1::3:4:5:6:7:8', '1:0:3:4::/64'],
    ['', ''],
    ['unknown', 'unknown'],
  ])('of %j is %j', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });
});
