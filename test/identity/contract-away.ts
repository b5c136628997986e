import { describe, expect, test } from '@jest/globals';
import { IdentityError, type Identity } from '../../src/identity/backend.ts';
import { origin } from '../support/origin.ts';
import { foo } from '../support/people.ts';
import { until } from '../support/until.ts';

/** A user store that a test can take away. */
export interface StoreWithSwitch {
  identity: Identity;
  goAway(): unknown;
  comeBack(): unknown;
}

/** A user store that a test can let take questions and answer none, as SIGSTOP does to a process. */
export interface StoreThatStalls {
  identity: Identity;
  stall(): unknown;
  goOn(): unknown;
}

/** A store that stalls is waited for, up to the timeout of its backend. */
const longMs = 60_000;

/**
 * What every backend must do whose user store is somewhere else.
 * @param start a backend that holds the people of `support/people.ts`; its user store is there
 */
export function describeStoreAway(name: string, start: () => Promise<StoreWithSwitch>): void {
  describe(`${name} that goes away and comes back`, () => {
    test('is down for every question, never a wrong password, and works again without a restart', async () => {
      const store = await start();
      await store.goAway();
      await expectDown(store.identity);
      await store.comeBack();
      await expectThere(store.identity);
      await store.identity.close();
    });
  });
}

/**
 * What every backend must do whose user store can be slow without an end.
 * @param start as for `describeStoreAway`; its timeout should be short
 */
export function describeStoreStalling(name: string, start: () => Promise<StoreThatStalls>): void {
  test(
    `${name} that takes questions and answers none is down for all of them, and works again`,
    async () => {
      const store = await start();
      await expectThere(store.identity);
      await store.stall();
      await expectDown(store.identity);
      await store.goOn();
      await expectThere(store.identity);
      await store.identity.close();
    },
    longMs,
  );
}

async function expectDown(identity: Identity): Promise<void> {
  const down = expect.objectContaining({ name: 'IdentityError', kind: 'down' });
  const questions = [
    identity.verify(foo.email, 'foobar', origin),
    identity.verify(foo.email, 'sesame', origin),
    identity.verify('nobody@example.org', 'sesame', origin),
    identity.find(foo.subject),
    identity.find('nobody'),
  ];
  for (const asked of await Promise.allSettled(questions)) {
    expect(asked).toEqual({ status: 'rejected', reason: down });
    const { reason } = asked as PromiseRejectedResult;
    expect(reason).toBeInstanceOf(IdentityError);
    expect(String(reason)).not.toMatch(/foobar|sesame|@/);
  }
  expect(await identity.ready()).toBe(false);
}

async function expectThere(identity: Identity): Promise<void> {
  await until(() => identity.ready());
  const proven = { user: { subject: foo.subject } };
  expect(await identity.verify(foo.email, 'foobar', origin)).toMatchObject(proven);
  expect(await identity.verify(foo.email, 'sesame', origin)).toEqual({ refused: 'wrong' });
  expect(await identity.find('nobody')).toBeUndefined();
}
