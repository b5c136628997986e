import { readFileSync } from 'node:fs';
import { isRecord } from './json.ts';

/** A file whose content may change while we run, as mounted secrets do. */
export interface FromFile {
  file: string;
}

export interface FileValue<T> {
  /** The last good one. */
  readonly current: T;
  /** Reads the file again. Keeps the last good value when the file is gone or wrong. */
  refresh(): void;
}

/**
 * @param read turns the trimmed text into a value, or throws an Error that says what is wrong
 * @param warn gets one sentence each time the file turns bad
 * @throws Error if the file is bad from the start
 */
export function createFileValue<T>(
  { file }: FromFile,
  read: (text: string) => T,
  warn: (sentence: string) => void,
): FileValue<T> {
  let text = readText(file);
  let current = readValue(text);
  let isBad = false;

  function readValue(from: string): T {
    try {
      return read(from);
    } catch (error) {
      throw new Error(`The file ${file} cannot be used: ${reasonOf(error)}.`, { cause: error });
    }
  }

  function refresh(): void {
    try {
      const found = readText(file);
      if (found !== text) [current, text] = [readValue(found), found];
      isBad = false;
    } catch (error) {
      if (!isBad) warn(`${reasonOf(error)} What it held before stays in use.`);
      isBad = true;
    }
  }

  return {
    get current() {
      return current;
    },
    refresh,
  };
}

/** Reading it all takes a few microseconds, and beats any guess whether the file has changed. */
function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const code = isRecord(error) ? String(error['code']) : 'no reason given';
    throw new Error(`The file ${file} cannot be read (${code}).`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
