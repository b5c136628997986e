/** A wish for a language finds what it means, and never a wrong one. */
import { expect, test } from '@jest/globals';
import { canonicalTag, createLanguageMatcher } from '../../src/screens/language-matcher.ts';

const wide = 'ar de en en-GB es es-419 fr-CA he id nb pt pt-BR ru sr-Latn zh-Hans zh-Hant'.split(
  ' ',
);

test.each([
  ['de', 'de'],
  ['DE', 'de'],
  ['de-AT', 'de'],
  ['de-DE-1996', 'de'],
  ['de-u-co-phonebk', 'de'],
  ['en-US', 'en'],
  ['en_US', 'en'],
  ['en-gb', 'en-GB'],
  ['en-AU', 'en-GB'],
  ['es-MX', 'es-419'],
  ['es-ES', 'es'],
  ['fr', 'fr-CA'],
  ['iw', 'he'],
  ['iw-IL', 'he'],
  ['in', 'id'],
  ['no', 'nb'],
  ['nn-NO', 'nb'],
  ['pt-PT', 'pt'],
  ['pt-BR', 'pt-BR'],
  ['sh', 'sr-Latn'],
  ['sr-Latn-RS', 'sr-Latn'],
  ['sr', 'sr-Latn'],
  ['zh', 'zh-Hans'],
  ['zh-CN', 'zh-Hans'],
  ['zh-SG', 'zh-Hans'],
  ['zh-TW', 'zh-Hant'],
  ['zh-HK', 'zh-Hant'],
  ['zh-Hant-CN', 'zh-Hant'],
])('%s is %s', (wish, tag) => {
  expect(createLanguageMatcher(wide)(wish)).toBe(tag);
});

test.each([
  [['no'], 'nb', 'no'],
  [['pt-BR', 'pt-PT'], 'pt', 'pt-BR'],
  [['pt-BR'], 'pt-PT', 'pt-BR'],
  [['zh-Hant'], 'zh', 'zh-Hant'],
  [['pa-Arab'], 'pa', 'pa-Arab'],
  [['pa'], 'pa-Arab', undefined],
  [['az'], 'az-Cyrl', undefined],
  [['zh-Hant'], 'zh-CN', undefined],
  [['de'], 'fr', undefined],
  [[], 'en', undefined],
])('of %j, %s is %s', (tags, wish, tag) => {
  expect(createLanguageMatcher(tags)(wish)).toBe(tag);
});

/** Not there, even where CLDR has a language that many people of the country read. */
const strange = 'fr it uk be ca da gsw ur fa tlh und mul root'.split(' ');
const noTags = ' * - x x-klingon __proto__ constructor de;q=1 de&lang=en ../de'.split(' ');

test.each([
  ...strange,
  ...noTags,
  'x'.repeat(8_000),
  `de-${'a'.repeat(40)}`,
  undefined,
  null,
  1,
  ['de'],
  { de: 1 },
])('%j is none', (wish) => {
  const tags = wide.filter((tag) => !tag.startsWith('fr'));
  expect(createLanguageMatcher(tags)(wish)).toBeUndefined();
});

test('thousands of unknown wishes cost little', () => {
  const matchLanguage = createLanguageMatcher(wide);
  const began = performance.now();
  for (let n = 0; n < 5_000; n++) matchLanguage(`de-x-${n.toString(36)}`);
  for (let n = 0; n < 5_000; n++) matchLanguage(`${'q'.repeat(30)}${n}`);
  for (let n = 0; n < 5_000; n++) matchLanguage(`q${(n % 26).toString(36)}-${1_000 + n}`);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('a tag becomes canonical', () => {
  const tags = ['en-gb', 'EN_gb', 'ZH-hant', 'iw', 'sr-latn-rs'];
  expect(tags.map(canonicalTag)).toEqual(['en-GB', 'en-GB', 'zh-Hant', 'he', 'sr-Latn-RS']);
  expect(['en.backup', '', 'de-'].map(canonicalTag)).toEqual([undefined, undefined, undefined]);
});
