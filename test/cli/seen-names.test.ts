/** What an import remembers of the names that it has seen. */
import { expect, test } from '@jest/globals';
import { createSeenNames } from '../../src/cli/people-files/seen-names.ts';

test('each of very many names is known again by the line where it stood first', () => {
  const seen = createSeenNames();
  const lines = Array.from({ length: 20_000 }, (_, index) => index + 1);
  expect(lines.filter((line) => seen.add(`name ${line}`, line) !== undefined)).toEqual([]);
  expect(lines.map((line) => seen.add(`name ${line}`, 7))).toEqual(lines);
  expect(seen.add('name 0', 8)).toBeUndefined();
});
