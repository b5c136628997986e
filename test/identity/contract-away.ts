import { describe, expect, test } from '@jest/globals';
import { IdentityError, type Identity } from '../../src/identity/backend.ts';
import { origin } from '../support/origin.ts';
import { foo } from '../support/people.ts';

/** A user store that a test can take away. */
export interface StoreWithSwitch {
  identity: Identity;
  goAway(): unknown;
  comeBack(): unknown;
}

/**
 * What every backend must do whose user store is somewhere else.
 * @param start a backend that holds the people of `support/people.ts`; its user store is there
 */
export function describeStoreAway(name: string, start: () => Promise<StoreWithSwitch>): void {
  describe(`${name} that goes away and comes back`, () => {
    test('is down for every question, never a wrong password, and works again without a restart', async () => {
      const store = await start();
      const { identity } = store;
      const down = expect.objectContaining({ name: 'IdentityError', kind: 'down' });
      await store.goAway();
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
      await store.comeBack();
      expect(await identity.ready()).toBe(true);
      expect(await identity.verify(foo.email, 'foobar', origin)).toMatchObject({
        user: { subject: foo.subject },
      });
      expect(await identity.verify(foo.email, 'sesame', origin)).toEqual({ refused: 'wrong' });
      expect(await identity.find('nobody')).toBeUndefined();
      await identity.close();
    });
  });
}
