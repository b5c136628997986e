import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createLimit } from '../../src/limits/limit.ts';
import { createDeviceLimiter, createLoginLimiter } from '../../src/limits/limits.ts';

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

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
function createLogin({ trustedNetworks = [] as string[], addressTries = 50 } = {}) {
  const limiter = createLoginLimiter({ addressTries, trustedNetworks });
  const page = {
    made: 0,
    async post(isRight: boolean, { account = 'ada', address = '192.0.2.1', browser = '' } = {}) {
      const who = { login: account, address, browser: browser || undefined };
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
    const who = { login: 'ada', address: '192.0.2.1', browser: undefined };
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
  /** Wrong passwords for people who do not exist, until the address slows down. */
  async function useUp(page: ReturnType<typeof createLogin>['page'], address = '192.0.2.1') {
    for (let number = 0; number < 50; number += 1) {
      expect(await page.post(false, { account: `nobody-${number}`, address })).toBe('wrong');
    }
  }

  test('slow it down after fifty, and not even the right one is looked at in a pause', async () => {
    const { page } = createLogin();
    await useUp(page);
    expect(await page.post(true)).toBe(1);
    expect(await page.post(true, { address: '192.0.2.2' })).toBe('in');
    pass(second);
    expect(await page.post(true)).toBe('in');
    expect(await page.post(true)).toBe('in');
  });

  test('lengthen the pause each time, but never beyond a minute', async () => {
    const { page } = createLogin();
    await useUp(page);
    const pauses: unknown[] = [];
    for (let number = 0; number < 200; number += 1) {
      const answer = await page.post(false, { account: `more-${number}` });
      if (typeof answer !== 'number') continue;
      pauses.push(answer);
      pass(answer * second);
    }
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(Math.max(...(pauses as number[]))).toBeLessThanOrEqual(60);
    expect(Math.min(...(pauses as number[]).slice(5))).toBeGreaterThanOrEqual(8);
  });

  test('are forgotten one by one', async () => {
    const { page } = createLogin();
    await useUp(page);
    pass(3 * minute);
    const answers: unknown[] = [];
    for (let number = 0; number < 12; number += 1) {
      answers.push(await page.post(false, { account: `more-${number}` }));
    }
    expect(answers).toEqual([...manyTimes(10, 'wrong'), 1, 1]);
  });

  test('are not forgotten when a right one comes', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 50; number += 1) {
      expect(await page.post(false, { account: `nobody-${number}` })).toBe('wrong');
      if (number < 49) expect(await page.post(true, { account: 'mallory' })).toBe('in');
    }
    expect(await page.post(true, { account: 'mallory' })).toBe(1);
  });

  test('do not concern browsers that signed in before, nor trusted networks', async () => {
    const { page } = createLogin({ trustedNetworks: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.9'] });
    await useUp(page);
    expect(await page.post(true, { browser: 'home' })).toBe('in');
    for (const address of ['10.1.2.3', '2001:db8:1::1', '192.0.2.9']) {
      for (let number = 0; number < 60; number += 1) {
        expect(await page.post(false, { account: `x-${number}`, address })).toBe('wrong');
      }
    }
    expect(await page.wrong(6, { address: '10.1.2.3' })).toEqual([...manyTimes(5, 'wrong'), 30]);
  });

  test('count together for all addresses of an IPv6 network, and more loosely for wider ones', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 50; number += 1) {
      const who = { account: `nobody-${number}`, address: `2001:db8::${number.toString(16)}` };
      expect(await page.post(false, who)).toBe('wrong');
    }
    expect(await page.post(true, { address: '2001:db8::ffff:0:0:1' })).toBe(1);
    expect(await page.post(true, { address: '2001:db8:0:1::1' })).toBe('in');
    for (let number = 50; number < 200; number += 1) {
      const address = `2001:db8:0:${number.toString(16)}::1`;
      expect(await page.post(false, { account: `nobody-${number}`, address })).toBe('wrong');
    }
    expect(await page.post(true, { address: '2001:db8:0:ff::1' })).toBe(1);
    expect(await page.post(true, { address: '2001:db8:0:100::1' })).toBe('in');
    for (let number = 200; number < 800; number += 1) {
      const address = `2001:db8:0:${((number % 200) + 2).toString(16)}00::1`;
      await page.post(false, { account: `nobody-${number}`, address });
    }
    expect(await page.post(true, { address: '2001:db8:0:fe00::1' })).toBe(1);
    expect(await page.post(true, { address: '2001:db8:1::1' })).toBe('in');
  });
});

describe('wrong passwords for one account from anywhere', () => {
  async function useUp(page: ReturnType<typeof createLogin>['page']) {
    for (let number = 0; number < 100; number += 1) {
      expect(await page.post(false, { address: `198.51.100.${number}` })).toBe('wrong');
    }
  }

  test('are looked at a hundred times in a row, but never stop a browser that signed in before', async () => {
    const { page } = createLogin();
    await useUp(page);
    expect(await page.post(true)).toBe(3600);
    expect(await page.post(true, { browser: 'home' })).toBe('in');
    expect(await page.post(true, { account: 'max' })).toBe('in');
    pass(60 * minute);
    expect(await page.post(true)).toBe('in');
    await useUp(page);
  });

  test('are then looked at once in an hour, in two hours, and at last once in a day', async () => {
    const { page } = createLogin();
    await useUp(page);
    for (const hours of [1, 2, 4, 8, 16, 24, 24]) {
      expect(await page.post(false)).toBe(hours * 3600);
      pass(hours * 60 * minute);
      expect(await page.post(false)).toBe('wrong');
    }
  });
});

describe('wrong passwords from a browser that signed in before', () => {
  const home = { browser: 'home' };

  test('have a count of their own, wherever the browser is', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 5; number += 1) {
      expect(await page.post(false, { ...home, address: `192.0.2.${number}` })).toBe('wrong');
    }
    expect(await page.post(false, { ...home, address: '192.0.2.5' })).toBe(30);
    expect(await page.post(true, { browser: 'office' })).toBe('in');
    expect(await page.post(true)).toBe('in');
    pass(30 * second);
    expect(await page.post(true, home)).toBe('in');
    expect(await page.wrong(5, home)).toEqual(manyTimes(5, 'wrong'));
  });

  test('make it a new browser after a hundred in a row', async () => {
    const { page } = createLogin();
    for (let number = 0; number < 100; number += 1) {
      const answer = await page.post(false, home);
      if (typeof answer !== 'number') continue;
      pass(answer * second);
      expect(await page.post(false, home)).toBe('wrong');
    }
    expect(page.made).toBe(100);
    for (let number = 0; number < 100; number += 1) {
      await page.post(false, { ...home, address: `198.51.100.${number}` });
    }
    expect(page.made).toBe(200);
    expect(await page.post(true, home)).toBe(3600);
  });

  test('are then looked at no more than once a day, however long it goes on', async () => {
    const { page } = createLogin();
    async function guessFor(milliseconds: number): Promise<number> {
      const { made } = page;
      const end = Date.now() + milliseconds;
      while (Date.now() < end) {
        const answer = await page.post(false, home);
        pass((typeof answer === 'number' ? Math.min(answer, 900) : 1) * second);
      }
      return page.made - made;
    }
    await guessFor(2 * day);
    // As a known browser, and as a new one: once a day each, after the last doubling.
    await guessFor(5 * day);
    expect(await guessFor(10 * day)).toBeLessThanOrEqual(22);
  }, 60_000);

  test('are forgotten with the right one, also when it came as from a new browser', async () => {
    const { page } = createLogin();
    while (page.made < 100) {
      const answer = await page.post(false, home);
      if (typeof answer === 'number') pass(answer * second);
    }
    expect(await page.post(true, home)).toBe('in');
    for (let number = 0; number < 100; number += 1) {
      await page.post(false, { address: `198.51.100.${number}` });
    }
    expect(await page.post(true)).toBe(3600);
    expect(await page.post(true, home)).toBe('in');
  });
});

describe('limits', () => {
  test('say which one was reached, when it is, and which one holds an attempt', async () => {
    const { limiter } = createLogin();
    const who = { login: 'ada', address: '192.0.2.1', browser: undefined };
    const limits: string[][] = [];
    for (let number = 0; number < 6; number += 1) {
      limits.push((await limiter.attempt(who, async () => undefined)).limits);
    }
    expect(limits).toEqual([[], [], [], [], ['account_from_address'], ['account_from_address']]);
  });

  test('list who has to wait, and forget a login, an address or all', async () => {
    const { page, limiter } = createLogin();
    await page.wrong(5);
    await page.wrong(5, { account: 'max', address: '2001:db8::1' });
    await page.wrong(2, { account: 'eva' });
    const held = [
      { limit: 'account_from_address', key: 'ada 192.0.2.1', wrong: 5, waitSeconds: 30 },
      { limit: 'account_from_address', key: 'max 2001:db8:0:0::/64', wrong: 5, waitSeconds: 30 },
    ];
    expect(await limiter.list()).toEqual(held);
    expect(await limiter.clear({ login: 'ad' })).toBe(0);
    expect(await limiter.clear({ login: 'ada' })).toBe(2);
    expect(await page.post(true)).toBe('in');
    expect(await limiter.clear({ address: '2001:db8::2' })).toBe(4);
    expect(await limiter.list()).toEqual([]);
    await page.wrong(5);
    expect(await limiter.clear('all')).toBeGreaterThan(0);
    expect(await page.post(true)).toBe('in');
  });

  test('hold through a flood of invented logins from many addresses', async () => {
    const limit = createLimit({
      name: 'account',
      mostKeys: 20_000,
      tries: 5,
      pause: () => 30,
      forgets: { how: 'at once', seconds: 15 * minute },
    });
    for (let number = 0; number < 5; number += 1) await limit.charge('ada', '192.0.2.1');
    for (let number = 0; number < 100_000; number += 1) {
      await limit.charge(`junk-${number}`, `10.${number % 200}.${(number >> 8) % 250}.1`);
    }
    expect(await limit.standing('ada')).toEqual({ free: 0, waitSeconds: 30 });
    expect(await limit.standing('junk-0')).toEqual({ free: 5, waitSeconds: 0 });
  }, 60_000);
});

describe('wrong device codes', () => {
  async function wrong(limiter: ReturnType<typeof createDeviceLimiter>, browser: string) {
    const who = { browser, address: '192.0.2.1' };
    const { waitSeconds } = await limiter.attempt(who, async () => undefined);
    return waitSeconds;
  }

  test('are looked at five times from one browser in ten minutes', async () => {
    const limiter = createDeviceLimiter({ trustedNetworks: [] });
    for (let number = 0; number < 5; number += 1) expect(await wrong(limiter, 'tv')).toBe(0);
    expect(await wrong(limiter, 'tv')).toBe(30);
    expect(await wrong(limiter, 'phone')).toBe(0);
    pass(30 * second);
    const right = limiter.attempt({ browser: 'tv', address: '192.0.2.1' }, async () => '/next');
    expect(await right).toEqual({ waitSeconds: 0, proven: '/next', limits: [] });
  });

  test('are looked at twenty times from one address in ten minutes', async () => {
    const limiter = createDeviceLimiter({ trustedNetworks: [] });
    for (let number = 0; number < 20; number += 1) {
      expect(await wrong(limiter, `browser-${number}`)).toBe(0);
    }
    expect(await wrong(limiter, 'another')).toBe(1);
  });

  test('are looked at eighty times in ten minutes from the networks of one customer', async () => {
    const limiter = createDeviceLimiter({ trustedNetworks: [] });
    const answers: number[] = [];
    for (let number = 0; number < 90; number += 1) {
      const who = { browser: `b-${number}`, address: `2001:db8:0:${number.toString(16)}::1` };
      answers.push((await limiter.attempt(who, async () => undefined)).waitSeconds);
    }
    expect(answers.filter((waitSeconds) => waitSeconds === 0)).toHaveLength(80);
  });
});
