import { describe, expect, test } from '@jest/globals';
import { findJsonPlaces, lineAndColumn } from '../src/index.ts';

describe('the fault of a text', () => {
  test.each([
    '{}',
    '[]',
    'null',
    ' "a\\u00e9\\n" ',
    '-12.5e+3',
    '{"a": [1, true, {"b": ""}]}',
    '[[[]]]\n',
  ])('is missing if it is JSON: %j', (text) => {
    expect(() => void JSON.parse(text)).not.toThrow();
    expect(findJsonPlaces(text).fault).toBeUndefined();
  });

  test.each([
    ['', 0],
    ['{"a": 1', 7],
    ['{"a": 1,}', 8],
    ['{"a" 1}', 5],
    ['[1 2]', 3],
    ['[1, oops]', 4],
    ['[01]', 2],
    ["{'a': 1}", 1],
    ['"a\nb"', 0],
    ['{} {}', 3],
    ['[1] // comment', 4],
  ])('is where it stops being JSON: %j at %i', (text, fault) => {
    expect(() => void JSON.parse(text)).toThrow();
    expect(findJsonPlaces(text).fault).toBe(fault);
  });

  test('is the 101st level, so that no text can exhaust the stack', () => {
    expect(findJsonPlaces('['.repeat(100) + ']'.repeat(100)).fault).toBeUndefined();
    expect(findJsonPlaces('['.repeat(1_000_000)).fault).toBe(101);
  });
});

test('entries are the places where the items of a list begin', () => {
  const text = '[ 1,\n  {"a": [2]}, "b"]';
  const { entries } = findJsonPlaces(text);
  expect(entries.map((place) => text.slice(place, place + 1))).toEqual(['1', '{', '"']);
});

test.each([
  ['', 0, { line: 1, column: 1 }],
  ['ab\ncd', 1, { line: 1, column: 2 }],
  ['ab\ncd', 3, { line: 2, column: 1 }],
  ['ab\r\n\ncd', 6, { line: 3, column: 2 }],
])('in %j the offset %i has a line and a column', (text, offset, place) => {
  expect(lineAndColumn(text, offset)).toEqual(place);
});
