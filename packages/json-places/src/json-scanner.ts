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
    isInString = byte === quote;
    openBrackets = byte === bracket || byte === brace ? 1 : 0;
    isScalar = !isInString && openBrackets === 0;
  }

  /** Whether the entry ends with this byte. */
  function isLast(byte: number): boolean {
    if (isInString) {
      if (isEscaped) isEscaped = false;
      else if (byte === backslash) isEscaped = true;
      else if (byte === quote) isInString = false;
      return !isInString && openBrackets === 0;
    }
    if (byte === quote) isInString = true;
    else if (byte === bracket || byte === brace) openBrackets += 1;
    else if (byte === bracketEnd || byte === braceEnd) openBrackets -= 1;
    return openBrackets === 0;
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
    state = 'comma';
    return { bytes, ...place };
  }

  function scanInto(entries: JsonEntry[], piece: Buffer): void {
    let from = 0;
    for (let at = 0; at < piece.length && state !== 'no list'; at += 1) {
      const byte = piece[at]!;
      if (state === 'list' && column === 1 && line === 1 && byte === byteOrderMark[marked]) {
        marked += 1;
        continue;
      }
      if (state === 'entry' && !isScalar) {
        if (isLast(byte)) entries.push(whole(piece.subarray(from, at + 1)));
      } else {
        const isEnd = isSpace(byte) || byte === comma || byte === bracketEnd;
        if (state === 'entry' && isEnd) entries.push(whole(piece.subarray(from, at)));
        if (state !== 'entry' && !isSpace(byte)) {
          state = between(byte);
          if (state === 'entry' || state === 'no list') {
            begin(byte);
            from = at;
          }
        }
      }
      if (byte === lineFeed) {
        line += 1;
        column = 1;
      } else if ((byte & 0xc0) !== 0x80) column += byte >= 0xf0 ? 2 : 1;
    }
    if (state === 'entry' || state === 'no list') keep(piece.subarray(from));
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
