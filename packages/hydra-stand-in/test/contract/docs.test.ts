/** `docs/admin-api.md` shows the table of promises; with DOCS_TABLE=write it is written anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { promises } from './promises/index.ts';
import { markdownTable, verdicts } from './table.ts';

test('the table in the documentation is what the suite holds', () => {
  const file = new URL('../../../../docs/admin-api.md', import.meta.url);
  const text = readFileSync(file, 'utf8');
  const [head, foot] = ['<!-- table -->', '<!-- end of table -->'];
  const start = text.indexOf(head) + head.length;
  const end = text.indexOf(foot);
  const table = `\n\n${markdownTable(promises, verdicts)}\n`;
  if (process.env['DOCS_TABLE'] === 'write') {
    writeFileSync(file, text.slice(0, start) + table + text.slice(end));
    return;
  }
  expect(text.slice(start, end)).toBe(table);
});
