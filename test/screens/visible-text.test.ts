/** What strangers may write into a name, and what of it is shown. */
import { describe, expect, test } from '@jest/globals';
import { visibleText, visibleValue } from '../../src/screens/visible-text.ts';

const zalgo = (letters: string) =>
  Array.from(letters, (one) => one + '\u0336\u0301\u0323'.repeat(20));

describe('a name', () => {
  test.each([
    ['zero-width space', 'Por\u200Btico'],
    ['zero-width joiner', 'Por\u200Dtico'],
    ['zero-width non-joiner', 'Por\u200Ctico'],
    ['byte order mark', 'Por\uFEFFtico'],
    ['word joiner', 'Por\u2060tico'],
    ['soft hyphen', 'Por\u00ADtico'],
    ['combining grapheme joiner', 'Por\u034Ftico'],
    ['right-to-left override', 'Por\u202Etico'],
    ['isolate without an end', 'Por\u2067tico'],
    ['end of an isolate', '\u2069\u202CPortico'],
    ['marks of direction', 'Por\u200F\u200E\u061Ctico'],
    ['Hangul filler', 'Por\u3164tico'],
    ['other fillers', 'Por\u115F\u1160\uFFA0tico'],
    ['variation selectors', 'Por\uFE0F\u{E0100}tico'],
    ['tags', 'Portico\u{E0041}\u{E007F}'],
    ['annotations', 'Por\uFFF9tico\uFFFB'],
    ['musical and Egyptian controls', 'Por\u{1D173}\u{1D159}\u{13430}tico'],
    ['control characters', 'Por\0\u0008\u009Btico'],
  ])('is shown without a %s', (_what, name) => {
    expect(visibleText(name)).toBe('Portico');
  });

  test.each([
    ['an empty text', ''],
    ['no text', undefined],
    ['blanks', ' \t\n\u00A0\u2003\u3000'],
    ['a Braille blank', '\u2800'],
    ['fillers', '\u3164\u115F\u1160\uFFA0'],
    ['directions', '\u202E\u2066\u200F'],
    ['marks without a letter', '\u0301\u0336\u20DD'],
  ])('has nothing to see in %s', (_what, name) => {
    expect(visibleText(name)).toBe('');
  });

  test('has single blanks, and lines do not break in it', () => {
    expect(visibleText('  Meadow \u00A0\u2028 Notes\r\nSign in ')).toBe('Meadow Notes Sign in');
    expect(visibleText('Notes\u2800\u2800\u2800of')).toBe('Notes of');
  });

  test('carries few marks, and none that reaches over its neighbours', () => {
    const shown = visibleText(zalgo('Portico').join(''));
    expect(shown.normalize('NFD').replace(/\p{M}/gu, '')).toBe('Portico');
    expect(shown.normalize('NFD')).not.toMatch(/\p{M}{3}/u);
    expect(visibleText('ộ\u0301\u0301')).toBe('ộ');
    expect(visibleText('P\u20DDo\u0489rtico')).toBe('Portico');
    expect(visibleText('Notes \u0301\u0301\u0301of')).toBe('Notes of');
    // Nothing between marks lets them begin anew.
    expect(visibleText('o\u0301\u0302\u034F\u0303\u0304\u200B\u0305')).not.toMatch(/\p{M}{3}/u);
  });

  test('is read at once, also with a mountain of marks', async () => {
    // Normalising it as it is would take half a minute, which is longer than a test may take.
    const mountain = `o${'\u0301\u0316'.repeat(100_000)}`;
    expect(visibleText(mountain).normalize('NFD')).toMatch(/^o\p{M}{1,2}$/u);
    await new Promise((done) => setTimeout(done, 0)); // lets the time of the test run out
  });

  test.each([
    'Café Søren',
    'Ứng dụng',
    'Заметки',
    'שָׁלוֹם',
    'می\u200Cخواهم',
    'क्\u200Dष',
    'ไทยน้ำ',
    '日本のメモ',
    '👩\u200D💻 Notes',
    'مذكرات',
  ])('is shown as it is in any script: %s', (name) => {
    expect(visibleText(name)).toBe(name.normalize('NFC'));
  });

  test('is shown the same when it is shown again', () => {
    for (const name of [
      'e\u0301\u200B\u0302\u0303',
      ' \u0301a',
      'a \u20DD\u0301b',
      'o\u034F\u0338x',
    ]) {
      const once = visibleText(name);
      expect(visibleText(once)).toBe(once);
    }
    expect(visibleText('a\uD800b')).toBe('a\uFFFDb');
  });
});

test('values that cannot be seen are told apart by their numbers', () => {
  expect(visibleValue('photos')).toBe('photos');
  expect(visibleValue('\u3164\u{E0041}')).toBe('U+3164 U+E0041');
});
