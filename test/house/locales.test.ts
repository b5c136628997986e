/** That our six languages are whole, and that no word is left that nobody sees. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { statusOf } from '../../src/errors.ts';
import { folders } from '../../src/folders.ts';
import { en, keys, locales } from './our-words.ts';

const placeholders = (text = '') => (text.match(/\{\w+\}/g) ?? []).toSorted();

const read = (place: string, ending: string): string =>
  readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(place, name), 'utf8'))
    .join('\n');
const code = read('src', '.ts');
const views = read('views', '.ejs');

/** The codes that the page for the server's errors has words of its own for. */
const oauth2Codes = [
  ...readFileSync('src/routes/oauth2-error.ts', 'utf8').matchAll(/^ {2}\['(\w+)'/gm),
]
  .map(([, name]) => name!)
  .concat('default');

describe('the words', () => {
  test('are all used', () => {
    const literals = [...`${code}\n${views}`.matchAll(/['`]([a-z\d_.]+)['`]/g)].map(
      ([, one]) => one,
    );
    const isUsed = (key: string): boolean => {
      const base = key.replace(/_unnamed$/, '');
      const [area, name = '', part] = base.split('.');
      if (literals.includes(key) || literals.includes(base)) return true;
      if (area === 'scope') return ['title', 'text', 'none'].includes(part!);
      if (part !== 'title' && part !== 'text') return false;
      if (area === 'error') return name in statusOf;
      if (area === 'oauth2') return oauth2Codes.includes(name);
      return literals.includes(`${area}.${name}`);
    };
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });
});

test('are those of our six languages', () => {
  const files = readdirSync(folders.locales).toSorted();
  expect(files).toEqual(locales.map(([tag]) => `${tag}.json`));
});

describe.each(locales)('the words in %s', (tag, words) => {
  test('are complete, in the order of English, never empty, and without blanks around them', () => {
    expect(Object.keys(words)).toEqual(keys);
    const isBare = (text: string) => text !== '' && text.trim() === text;
    expect(keys.filter((key) => !isBare(words[key]!))).toEqual(['claim.comma']);
  });

  test('stand in their file as in the English one, line by line', () => {
    const keysOf = (name: string) =>
      readFileSync(join(folders.locales, `${name}.json`), 'utf8').replace(/: ".*"/g, '');
    expect(keysOf(tag)).toBe(keysOf('en'));
  });

  test('have a title and a text for every fault of ours and of the server', () => {
    const areas = [
      ...Object.keys(statusOf).map((name) => `error.${name}`),
      ...oauth2Codes.map((name) => `oauth2.${name}`),
    ];
    const wanted = areas.flatMap((area) => [`${area}.title`, `${area}.text`]);
    expect(wanted.filter((key) => !words[key])).toEqual([]);
  });

  test('have a version without the name of the app where a page may not know it', () => {
    const named = keys.filter(
      (key) =>
        /^(error|oauth2)\./.test(key) && !key.endsWith('_unnamed') && /\{app\}/.test(en[key]!),
    );
    expect(named.filter((key) => !words[`${key}_unnamed`])).toEqual([]);
    const unnamed = keys.filter((key) => key.endsWith('_unnamed'));
    expect(unnamed.filter((key) => placeholders(words[key]).length > 0)).toEqual([]);
  });

  test('name the same values as English', () => {
    const named = (text = '') => placeholders(text).join();
    expect(keys.filter((key) => named(words[key]) !== named(en[key]))).toEqual([]);
  });

  test('have the same links as English', () => {
    const links = (text = '') => text.match(/\[[^[\]]+\]/g)?.length ?? 0;
    const brackets = (text = '') => text.match(/[[\]]/g)?.length ?? 0;
    expect(keys.filter((key) => links(words[key]) !== links(en[key]))).toEqual([]);
    expect(keys.filter((key) => brackets(words[key]) !== 2 * links(en[key]))).toEqual([]);
  });

  test('name the button for signing in as it is called', () => {
    const naming = keys.filter((key) => en[key]!.includes(`“${en['login.submit']}”`));
    expect(naming.length).toBeGreaterThan(10);
    const called = new RegExp(`[“„«"]\\s?${words['login.submit']}\\s?[”“»"]`);
    expect(naming.filter((key) => !called.test(words[key]!))).toEqual([]);
  });
});
