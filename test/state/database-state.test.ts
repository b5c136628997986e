/** What instances share in a database: two of them here, each with connections of its own. */
import { databaseAddress, openDatabase, type Database } from '@portico/database';
import { testDatabases, type TestDatabase } from '@portico/database/testing';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { createAnswers, type Answers } from '../../src/challenge/answers.ts';
import { createDatabaseState } from '../../src/state/database-state.ts';
import type { StateTables } from '../../src/state/database-tables.ts';
import { createSweeper } from '../../src/state/sweeper.ts';
import { mostSessions, type State } from '../../src/state/state.ts';
import { until } from '../support/until.ts';

const secrets = ['a-secret-of-the-tests-of-the-state-0123456789'];
const log = { info() {}, warn() {}, error() {} };
const giver = { subject: 'ada-lovelace', credential: 'of-the-password', network: '192.0.2.1' };
const yes = { key: 'c', browsers: ['b'], decision: 'accept', giver };

describe.each(testDatabases())('on $name', (home: TestDatabase) => {
  let databases: Database[];
  let states: State[];
  let one: Answers;
  let other: Answers;

  /** PGlite is for one process, and its file for one opener: both instances have the same there. */
  beforeAll(async () => {
    const address = databaseAddress(await home.fresh())!;
    const first = await openDatabase(address, { log });
    databases = [first, address.kind === 'pglite' ? first : await openDatabase(address, { log })];
    states = await Promise.all(databases.map((database) => createDatabaseState(database, log)));
  }, 60_000);
  beforeEach(async () => {
    const db = databases[0]!.kysely<StateTables>();
    for (const table of ['portico_answers', 'portico_sessions', 'portico_counts'] as const) {
      await db.deleteFrom(table).execute();
    }
    [one, other] = states.map(({ answers: rows }) => createAnswers({ rows, secrets })) as [
      Answers,
      Answers,
    ];
  });
  afterAll(async () => {
    await Promise.all(states.map((state) => state.close()));
    await Promise.all([...new Set(databases)].map((database) => database.close()));
    await home.close();
  });

  const query = (text: string) => sql.raw(text).execute(databases[0]!.kysely());
  const dump = async (): Promise<string> => {
    const tables = ['portico_answers', 'portico_sessions', 'portico_counts'];
    const rows = await Promise.all(tables.map((table) => query(`select * from ${table}`)));
    return JSON.stringify(rows.map((result) => result.rows));
  };

  describe('an answer', () => {
    test('is given once, whichever instance is asked, and known to the other', async () => {
      const act = jest.fn(async () => '/next?login_verifier=v');
      const all = await Promise.all([one.once(yes, act), other.once(yes, act)]);
      expect(all).toEqual(['/next?login_verifier=v', '/next?login_verifier=v']);
      expect(act).toHaveBeenCalledTimes(1);
      expect(await other.recall('c', 'b')).toBe('/next?login_verifier=v');
      expect(await other.giverOf('c', 'b', 'accept')).toEqual(giver);
      expect(await other.isAnsweredBy('c', 'b')).toBe(true);
    });

    test('is waited for while it is under way at the other instance', async () => {
      let finish = (_target: string) => {};
      const target = new Promise<string>((resolve) => (finish = resolve));
      let begin = () => {};
      const begun = new Promise<void>((resolve) => (begin = resolve));
      const first = one.once(yes, () => (begin(), target));
      await begun;
      const act = jest.fn(async () => '/other');
      const later = [other.once(yes, act), other.recall('c', 'b')];
      const no = { ...yes, decision: 'reject' };
      await expect(other.once(no, act)).rejects.toThrow('challenge_used');
      await expect(other.recall('c', 'thief')).rejects.toThrow('challenge_used');
      finish('/next');
      expect(await Promise.all([first, ...later])).toEqual(['/next', '/next', '/next']);
      expect(act).not.toHaveBeenCalled();
    });

    test('does not change, and is handed to no other browser', async () => {
      await one.once(yes, async () => '/next');
      const act = jest.fn(async () => '/other');
      await expect(other.once({ ...yes, decision: 'reject' }, act)).rejects.toThrow(
        'challenge_used',
      );
      await expect(other.once({ ...yes, browsers: ['thief'] }, act)).rejects.toThrow(
        'challenge_used',
      );
      for (const browser of ['thief', '', undefined]) {
        await expect(other.recall('c', browser)).rejects.toThrow('challenge_used');
      }
      expect(act).not.toHaveBeenCalled();
      expect(await other.once(yes, act)).toBe('/next');
    });

    test('that renews its browser is known as such', async () => {
      await one.once({ ...yes, browsers: ['b', 'renewed'] }, async () => '/next');
      const act = async () => '/never';
      expect(await other.once({ ...yes, browsers: ['renewed', 'again'] }, act)).toBe('/next');
      expect(other.hasRenewed('c', 'renewed')).toBe(true);
    });

    test('that failed can be given by the other instance, also with another decision', async () => {
      const failing = one.once(yes, () => Promise.reject(new Error('down')));
      await expect(failing).rejects.toThrow('down');
      expect(await other.recall('c', 'b')).toBeUndefined();
      expect(await other.once({ ...yes, decision: 'reject' }, async () => '/no')).toBe('/no');
    });

    test('ends a sign-in everywhere', async () => {
      expect(await other.isClosed('flow')).toBe(false);
      await one.once({ ...yes, ends: 'flow' }, async () => '/next');
      expect(await other.isClosed('flow')).toBe(true);
      await expect(other.once({ ...yes, key: 'flow' }, async () => '/')).rejects.toThrow(
        'challenge_used',
      );
    });

    test('whose address is too long counts as used everywhere', async () => {
      await one.once(yes, async () => `/${'x'.repeat(9_000)}`);
      await expect(other.recall('c', 'b')).rejects.toThrow('challenge_used');
      await expect(other.once(yes, async () => '/second')).rejects.toThrow('challenge_used');
    });

    test('of an instance that was killed can be given again, but never another one', async () => {
      const killed = () => new Promise<string>(() => {});
      void one.once(yes, killed);
      await until(async () => (await dump()).includes('claimed'));
      const { rows } = await query(`select extract(epoch from claimed_until - now()) as seconds
        from portico_answers`);
      expect(Number((rows[0] as { seconds: unknown }).seconds)).toBeLessThanOrEqual(10);
      await query(`update portico_answers set claimed_until = now() - interval '1 second'`);
      const no = { ...yes, decision: 'reject' };
      await expect(other.once(no, async () => '/no')).rejects.toThrow('challenge_used');
      await expect(other.once({ ...yes, browsers: ['thief'] }, async () => '/no')).rejects.toThrow(
        'challenge_used',
      );
      expect(await other.recall('c', 'b')).toBeUndefined();
      // The instance may have given it: so a failure leaves no room for the opposite.
      const failing = other.once(yes, () => Promise.reject(new Error('down')));
      await expect(failing).rejects.toThrow('down');
      await expect(other.once(no, async () => '/no')).rejects.toThrow('challenge_used');
      expect(await other.once(yes, async () => '/again')).toBe('/again');
    });

    test('of long ago is forgotten', async () => {
      await one.once(yes, async () => '/next');
      await query(`update portico_answers set expires_at = now() - interval '1 second'`);
      expect(await other.recall('c', 'b')).toBeUndefined();
      expect(await other.once({ ...yes, decision: 'reject' }, async () => '/no')).toBe('/no');
    });

    test('says nothing to whoever reads the database, nor to a row beside it', async () => {
      await one.once(yes, async () => '/next?login_verifier=secret');
      const text = await dump();
      for (const secret of ['login_verifier', 'ada-lovelace', '192.0.2.1', 'of-the-password']) {
        expect(text).not.toContain(secret);
      }
      await one.once({ ...yes, key: 'd', browsers: ['thief'] }, async () => '/mine');
      await query(`update portico_answers set content =
        (select content from portico_answers where key = 'c') where key = 'd'`);
      await expect(other.recall('d', 'thief')).rejects.toThrow('challenge_used');
    });

    test('can be read with the secret of before, and not without it', async () => {
      await one.once(yes, async () => '/next');
      const rows = states[1]!.answers;
      const next = 'another-secret-of-the-tests-0123456789-abcdef';
      expect(await createAnswers({ rows, secrets: [next, ...secrets] }).recall('c', 'b')).toBe(
        '/next',
      );
      await expect(createAnswers({ rows, secrets: [next] }).recall('c', 'b')).rejects.toThrow(
        'challenge_used',
      );
    });
  });

  describe('a session', () => {
    test('is known to the other instance, until one of them ends it', async () => {
      const [here, there] = states.map(({ sessions }) => sessions) as [
        State['sessions'],
        State['sessions'],
      ];
      expect(await there.read('k')).toBeUndefined();
      await here.write('k', 'ada', '{"a":1}');
      expect(await there.read('k')).toBe('{"a":1}');
      await there.write('k', 'ada', '{"a":2}');
      expect(await here.read('k')).toBe('{"a":2}');
      await there.remove('k');
      expect(await here.read('k')).toBeUndefined();
    });

    test('that is used lives on, but is not written each time', async () => {
      const { sessions } = states[0]!;
      await sessions.write('k', 'ada', '{}');
      const expiry = async () => (await query('select expires_at from portico_sessions')).rows;
      const first = await expiry();
      await sessions.read('k');
      expect(await expiry()).toEqual(first);
      await query(`update portico_sessions set expires_at = expires_at - interval '2 days'`);
      const before = await expiry();
      await sessions.read('k');
      expect(await expiry()).not.toEqual(before);
      await query(`update portico_sessions set expires_at = now()`);
      expect(await sessions.read('k')).toBeUndefined();
    });

    test('of a person who has too many makes room for the new one; others keep theirs', async () => {
      const { sessions } = states[0]!;
      await sessions.write('max', 'max', '{}');
      for (let number = 0; number <= mostSessions; number += 1) {
        await sessions.write(`k${number}`, 'ada', '{}');
      }
      const { rows } = await query(`select key from portico_sessions where person = 'ada'`);
      expect(rows).toHaveLength(mostSessions);
      expect(await sessions.read(`k${mostSessions}`)).toBe('{}');
      expect(await sessions.read('max')).toBe('{}');
    });
  });

  test('what has expired is removed in small steps, and nothing else', async () => {
    await query(`insert into portico_answers
      select 'a' || n, 'given', '', null, '', '', now(), now() + (n - 1200) * interval '1 day'
      from generate_series(1, 1300) as n`);
    await query(`insert into portico_sessions
      select 's' || n, '', '', now() + (n - 700) * interval '1 day' from generate_series(1, 800) as n`);
    await query(`insert into portico_counts
      select 'l', 'k' || n, 1, now(), '{}', now() + (n - 600) * interval '1 day'
      from generate_series(1, 700) as n`);
    const sweepers = databases.map((database) => createSweeper({ db: database.kysely(), log }));
    const removed = await Promise.all(sweepers.map((sweeper) => sweeper.sweep()));
    const again = await sweepers[0]!.sweep();
    expect(removed.reduce((sum, count) => sum + count, again)).toBe(1200 + 700 + 600);
    for (const table of ['answers', 'sessions', 'counts']) {
      expect((await query(`select 1 from portico_${table}`)).rows).toHaveLength(100);
    }
    await Promise.all(sweepers.map((sweeper) => sweeper.close()));
  });
});
