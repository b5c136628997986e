import { expect, test } from '@jest/globals';
import type { Identity } from '../../src/identity/backend.ts';
import { origin } from '../support/origin.ts';
import { dearPeople, password } from '../support/people.ts';

/** Each kind of attempt in turn, so that a busy machine slows them down alike. */
const rounds = 12;
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
      const wrong: number[] = [];
      const unknown: number[] = [];
      const take = async (times: number[], login: string) => {
        const begin = performance.now();
        expect(await identity.verify(login, 'wrong', origin)).toEqual({ refused: 'wrong' });
        times.push(performance.now() - begin);
      };
      // Some stores learn by those who sign in how long a password takes.
      expect(await identity.verify(known[0]!, password, origin)).toHaveProperty('user');
      for (let round = 0; round < rounds; round += 1) {
        await take(wrong, known[round % known.length]!);
        await take(unknown, `nobody${round}@example.org`);
      }
      await identity.close();
      // A login that is looked up and no more takes a tenth of it.
      expect(medianOf(unknown)).toBeGreaterThan(medianOf(wrong) / 2);
      expect(medianOf(unknown)).toBeLessThan(medianOf(wrong) * 2);
    },
    longMs,
  );
}

function medianOf(times: number[]): number {
  return times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)]!;
}
