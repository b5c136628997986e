import { Script } from 'node:vm';

/** A view and the JavaScript that EJS has made of it, perhaps only of its beginning. */
export interface TranslatedView {
  templateText: string;
  source: string;
}

/**
 * The line of a view that is a syntax error. EJS does not tell it, but it writes `__line = …` into
 * the JavaScript at the end of each line of the view. A missing or extra brace shows only at the end.
 */
export function lineOfFault({ templateText, source }: TranslatedView): number {
  const rows = source.trimEnd().split('\n').slice(0, rowOfFault(source));
  const counted = /__line = (\d+)$/.exec(rows.findLast(isCount) ?? '')?.[1] ?? '1';
  const rowsOfTag = rows.length - 1 - rows.findLastIndex(isStart);
  return Math.min(Number(counted) + rowsOfTag, templateText.split('\n').length);
}

const isCount = (row: string) => /^ {4}; __line = \d+$/.test(row);
const isStart = (row: string) => row.startsWith('    ; ');

/** The row of the syntax error, from 1; `undefined` when the JavaScript is valid but EJS gave up. */
function rowOfFault(source: string): number | undefined {
  try {
    // This parses the code without running it. The function around it allows `return`.
    void new Script(`(function () {\n${source}\n})`, { filename: 'view', lineOffset: -1 });
    return undefined;
  } catch (error) {
    return Number(/^view:(\d+)/.exec((error as Error).stack ?? '')?.[1] ?? Number.NaN) || undefined;
  }
}
