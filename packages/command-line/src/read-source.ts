import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { findJsonPlaces, lineAndColumn } from '@portico/json-places';
import { misuse, type Failure } from './failure.ts';

/** More than any client, token or secret needs. */
const maxBytes = 1_048_576;

/**
 * Reads a file, or the standard input for `-`.
 * @param what the content, for sentences, such as "the client"
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

/** Reads a secret of one line, without the line break at its end. @throws Failure, exit code 2 */
export async function readSecretLine(path: string, stdin: Readable, what: string): Promise<string> {
  const text = (await readSource(path, stdin, what)).replace(/\r?\n$/, '');
  if (text === '') throw misuse(`${nameOf(path)} is empty: it must hold ${what}.`);
  if (/[\r\n]/.test(text))
    throw misuse(`${nameOf(path)} has several lines: ${what} must be one line.`);
  return text;
}

/**
 * Reads a JSON object.
 * @throws Failure that says where the JSON is wrong, without quoting it: it may hold secrets
 */
export async function readJsonObject(
  path: string,
  stdin: Readable,
  what: string,
): Promise<Record<string, unknown>> {
  const text = await readSource(path, stdin, what);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    const { line, column } = lineAndColumn(text, findJsonPlaces(text).fault ?? 0);
    throw misuse(`${nameOf(path)} is not JSON: see line ${line}, column ${column}.`);
  }
  if (!isRecord(json)) throw misuse(`${nameOf(path)} must hold one JSON object: ${what}.`);
  return json;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  return readFile(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

/** Why a file cannot be read or written, as a wrong use. */
export function unreadable(path: string, error: unknown, verb = 'read'): Failure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return misuse(`${path} cannot be ${verb}: ${reasons[code] ?? (code || message)}.`);
}

const reasons: Record<string, string> = {
  ENOENT: 'it does not exist',
  EACCES: 'permission denied',
  EEXIST: 'it exists already',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
};

/** The name of the source, for sentences. */
export function nameOf(path: string): string {
  return path === '-' ? 'The standard input' : path;
}
