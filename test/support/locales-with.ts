import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { folders } from '../../src/folders.ts';
import { loadLocales, type Locales } from '../../src/screens/locale.ts';

/** By the tag of a language, then by key. */
export type MoreWords = Record<string, Record<string, string>>;

/**
 * The languages of the project with further words, such as those for the scopes of an app: what a fork
 * has when it adds them to its files in `views/locales`. A language that is not there yet is added.
 */
export function localesWith(more: MoreWords): Locales {
  const folder = mkdtempSync(join(tmpdir(), 'locales-'));
  try {
    cpSync(folders.locales, folder, { recursive: true });
    for (const [tag, words] of Object.entries(more)) {
      const file = join(folder, `${tag}.json`);
      writeFileSync(file, JSON.stringify({ ...wordsIn(file), ...words }));
    }
    return loadLocales(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function wordsIn(file: string): object {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as object;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
}
