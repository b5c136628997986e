import { Script } from 'node:vm';

/** A view that EJS has turned into JavaScript, as far as it came. */
export interface TranslatedView {
  templateText: string;
  source: string;
}

/**
 * The line of a view at which its code stops being JavaScript. EJS does not say it, but it puts
 * `__line = …` into the code wherever a line of the view ends. A brace too many or too few is
 * noticed only at the end.
 */
export function lineOfFault({ templateText, source }: TranslatedView): number {
  const rows = source.trimEnd().split('\n').slice(0, rowOfFault(source));
  const counted = /__line = (\d+)$/.exec(rows.findLast(isCount) ?? '')?.[1] ?? '1';
  const rowsOfTag = rows.length - 1 - rows.findLastIndex(isStart);
  return Math.min(Number(counted) + rowsOfTag, templateText.split('\n').length);
}

const isCount = (row: string) => /^ {4}; __line = \d+$/.test(row);
const isStart = (row: string) => row.startsWith('    ; ');

/** From 1; the last row when the code is whole, because EJS itself stopped there. */
function rowOfFault(source: string): number | undefined {
  try {
    // Only parsed, never run. The function is what allows `return`.
    void new Script(`(function () {\n${source}\n})`, { filename: 'view', lineOffset: -1 });
    return undefined;
  } catch (error) {
    return Number(/^view:(\d+)/.exec((error as Error).stack ?? '')?.[1] ?? Number.NaN) || undefined;
  }
}
