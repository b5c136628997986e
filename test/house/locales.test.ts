/** The taste of our words, and that our three languages are whole. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { statusOf } from '../../src/errors.ts';

type Words = Record<string, string>;

const folder = 'views/locales';
const locales = ['de', 'en', 'he'].map((tag): [tag: string, words: Words] => [
  tag,
  JSON.parse(readFileSync(join(folder, `${tag}.json`), 'utf8')) as Words,
]);
const en = locales.find(([tag]) => tag === 'en')![1];
const keys = Object.keys(en);
const placeholders = (text: string) => (text.match(/\{\w+\}/g) ?? []).toSorted();

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
      if (part !== 'title' && part !== 'text') return false;
      if (area === 'error') return name in statusOf;
      if (area === 'oauth2') return oauth2Codes.includes(name);
      return area === 'scope' || literals.includes(`${area}.${name}`);
    };
    expect(keys.filter((key) => !isUsed(key))).toEqual([]);
  });
});

describe.each(locales)('the words in %s', (tag, words) => {
  test('are complete, in the order of English, and never empty', () => {
    expect(Object.keys(words)).toEqual(keys);
    expect(keys.filter((key) => words[key]!.trim() !== words[key] || words[key] === '')).toEqual(
      [],
    );
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
    expect(unnamed.filter((key) => placeholders(words[key]!).length > 0)).toEqual([]);
  });

  test('name the same values as English', () => {
    const named = (text: string) => placeholders(text).join();
    expect(keys.filter((key) => named(words[key]!) !== named(en[key]!))).toEqual([]);
  });

  test('are plain: no markup, no exclamation marks, no please, no oops', () => {
    const unwanted =
      /[<>]|&\w+;|!|¡|\b(please|oops|successful(ly)?|sorry|invalid|bitte|hoppla|erfolgreich|leider|ungültig)\b|בבקשה|אופס|בהצלחה/i;
    expect(keys.filter((key) => unwanted.test(words[key]!))).toEqual([]);
  });

  test('have the quotation marks of their language', () => {
    const straight = tag === 'he' ? /'/ : /['"]/;
    expect(keys.filter((key) => straight.test(words[key]!))).toEqual([]);
  });
});

test('English has one word for one thing', () => {
  const other =
    /\b(e?mail address(?<!e-mail address)|email|log ?in|log ?out|log ?on|sign-on|application|click)\b/i;
  expect(keys.filter((key) => other.test(en[key]!))).toEqual([
    'error.challenge_used.text', // "a second click" is what happened
    'error.challenge_used.text_unnamed',
  ]);
});

test('German addresses people politely throughout', () => {
  const de = locales.find(([tag]) => tag === 'de')![1];
  const familiar = /\b(du|dein|deine|deinen|deiner|deinem|dich|dir|klicke)\b/i;
  expect(keys.filter((key) => familiar.test(de[key]!))).toEqual([]);
});
