import { FileFault, longestRow } from './row.ts';

export interface Line {
  /** Counted from 1. */
  number: number;
  /** Without the line feed at its end, or the beginning of a line that is too long. */
  bytes: Buffer;
  isTooLong: boolean;
}

const lineFeed = 0x0a;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * The lines of a file, as many at a time as one read has brought. Memory is bounded: of a line that
 * is too long only the beginning is kept.
 * @throws FileFault when the file is in UTF-16
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  let number = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isTooLong = false;
  let isFirst = true;

  const lineOf = (bytes: Buffer): Line => {
    const line = {
      number: (number += 1),
      bytes,
      isTooLong: isTooLong || bytes.length > longestRow,
    };
    isTooLong = false;
    return line;
  };

  for await (const chunk of input) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : Buffer.from(chunk);
    if (isFirst) {
      if (rest.length < byteOrderMark.length) continue;
      rest = withoutMark(rest);
      isFirst = false;
    }
    const lines: Line[] = [];
    let start = 0;
    for (let end = rest.indexOf(lineFeed); end >= 0; end = rest.indexOf(lineFeed, start)) {
      lines.push(lineOf(rest.subarray(start, end)));
      start = end + 1;
    }
    rest = rest.subarray(start);
    if (rest.length > longestRow) {
      isTooLong = true;
      rest = Buffer.from(rest.subarray(0, 1));
    }
    if (lines.length > 0) yield lines;
  }
  if (isFirst) rest = withoutMark(rest);
  if (rest.length > 0) yield [lineOf(rest)];
}

function withoutMark(bytes: Buffer): Buffer {
  const [first = 0, second = 0] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw new FileFault('It is in UTF-16: save it in UTF-8.');
  }
  return bytes.subarray(0, 3).equals(byteOrderMark) ? bytes.subarray(3) : bytes;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** `undefined` if it is not UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

export const tooLong = `it is longer than ${longestRow} bytes`;
export const notUtf8 = 'it is not in UTF-8';
