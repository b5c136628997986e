import { expect, test } from '@jest/globals';
import type { Identity } from '../../src/identity/backend.ts';
import { origin } from '../support/origin.ts';
import { dearPeople, password } from '../support/people.ts';

/** Each kind of attempt in turn, and the quickest of each counts: that one nothing else slowed down. */
const rounds = 12;
/** On a busy machine it takes more of them until one of each kind was quick. */
const mostRounds = 120;
const longMs = 60_000;

/**
 * That the time of an answer does not tell whether somebody has this login.
 * @param create a backend that holds these people, and nobody else
 */
export function describeTime(
  name: string,
  create: (people: typeof dearPeople) => Promise<Identity>,
): void {
  test(
    `${name} takes as long for an unknown login as for a wrong password`,
    async () => {
      const identity = await create(dearPeople);
      const known = dearPeople.map(({ email }) => email);
      const quickest = { wrong: Infinity, unknown: Infinity };
      const take = async (kind: keyof typeof quickest, login: string) => {
        const begin = performance.now();
        expect(await identity.verify(login, 'wrong', origin)).toEqual({ refused: 'wrong' });
        quickest[kind] = Math.min(quickest[kind], performance.now() - begin);
      };
      // A login that is looked up and no more takes a tenth of it.
      const isAlike = () =>
        quickest.unknown > quickest.wrong / 1.8 && quickest.unknown < quickest.wrong * 1.8;
      // Some stores learn by those who sign in how long a password takes.
      expect(await identity.verify(known[0]!, password, origin)).toHaveProperty('user');
      for (let round = 0; round < rounds || (round < mostRounds && !isAlike()); round += 1) {
        await take('wrong', known[round % known.length]!);
        await take('unknown', `nobody${round}@example.org`);
      }
      await identity.close();
      expect({ quickest, isAlike: isAlike() }).toMatchObject({ isAlike: true });
    },
    longMs,
  );
}
