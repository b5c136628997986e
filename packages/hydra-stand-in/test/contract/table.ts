import { versions, wordsOf, type Promised, type Version } from './promise.ts';

/** What a column of the table shows. */
export interface Outcome {
  name: string;
  version: Version;
  /** Whether the check of a promise has passed; `undefined`: the verdicts alone are shown. */
  hasPassed: ReadonlyMap<string, boolean> | undefined;
}

/** The verdicts themselves, before anything is run. */
export const verdicts: readonly Outcome[] = versions.map((version) => ({
  name: version,
  version,
  hasPassed: undefined,
}));

/** One row a promise; cells say what differs, and how. */
export function markdownTable(promises: readonly Promised[], outcomes: readonly Outcome[]): string {
  const rows = promises.map((promise) => [
    promise.id,
    promise.says,
    ...outcomes.map((outcome) => cell(promise, outcome)),
  ]);
  const head = ['id', 'promise', ...outcomes.map(({ name }) => name)];
  return [head, head.map(() => '---'), ...rows, ['', 'all', ...countsOf(promises, outcomes)]]
    .map((cells) => `| ${cells.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('');
}

/** For a terminal: one word a cell; how things differ comes below. */
export function textTable(promises: readonly Promised[], outcomes: readonly Outcome[]): string {
  const widths = outcomes.map(({ name }) => Math.max(name.length, 8) + 2);
  const line = (id: string, cells: string[], says: string) =>
    `${id.padEnd(7)}${cells.map((text, index) => text.padEnd(widths[index]!)).join('')}${says}`;
  const head = line(
    '',
    outcomes.map(({ name }) => name),
    'promise',
  );
  const rows = promises.map((promise) =>
    line(
      promise.id,
      outcomes.map((outcome) => word(promise, outcome)),
      promise.says,
    ),
  );
  const notes = promises.flatMap((promise) => notesOn(promise, outcomes));
  const counts = countsOf(promises, outcomes).map(
    (text, index) => `${outcomes[index]!.name}: ${text}`,
  );
  return [head, ...rows, '', ...notes, '', ...counts, ''].join('\n');
}

function cell(promise: Promised, outcome: Outcome): string {
  return failureOf(promise, outcome) ?? wordsOf(promise.on[outcome.version]);
}

function word(promise: Promised, outcome: Outcome): string {
  return failureOf(promise, outcome) ?? wordsOf({ word: promise.on[outcome.version].word });
}

/** A verdict counts only when it was checked, if there is anything to check. */
function failureOf({ id, on }: Promised, { version, hasPassed }: Outcome): string | undefined {
  if (!hasPassed || !on[version].check || hasPassed.get(id)) return undefined;
  return hasPassed.has(id) ? 'FAILS' : 'not run';
}

function notesOn({ id, on }: Promised, outcomes: readonly Outcome[]): string[] {
  const shown = versions.filter((version) =>
    outcomes.some((outcome) => outcome.version === version && on[version].how),
  );
  const texts = [...new Set(shown.map((version) => wordsOf(on[version])))];
  return texts.map((text) => {
    const where = shown.filter((version) => wordsOf(on[version]) === text);
    return `${id.padEnd(7)}${where.join(', ')} ${text}`;
  });
}

function countsOf(promises: readonly Promised[], outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => {
    const words = promises.map((promise) => word(promise, outcome));
    return [...new Set(words)]
      .toSorted()
      .map((each) => `${words.filter((one) => one === each).length} ${each}`)
      .join(', ');
  });
}
