import { faultIn, JsonFault } from './json-fault.ts';
import { findJsonPlaces } from './json-places.ts';

/** One entry of a JSON list. */
export interface JsonEntry {
  /** Its text in UTF-8; only its brackets and quotes have been looked at. */
  bytes: Buffer;
  /** Where it begins, counted from 1, the column in UTF-16 units. */
  line: number;
  column: number;
}

const longestEntry = 1024 * 1024;

const code = (character: string) => character.charCodeAt(0);
const [lineFeed, quote, backslash, comma] = [code('\n'), code('"'), code('\\'), code(',')];
const [bracket, bracketEnd, brace, braceEnd] = [code('['), code(']'), code('{'), code('}')];
const byteOrderMark = Buffer.from('\uFEFF');
const isSpace = (byte: number) => byte === 32 || byte === lineFeed || byte === 13 || byte === 9;

/** What comes next, or what is being read. */
type State = 'list' | 'first entry' | 'next entry' | 'entry' | 'comma' | 'end' | 'no list';

/** Looks at brackets, quotes and commas; what an entry is like inside is for `valueOf`. */
export function createScanner() {
  let state: State = 'list';
  /** How much of a byte order mark was read. */
  let marked = 0;
  let line = 1;
  let column = 1;
  /** Of the entry, or of what is no list. */
  let place = { line, column };
  let begun: Buffer[] = [];
  let begunLength = 0;
  /** A number or a word, which ends where something else comes. */
  let isScalar = false;
  let isInString = false;
  let isEscaped = false;
  let openBrackets = 0;

  function begin(byte: number): void {
    place = { line, column };
    isScalar = byte !== quote && byte !== bracket && byte !== brace;
  }

  /** Where the entry ends that `at` is in; the end of the piece if it goes on. */
  function endOfEntry(piece: Buffer, at: number): number {
    if (isScalar) return endOfScalar(piece, at);
    // In variables of its own: most of the time goes here.
    let [inString, escaped, open] = [isInString, isEscaped, openBrackets];
    let isOver = false;
    let next = at;
    for (; next < piece.length && !isOver; next += 1) {
      const byte = piece[next];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) inString = false;
      } else if (byte === quote) inString = true;
      else if (byte === bracket || byte === brace) open += 1;
      else if (byte === bracketEnd || byte === braceEnd) open -= 1;
      isOver = !inString && open === 0;
    }
    [isInString, isEscaped, openBrackets] = [inString, escaped, open];
    if (isOver) state = 'comma';
    return next;
  }

  function endOfScalar(piece: Buffer, at: number): number {
    let next = at;
    const isPart = (byte: number) => byte !== comma && byte !== bracketEnd && !isSpace(byte);
    while (next < piece.length && isPart(piece[next]!)) next += 1;
    if (next < piece.length) state = 'comma';
    return next;
  }

  /** Counts lines and columns. */
  function count(piece: Buffer, from: number, to: number): void {
    let [lines, columns] = [line, column];
    for (let at = from; at < to; at += 1) {
      const byte = piece[at]!;
      if (byte === lineFeed) {
        lines += 1;
        columns = 1;
      } else if ((byte & 0xc0) !== 0x80) columns += byte >= 0xf0 ? 2 : 1;
    }
    [line, column] = [lines, columns];
  }

  function between(byte: number): State {
    const isEntryDue = state === 'first entry' || state === 'next entry';
    if (state === 'list') return byte === bracket ? 'first entry' : 'no list';
    if (byte === bracketEnd && (state === 'first entry' || state === 'comma')) return 'end';
    if (byte === comma && state === 'comma') return 'next entry';
    if (isEntryDue && byte !== bracketEnd && byte !== comma) return 'entry';
    throw new JsonFault('syntax', { line, column });
  }

  function keep(part: Buffer): void {
    begun.push(Buffer.from(part)); // the piece may be filled again
    begunLength += part.length;
    if (begunLength <= longestEntry) return;
    throw new JsonFault(state === 'entry' ? 'length' : 'list', place);
  }

  function whole(part: Buffer): JsonEntry {
    const bytes = begun.length > 0 ? Buffer.concat([...begun, part]) : part;
    if (bytes.length > longestEntry) throw new JsonFault('length', place);
    begun = [];
    begunLength = 0;
    return { bytes, ...place };
  }

  function scanInto(entries: JsonEntry[], piece: Buffer): void {
    let at = skipMark(piece);
    while (at < piece.length) {
      const from = at;
      if (state === 'entry') {
        at = endOfEntry(piece, at);
        // oxlint-disable-next-line typescript/no-unnecessary-condition -- it may be `comma` now
        if (state === 'entry') keep(piece.subarray(from));
        else entries.push(whole(piece.subarray(from, at)));
      } else if (state === 'no list') {
        at = piece.length;
        keep(piece.subarray(from));
      } else {
        const byte = piece[at]!;
        if (!isSpace(byte)) state = between(byte);
        // What begins here holds this byte, too.
        if (state === 'entry' || state === 'no list') begin(byte);
        else at += 1;
      }
      count(piece, from, at);
    }
  }

  /** How much of a byte order mark is at the start of this piece. */
  function skipMark(piece: Buffer): number {
    if (state !== 'list' || line > 1 || column > 1) return 0;
    let at = 0;
    while (at < piece.length && piece[at] === byteOrderMark[marked]) {
      marked += 1;
      at += 1;
    }
    return at;
  }

  return {
    /** The entries that end in this piece, and what is wrong behind them. */
    scan(piece: Buffer): { entries: JsonEntry[]; fault?: unknown } {
      const entries: JsonEntry[] = [];
      try {
        scanInto(entries, piece);
        return { entries };
      } catch (fault) {
        return { entries, fault };
      }
    },

    end(): void {
      if (state === 'end') return;
      const text = Buffer.concat(begun).toString();
      if (state === 'entry') throw faultIn(`[${text}`, { ...place, column: place.column - 1 });
      if (state !== 'no list') throw new JsonFault('syntax', { line, column });
      if (findJsonPlaces(text).fault !== undefined) throw faultIn(text, place);
      throw new JsonFault('list', place);
    },
  };
}
