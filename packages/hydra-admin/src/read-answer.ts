import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, type ZlibOptions } from 'node:zlib';
import { SendError, type Answer, type AnswerBody } from './send.ts';

type Decompress = (bytes: Buffer, options: ZlibOptions) => Promise<Buffer>;

const codings = new Map<string, Decompress>([
  ['gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['x-gzip', promisify<Buffer, ZlibOptions, Buffer>(gunzip)],
  ['deflate', promisify<Buffer, ZlibOptions, Buffer>(inflate)],
  ['br', promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress)],
]);

/**
 * Makes an answer of what has arrived: undoes its `Content-Encoding`, and drops a byte order mark,
 * which would be no JSON.
 * @throws SendError `malformed` if it cannot be decompressed; `too_large` if it is too large then
 */
export function readAnswer(
  { status, headers }: Pick<Answer, 'status' | 'headers'>,
  body: AnswerBody,
): Answer | Promise<Answer> {
  const answerOf = (bytes: Buffer) => ({ status, headers, body: textOf(bytes) });
  const coding = headers['content-encoding'];
  const bytes = body.bytes();
  if (coding === undefined || bytes.length === 0) return answerOf(bytes);
  return decompressed(bytes, String(coding).trim().toLowerCase(), body.most).then(answerOf);
}

async function decompressed(bytes: Buffer, coding: string, most: number): Promise<Buffer> {
  if (coding === 'identity' || coding === '') return bytes;
  const decompress = codings.get(coding);
  if (!decompress) throw new SendError('malformed', 'content-encoding');
  try {
    return await decompress(bytes, { maxOutputLength: most });
  } catch (error) {
    const isTooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw new SendError(isTooLarge ? 'too_large' : 'malformed', 'content-encoding');
  }
}

function textOf(bytes: Buffer): string {
  const text = bytes.toString();
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
