/** Limits whose counts two instances share, each with connections of its own where that is possible. */
import { databaseAddress, openDatabase, type Database } from '@portico/database';
import { testDatabases, type TestDatabase } from '@portico/database/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createLimitsInDatabase } from '../../src/limits/limits-in-database.ts';
import { createDeviceLimiter, createLoginLimiter } from '../../src/limits/limits.ts';
import { createDatabaseState } from '../../src/state/database-state.ts';
import type { State } from '../../src/state/state.ts';
import { until } from '../support/until.ts';

const log = { info() {}, warn() {}, error() {} };
const manyTimes = (times: number, answer: unknown) => Array.from({ length: times }, () => answer);

describe.each(testDatabases())('on $name', (home: TestDatabase) => {
  let databases: Database[];
  let states: State[];
  /** The pages of two instances in turn, as behind a proxy: `made` counts the passwords looked at. */
  let page: ReturnType<typeof createPages>;

  beforeAll(async () => {
    const address = databaseAddress(await home.fresh())!;
    const first = await openDatabase(address, { log });
    databases = [first, address.kind === 'pglite' ? first : await openDatabase(address, { log })];
    states = await Promise.all(databases.map((database) => createDatabaseState(database, log)));
  }, 60_000);
  beforeEach(async () => {
    await query('delete from portico_counts');
    page = createPages();
  });
  afterAll(async () => {
    await Promise.all(states.map((state) => state.close()));
    await Promise.all([...new Set(databases)].map((database) => database.close()));
    await home.close();
  });

  const query = (text: string) => sql.raw(text).execute(databases[0]!.kysely());

  /** Makes all that was counted older. */
  async function pass(seconds: number): Promise<void> {
    await query(`update portico_counts set
      counted_at = counted_at - ${seconds} * interval '1 second',
      expires_at = expires_at - ${seconds} * interval '1 second',
      leases = (select coalesce(jsonb_object_agg(key, value::float8 - ${seconds * 1000}), '{}')
        from jsonb_each_text(leases))`);
  }

  function createPages() {
    const settings = { addressTries: 50, trustedNetworks: ['10.0.0.0/8'] };
    const limiters = states.map(({ counts }) =>
      createLoginLimiter(settings, createLimitsInDatabase(counts!)),
    );
    let turn = 0;
    const pages = {
      made: 0,
      limiters,
      async post(isRight: boolean, { account = 'ada', address = '192.0.2.1', browser = '' } = {}) {
        const who = { login: account, address, browser: browser || undefined };
        const limiter = limiters[(turn += 1) % 2]!;
        const { waitSeconds, proven } = await limiter.attempt(who, async () => {
          pages.made += 1;
          await new Promise((done) => setImmediate(done));
          return isRight ? account : undefined;
        });
        if (waitSeconds > 0) return waitSeconds;
        return proven ? 'in' : 'wrong';
      },
      async wrong(times: number, who = {}) {
        const answers: unknown[] = [];
        for (let left = times; left > 0; left -= 1) answers.push(await pages.post(false, who));
        return answers;
      },
      atOnce: (times: number, isRight: boolean, who = {}) =>
        Promise.all(Array.from({ length: times }, () => pages.post(isRight, who))),
    };
    return pages;
  }

  test('wrong passwords are looked at five times in all, then there is a pause that grows', async () => {
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
    expect(await page.wrong(2)).toEqual([30, 30]);
    expect(await page.post(true)).toBe(30);
    await pass(30);
    expect(await page.post(false)).toBe('wrong');
    expect(await page.wrong(2)).toEqual([60, 60]);
    await pass(60);
    expect(await page.post(true)).toBe('in');
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
    expect(await page.post(true, { account: 'max' })).toBe('in');
    await pass(15 * 60 + 60);
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('at the same moment they get no further than one after the other', async () => {
    const answers = await page.atOnce(50, false);
    expect(page.made).toBe(5);
    expect(answers.filter((answer) => answer === 'wrong')).toHaveLength(5);
    expect(answers.filter((answer) => answer === 30)).toHaveLength(45);
    await pass(30);
    await page.atOnce(50, false);
    expect(page.made).toBe(6);
  });

  test('not even a thousand at once are looked at more often', async () => {
    const answers = await page.atOnce(1_000, false);
    expect(page.made).toBe(5);
    // There is room for some hundred: the others have to come again.
    expect(answers.filter((answer) => Number(answer) > 0)).toHaveLength(995);
  }, 60_000);

  test('a thousand at once for as many people are looked at as often as the address may', async () => {
    await Promise.all(
      Array.from({ length: 1_000 }, (_, number) => page.post(false, { account: `x-${number}` })),
    );
    // One more after each pause of a second, two seconds and so on, if it takes as long.
    expect(page.made).toBeGreaterThanOrEqual(50);
    expect(page.made).toBeLessThan(57);
  }, 60_000);

  test('a flood on one account, from everywhere, is not told that the database is away', async () => {
    const answers = await Promise.all(
      Array.from({ length: 600 }, (_, number) =>
        page.post(false, { address: `198.51.${number >> 8}.${number & 255}` }),
      ),
    );
    expect(page.made).toBe(100);
    expect(answers.filter((answer) => Number(answer) > 0)).toHaveLength(500);
  }, 60_000);

  test('right ones at the same moment all get in', async () => {
    expect(await page.atOnce(60, true)).toEqual(manyTimes(60, 'in'));
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('a right one ends the row of the account, but not that of the address', async () => {
    for (let number = 0; number < 49; number += 1) {
      expect(await page.post(false, { account: `nobody-${number}` })).toBe('wrong');
    }
    expect(await page.post(true, { account: 'mallory' })).toBe('in');
    expect(await page.post(false, { account: 'ada' })).toBe('wrong');
    expect(await page.post(true, { account: 'mallory' })).toBe(1);
    expect(await page.post(true, { account: 'ada', address: '10.1.2.3' })).toBe('in');
    await pass(3 * 60);
    expect(await page.post(true, { account: 'mallory' })).toBe('in');
  });

  test('do not count while it is unknown whether they are wrong', async () => {
    const who = { login: 'ada', address: '192.0.2.1', browser: undefined };
    for (let round = 0; round < 10; round += 1) {
      const failed = page.limiters[round % 2]!.attempt(who, () =>
        Promise.reject(new Error('busy')),
      );
      await expect(failed).rejects.toThrow('busy');
    }
    expect(await page.wrong(5)).toEqual(manyTimes(5, 'wrong'));
  });

  test('those of an instance that was killed hold their place, and then count as wrong', async () => {
    const who = { login: 'ada', address: '192.0.2.1', browser: undefined };
    let begun = 0;
    for (let number = 0; number < 5; number += 1) {
      void page.limiters[0]!.attempt(who, () => {
        begun += 1;
        return new Promise<undefined>(() => {});
      });
    }
    await until(() => begun === 5);
    await pass(121);
    const answer = await page.post(true);
    expect([28, 29, 30]).toContain(answer);
    expect(page.made).toBe(0);
    await pass(30);
    expect(await page.post(true)).toBe('in');
  });

  test('browsers that signed in before have a count of their own', async () => {
    const home2 = { browser: 'home' };
    expect(await page.wrong(5, home2)).toEqual(manyTimes(5, 'wrong'));
    expect(await page.post(false, home2)).toBe(30);
    expect(await page.post(true, { browser: 'office' })).toBe('in');
    await pass(30);
    expect(await page.post(true, home2)).toBe('in');
    expect(await page.wrong(5, home2)).toEqual(manyTimes(5, 'wrong'));
  });

  test('a browser is a new one after a hundred in a row, until the right one comes', async () => {
    while (page.made < 100) {
      const answer = await page.post(false, { browser: 'home' });
      if (typeof answer === 'number') await pass(answer);
    }
    const { rows } = await query(`select 1 from portico_counts where limit_name = 'account'`);
    expect(rows).toEqual([]);
    expect(await page.post(true, { browser: 'home' })).toBe('in');
    expect((await query(`select key from portico_counts where wrong > 0`)).rows).toEqual([]);
  }, 60_000);

  test('say which limit was reached and which one holds', async () => {
    const who = { login: 'ada', address: '192.0.2.1', browser: undefined };
    const limits: string[][] = [];
    for (let number = 0; number < 6; number += 1) {
      limits.push((await page.limiters[number % 2]!.attempt(who, async () => undefined)).limits);
    }
    expect(limits).toEqual([[], [], [], [], ['account_from_address'], ['account_from_address']]);
  });

  test('are listed and forgotten at whichever instance', async () => {
    const [here, there] = page.limiters as [(typeof page.limiters)[0], (typeof page.limiters)[0]];
    await page.wrong(5);
    await page.wrong(5, { account: 'max', address: '2001:db8::1' });
    await page.wrong(2, { account: 'eva' });
    const held = [
      { limit: 'account_from_address', key: 'ada 192.0.2.1', wrong: 5, waitSeconds: 30 },
      { limit: 'account_from_address', key: 'max 2001:db8:0:0::/64', wrong: 5, waitSeconds: 30 },
    ];
    expect(await here.list()).toEqual(held);
    expect(await there.clear({ login: 'ad' })).toBe(0);
    expect(await there.clear({ login: 'ada' })).toBe(2);
    expect(await page.post(true)).toBe('in');
    expect(await here.clear({ address: '2001:db8::2' })).toBe(4);
    expect(await there.list()).toEqual([]);
    await page.wrong(5);
    expect(await there.clear('all')).toBeGreaterThan(0);
    expect(await page.post(true)).toBe('in');
  });

  test('device codes count together, too', async () => {
    const limiters = states.map(({ counts }) =>
      createDeviceLimiter({ trustedNetworks: [] }, createLimitsInDatabase(counts!)),
    );
    const who = { browser: 'b', address: '192.0.2.1' };
    const waits: number[] = [];
    for (let number = 0; number < 6; number += 1) {
      waits.push((await limiters[number % 2]!.attempt(who, async () => undefined)).waitSeconds);
    }
    expect(waits).toEqual([0, 0, 0, 0, 0, 30]);
  });

  test('rows that say nothing any more expire', async () => {
    await page.post(true);
    await page.post(false);
    await pass(24 * 60 * 60 + 120);
    const { rows } = await query('select limit_name from portico_counts where expires_at > now()');
    expect(rows).toEqual([]);
  });
});
