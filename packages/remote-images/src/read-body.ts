import type { IncomingMessage } from 'node:http';
import { ImageFault } from './image-fault.ts';

/**
 * Reads the body of an answer, and stops as soon as it is too large.
 * @throws ImageFault `too_large`, `encoded`
 * @throws Error of Node when the body ends too early
 */
export async function readBody(answer: IncomingMessage, mostBytes: number): Promise<Buffer> {
  const { 'content-encoding': coding = 'identity', 'content-length': length } = answer.headers;
  // What would have to be unpacked could be a bomb.
  if (coding.toLowerCase() !== 'identity') throw new ImageFault('encoded');
  if (Number(length) > mostBytes) throw new ImageFault('too_large');
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > mostBytes) throw new ImageFault('too_large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
