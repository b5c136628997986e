import { plain, safeJson, type CommandContext } from '@portico/command-line';
import type { Outcome } from '../identity/sql-merge.ts';

export type ImportReport = ReturnType<typeof createImportReport>;

/** How often progress is shown. */
const showEveryMs = 200;

/** Counts the rows of an import, lists those that were refused, and shows progress on a terminal. */
export function createImportReport(
  { print, note, stderr }: Pick<CommandContext, 'print' | 'note' | 'stderr'>,
  isJson: boolean,
) {
  const counts = { added: 0, updated: 0, unchanged: 0, refused: 0 };
  let shownAt = 0;
  let hasProgress = false;

  function clearProgress(): void {
    if (hasProgress) stderr.write('\r\u001b[K');
    hasProgress = false;
  }

  function showProgress(): void {
    if (!stderr.isTTY || Date.now() - shownAt < showEveryMs) return;
    shownAt = Date.now();
    hasProgress = true;
    stderr.write(`\r${sentence()}\u001b[K`);
  }

  const sentence = (): string => {
    const { added, updated, unchanged, refused } = counts;
    return `Added: ${added}. Updated: ${updated}. Unchanged: ${unchanged}. Refused: ${refused}.`;
  };

  return {
    refused: () => counts.refused,
    async add(line: number, outcome: Outcome): Promise<void> {
      if (typeof outcome === 'string') {
        counts[outcome] += 1;
      } else {
        const isFirst = counts.refused === 0;
        counts.refused += 1;
        clearProgress();
        if (isJson) {
          const before = isFirst ? '{\n  "refusals": [' : ',';
          await print(`${before}\n    ${safeJson({ line, reason: outcome.refused }, 0)}`);
        } else {
          note(`line ${line}: ${plain(outcome.refused)}`);
        }
      }
      showProgress();
    },
    /** @param isComplete whether all rows were read */
    async end(isComplete: boolean): Promise<void> {
      clearProgress();
      if (!isComplete && Object.values(counts).every((count) => count === 0)) return;
      if (!isJson) return void (await print(`${sentence()}\n`));
      const before = counts.refused === 0 ? '{\n  "refusals": [],\n' : '\n  ],\n';
      const rest = safeJson({ ...counts, complete: isComplete }).slice('{\n'.length);
      return void (await print(`${before}${rest}\n`));
    },
  };
}
