/**
 * What the specification of the admin API promises, held against our client and plain requests: the
 * stand-in in each of its versions, or the real server that the environment names (see `server.ts`).
 * At the end a table is printed; `CONTRACT_TABLE` names a file that gets it as Markdown.
 */
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { promises } from './promises/index.ts';
import { wordsOf } from './promise.ts';
import { columnsOf, type Server } from './server.ts';
import { markdownTable, textTable } from './table.ts';
import { openTrial } from './trial.ts';

const columns = await columnsOf(process.env);
const outcomes = columns.map(({ name, version }) => ({
  name,
  version,
  hasPassed: new Map<string, boolean>(),
}));

describe.each(columns.map((column, index) => ({ ...column, ...outcomes[index]! })))(
  '$name',
  ({ version, hasPassed, ...column }) => {
    let server: Server;
    beforeAll(async () => {
      server = await column.start();
    });
    afterAll(() => server?.close());

    for (const { id, says, on } of promises) {
      const verdict = on[version];
      const { check } = verdict;
      if (!check) continue; // counted and named in the table
      const ending = verdict.word === 'holds' ? '' : ` (${wordsOf(verdict)})`;
      test(`${id} ${says}${ending}`, async () => {
        hasPassed.set(id, false);
        const trial = openTrial(server);
        try {
          await check(trial);
        } finally {
          await trial.close();
        }
        hasPassed.set(id, true);
      });
    }
  },
);

test('every promise of the 29 operations has an entry, and each but once', () => {
  // how many promises each operation makes; the first are those that hold for all operations
  const counts = [
    5, 4, 4, 3, 5, 5, 2, 2, 3, 4, 3, 2, 1, 2, 1, 2, 3, 6, 4, 5, 5, 3, 3, 3, 3, 5, 3, 2, 2, 5,
  ];
  const promised = counts.flatMap((count, operation) =>
    ['a', 'b', 'c', 'd', 'e', 'f'].slice(0, count).map((letter) => `S${operation}.${letter}`),
  );
  expect(promises.map(({ id }) => id)).toEqual([...promised, 'E1', 'E2', 'E3']);
});

afterAll(() => {
  process.stdout.write(`\n${textTable(promises, outcomes)}\n`);
  const file = process.env['CONTRACT_TABLE'];
  if (file) writeFileSync(file, markdownTable(promises, outcomes));
});
