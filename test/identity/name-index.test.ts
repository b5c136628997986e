import { expect, test } from '@jest/globals';
import { createNameIndex } from '../../src/identity/name-index.ts';

function indexOf(names: string[]) {
  const index = createNameIndex((owner, name) => names[owner] === name);
  return { index, owners: names.map((name, owner) => index.claim(name, owner)) };
}

test('each of many names has its owner, and no other name has one', () => {
  const names = Array.from({ length: 50_000 }, (_, number) => `person${number}@example.org`);
  const { index, owners } = indexOf(names);
  expect(owners.every((owner, number) => owner === number)).toBe(true);
  expect(names.every((name, number) => index.get(name) === number)).toBe(true);
  for (const name of ['', 'person50000@example.org', 'person1@example.or', '\0']) {
    expect(index.get(name)).toBeUndefined();
  }
});

test('a name that somebody has stays theirs', () => {
  expect(indexOf(['a', 'b', 'a', 'b', '']).owners).toEqual([0, 1, 0, 1, 4]);
});

test('names with one hash are told apart', () => {
  const collided = ['costarring', 'liquid', 'declinate', 'macallums', 'altarage', 'zinke'];
  const { index, owners } = indexOf(collided); // pairs of one FNV-1a hash
  expect(owners).toEqual([0, 1, 2, 3, 4, 5]);
  expect(collided.map((name) => index.get(name))).toEqual(owners);
});
