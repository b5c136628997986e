/** What holds for the words of every fork. A language may lack words: English stands in for them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { statusOf } from '../src/errors.ts';
import { loadLocales } from '../src/screens/locale.ts';

type Words = Record<string, string>;

const folder = 'views/locales';
const languages = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file): [file: string, words: Words] => [
    file,
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as Words,
  ]);
const en = Object.fromEntries(languages)['en.json']!;

const textOf = (place: string, ending: string): string =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(place, name), 'utf8'))
    .join('\n');

test('the app can read them', () => {
  expect(loadLocales(folder).all).toHaveLength(languages.length);
});

test('every key that is used has words in English', () => {
  const sources = `${textOf('src', '.ts')}\n${textOf('views', '.ejs')}`;
  const calls = sources.matchAll(/\b(?:t|h|named)\((?:[^)'`]*\? )?'([^']+)'/g);
  const others = textOf('src/screens', '.ts').matchAll(/'((?:button|consent)\.[a-z_]+)'/g);
  const used = [...calls, ...others].map(([, key]) => key!);
  expect(used.length).toBeGreaterThan(10);
  expect(used.filter((key) => !(key in en) && !(`${key}.title` in en))).toEqual([]);
});

test('every fault has a title and a text in English', () => {
  const wanted = Object.keys(statusOf).flatMap((code) => [
    `error.${code}.title`,
    `error.${code}.text`,
  ]);
  expect(wanted.filter((key) => !en[key])).toEqual([]);
});

test('a page that may not know the app has words for that in English', () => {
  const named = Object.keys(en).filter((key) => /^error\..*(?<!_unnamed)$/.test(key));
  const missing = named.filter((key) => en[key]!.includes('{app}') && !en[`${key}_unnamed`]);
  expect(missing).toEqual([]);
});
