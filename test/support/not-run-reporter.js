/**
 * A reporter for Jest and for Playwright: says at the end of a run what `notRun` was called for, and
 * nothing otherwise. With TEST_REQUIRE_ALL=1 the run then fails. `node not-run-reporter.js` says the
 * same of all runs together. It is JavaScript because Jest loads reporters as they are.
 */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const usualFolder = fileURLToPath(new URL('../../.cache/not-run', import.meta.url));

export default class NotRunReporter {
  #list;

  /**
   * Jest gives its own configuration first, Playwright gives the options alone.
   * @param {{ run: string, folder?: string }} options how the run is called, for the name of its list
   */
  constructor(first, second) {
    const { run, folder = usualFolder } = second ?? first;
    mkdirSync(folder, { recursive: true });
    this.#list = join(folder, `${run}.jsonl`);
    writeFileSync(this.#list, '');
    process.env['NOT_RUN_LIST'] = this.#list; // Workers get it; they start later.
  }

  /** For Jest, which sums up after all reporters: what is missing should be its last word. */
  onRunComplete() {
    process.once('exit', () => say([this.#list]));
  }

  /** For Jest: an error fails the run. */
  getLastError() {
    if (this.#isFailure()) return new Error('TEST_REQUIRE_ALL is set, and not all was run.');
    return undefined;
  }

  /** For Playwright. */
  onEnd() {
    say([this.#list]);
    return this.#isFailure() ? { status: 'failed' } : undefined;
  }

  /** For Playwright: the lines of tests are left to another reporter. */
  printsToStdio() {
    return false;
  }

  #isFailure() {
    return process.env['TEST_REQUIRE_ALL'] === '1' && linesIn([this.#list]).length > 0;
  }
}

/** One line for each part that was not run, however many workers came upon it. */
function linesIn(lists) {
  const texts = lists.flatMap((list) => readFileSync(list, 'utf8').split('\n')).filter(Boolean);
  return [...new Set(texts)].map((text) => {
    const { what, why } = JSON.parse(text);
    return `  - ${what}: ${why}`;
  });
}

function say(lists) {
  const lines = linesIn(lists);
  if (lines.length === 0) return;
  const count = lines.length === 1 ? '1 part' : `${lines.length} parts`;
  // Not `process.stderr`: Jest has closed it when it exits.
  writeSync(2, ['', `Not run here: ${count} of the tests.`, ...lines, '', ''].join('\n'));
}

if (process.argv[1] === fileURLToPath(import.meta.url) && existsSync(usualFolder)) {
  say(readdirSync(usualFolder).map((name) => join(usualFolder, name)));
}
