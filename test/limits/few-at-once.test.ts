import { expect, test } from '@jest/globals';
import { createFewAtOnce } from '../../src/limits/few-at-once.ts';

/** Jobs that end when they are told to. */
function createJobs() {
  const begun: number[] = [];
  const ends = new Map<number, (error?: Error) => void>();
  const job = (number: number) => () =>
    new Promise<number>((resolve, reject) => {
      begun.push(number);
      ends.set(number, (error) => (error ? reject(error) : resolve(number)));
    });
  return { begun, job, end: (number: number, error?: Error) => ends.get(number)!(error) };
}

const turn = () => new Promise((done) => setImmediate(done));

test('runs so many at a time, the others in their order, as places become free', async () => {
  const few = createFewAtOnce(2);
  const { begun, job, end } = createJobs();
  const all = [1, 2, 3, 4].map((number) => few(job(number)));
  await turn();
  expect(begun).toEqual([1, 2]);
  end(2);
  await turn();
  expect(begun).toEqual([1, 2, 3]);
  for (const number of [1, 3]) end(number);
  await turn();
  end(4);
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  const [later, last] = [5, 6].map((number) => few(job(number)));
  await turn();
  expect(begun.slice(4)).toEqual([5, 6]);
  for (const number of [5, 6]) end(number);
  await Promise.all([later, last]);
});

test('lets those fail with one that waited when it began, and goes on with who came since', async () => {
  const few = createFewAtOnce(1);
  const { begun, job, end } = createJobs();
  const all = [1, 2, 3].map((number) => few(job(number)).catch((error: Error) => error.message));
  await turn();
  end(1, new Error('first'));
  await turn();
  expect(begun).toEqual([1, 2]);
  const later = few(job(4));
  end(2, new Error('second'));
  expect(await Promise.all(all)).toEqual(['first', 'second', 'second']);
  expect(begun).toEqual([1, 2, 4]);
  end(4);
  expect(await later).toBe(4);
});
