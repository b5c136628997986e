/** What is not run is named at the end of a run of Jest, whichever worker came upon it. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { temporaryFolder } from './temporary-folder.ts';

const root = join(import.meta.dirname, '../..');

/** Runs Jest as usual, but over these test files; what it says is a list of lines. */
function runJest(files: Record<string, string>, env: Record<string, string> = {}) {
  const folder = temporaryFolder(files);
  const config = join(folder, 'jest.config.mjs');
  const lists = join(folder, 'lists');
  writeFileSync(
    config,
    `import usual from '${root}/jest.config.js';
    const [[reporter]] = usual.reporters.filter(Array.isArray);
    export default {
      ...usual,
      rootDir: '${root}',
      roots: ['${folder}'],
      testMatch: ['${folder}/*.test.ts'],
      reporters: ['default', [reporter, { run: 'trial', folder: '${lists}' }]],
    };`,
  );
  const given = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '-c', config];
  const { status, stderr } = spawnSync(process.execPath, [...given, '--maxWorkers', '2'], {
    cwd: root,
    env: { ...process.env, TEST_REQUIRE_ALL: '', ...env },
    encoding: 'utf8',
  });
  return { status, lines: stderr.split('\n') };
}

/** A test file that calls `notRun` for each of these. */
const fileWith = (...calls: [what: string, why: string][]) =>
  [
    `import { notRun } from '${join(root, 'test/support/not-run.ts')}';`,
    ...calls.map((call) => `notRun(...${JSON.stringify(call)});`),
    `test('is another test', () => {});`,
  ].join('\n');

const two = {
  'one.test.ts': fileWith(['a sample', 'go is not installed'], ['LDAP', 'slapd is missing']),
  'other.test.ts': fileWith(['LDAP', 'slapd is missing']),
};

test('a run ends with the list of what was not run, each once', () => {
  const { status, lines } = runJest(two);
  const begin = lines.indexOf('Not run here: 2 parts of the tests.');
  expect(lines.slice(begin + 1, begin + 3).toSorted()).toEqual([
    '  - LDAP: slapd is missing',
    '  - a sample: go is not installed',
  ]);
  expect(lines.slice(begin + 3).join('')).toBe('');
  expect(status).toBe(0);
});

test('a run that left nothing out says nothing', () => {
  const { status, lines } = runJest({ 'all.test.ts': fileWith() });
  expect(lines.join('\n')).toContain('1 passed');
  expect(lines.join('\n')).not.toMatch(/not run/i);
  expect(status).toBe(0);
});

test('a run that has to be whole fails otherwise, and says why', () => {
  const { status, lines } = runJest(two, { TEST_REQUIRE_ALL: '1' });
  expect(lines).toContain('Not run here: 2 parts of the tests.');
  expect(status).not.toBe(0);
});
