import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Parts } from '../../src/assemble.ts';
import { folders } from '../../src/folders.ts';
import { loadLocales } from '../../src/screens/locale.ts';
import { temporaryFolder } from './temporary-folder.ts';

/**
 * For `startApp(…, { change })`: an app with the English of the project, and with languages that
 * are made up for the tests. A fork may have any languages or none beside English.
 */
export function withLanguages(...tags: string[]): (parts: Parts) => Parts {
  const english = readFileSync(join(folders.locales, 'en.json'), 'utf8');
  const words = Object.entries(JSON.parse(english) as Record<string, string>);
  const files = tags.map((tag): [file: string, text: string] => [
    `${tag}.json`,
    JSON.stringify(Object.fromEntries(words.map(([key, text]) => [key, `[${tag}] ${text}`]))),
  ]);
  const folder = temporaryFolder({ 'en.json': english, ...Object.fromEntries(files) });
  return (parts) => ({ ...parts, locales: loadLocales(folder) });
}
