const space = /[ \t\n\r]*/y;
const string = /"[ !#-[\]-\uffff]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[ !#-[\]-\uffff]*)*"/y;
const scalar = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const deepest = 100;

/** Places in a JSON text (RFC 8259), as offsets. */
export interface JsonPlaces {
  /** Where each entry begins, if the text is a list. */
  entries: number[];
  /** Where the text stops being JSON; `undefined` if all of it is JSON. */
  fault: number | undefined;
}

/**
 * Finds the places that `JSON.parse` does not tell. Its messages differ between versions of Node,
 * often lack a position, and quote the text, which may hold secrets. More than 100 levels count as
 * a fault.
 */
export function findJsonPlaces(text: string): JsonPlaces {
  const entries: number[] = [];
  let at = 0;

  function skip(pattern: RegExp): boolean {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  }

  function skipMark(mark: string): boolean {
    skip(space);
    if (text[at] !== mark) return false;
    at += 1;
    return true;
  }

  function skipValue(depth: number): boolean {
    skip(space);
    if (depth > deepest) return false;
    if (depth === 1) entries.push(at);
    if (skipMark('[')) return skipItems(']', () => skipValue(depth + 1));
    if (skipMark('{')) return skipItems('}', () => skipName() && skipValue(depth + 1));
    return skip(string) || skip(scalar);
  }

  function skipName(): boolean {
    skip(space);
    return skip(string) && skipMark(':');
  }

  function skipItems(end: string, skipItem: () => boolean): boolean {
    if (skipMark(end)) return true;
    while (skipItem()) {
      if (skipMark(end)) return true;
      if (!skipMark(',')) return false;
    }
    return false;
  }

  const isWhole = skipValue(0) && skip(space) && at === text.length;
  return { entries, fault: isWhole ? undefined : at };
}

/** Line and column of an offset, both counted from 1, the column in UTF-16 units. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const lines = text.slice(0, offset).split('\n');
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
