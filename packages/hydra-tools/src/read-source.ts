import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { misuse } from './failure.ts';

/** Far more than any client, token or secret has. */
const maxBytes = 1_048_576;

/**
 * The text of a file, or of the standard input for `-`.
 * @param what for sentences: "the client"
 * @throws Failure, exit code 2
 */
export async function readSource(path: string, stdin: Readable, what: string): Promise<string> {
  const bytes = path === '-' ? await readInput(stdin, what) : await readWhole(path);
  if (bytes.length > maxBytes) throw misuse(`${nameOf(path)} is too long for ${what}.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw misuse(`${nameOf(path)} is not in UTF-8.`);
  }
}

/** One line that is a secret: a line break at its end is not part of it. */
export async function readSecretLine(path: string, stdin: Readable, what: string): Promise<string> {
  const text = (await readSource(path, stdin, what)).replace(/\r?\n$/, '');
  if (text === '') throw misuse(`${nameOf(path)} is empty: ${what} is wanted there.`);
  if (/[\r\n]/.test(text)) throw misuse(`${nameOf(path)} has several lines: ${what} is but one.`);
  return text;
}

/** @throws Failure that says where the JSON breaks, without repeating it: secrets may be in it */
export async function readJsonObject(
  path: string,
  stdin: Readable,
  what: string,
): Promise<Record<string, unknown>> {
  const text = await readSource(path, stdin, what);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    const place = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
    const line = place ? ` at line ${text.slice(0, Number(place)).split('\n').length}` : '';
    throw misuse(`${nameOf(path)} is not JSON: it breaks${line || ' at its end'}.`);
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw misuse(`${nameOf(path)} must hold one JSON object: ${what}.`);
  }
  return json as Record<string, unknown>;
}

async function readInput(stdin: Readable & { isTTY?: boolean }, what: string): Promise<Buffer> {
  if (stdin.isTTY) throw misuse(`Pipe ${what} to the standard input, or name a file.`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stdin as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  return Buffer.concat(chunks);
}

async function readWhole(path: string): Promise<Buffer> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw misuse(`${path} cannot be read: ${reasons[error.code ?? ''] ?? error.code}.`);
  });
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'it may not be read',
  EISDIR: 'it is a folder',
};

/** What to call it in a sentence. */
export function nameOf(path: string): string {
  return path === '-' ? 'The standard input' : path;
}
