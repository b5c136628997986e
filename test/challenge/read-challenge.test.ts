import { describe, expect, test } from '@jest/globals';
import { readChallenge } from '../../src/challenge/read-challenge.ts';

const keyOf = (text: unknown) => readChallenge({ login_challenge: text }, 'login').key;

describe('a challenge', () => {
  test.each([
    ['32 hexadecimal digits', '0123456789abcdef0123456789abcdef'],
    ['a UUID', '5f0bc3b2-8d3a-4b1d-9d3d-0d7e3f0b0a11'],
    ['base64url with padding', `${'aZ-_9'.repeat(250)}w==`],
    ['a short word', 'c1'],
    ['32 kB', 'x'.repeat(32 * 1024)],
  ])('may be %s, and stays as it is', (_what, text) => {
    expect(readChallenge({ consent_challenge: text }, 'consent').text).toBe(text);
  });

  test.each([
    ['none', undefined, 'challenge_missing'],
    ['an empty one', '', 'challenge_missing'],
    ['a blank one', ' ', 'challenge_missing'],
    ['tabs and line breaks', '\t\r\n\v', 'challenge_missing'],
    ['NUL alone', '\0', 'challenge_missing'],
    [
      'invisible characters',
      '\u200b\u2060\ufeff\u00ad\u202e\u3164\ufe0f\u2800',
      'challenge_missing',
    ],
    ['17 kB of blanks', ' '.repeat(17_000), 'challenge_missing'],
    ['two', ['a', 'b'], 'challenge_missing'],
    ['more than 32 kB', 'x'.repeat(32 * 1024 + 1), 'challenge_too_long'],
    ['a line break at the end', 'abcd\n', 'challenge_unknown'],
    ['a line break inside', 'ab\r\ncd', 'challenge_unknown'],
    ['a blank', 'ab cd', 'challenge_unknown'],
    ['letters of plain base64', 'ab+/', 'challenge_unknown'],
    ['padding inside', 'ab=cd', 'challenge_unknown'],
    ['three signs of padding', 'a===', 'challenge_unknown'],
    ['NUL', 'a\0', 'challenge_unknown'],
    ['markup', '<b>', 'challenge_unknown'],
  ])('is not taken from %s', (_what, text, code) => {
    expect(() => keyOf(text)).toThrow(code);
  });

  test('has one key for all spellings that the server takes for the same', () => {
    // The last letter before the padding carries bits that decoders ignore.
    expect(keyOf('QQ==')).toBe(keyOf('QR=='));
    expect(keyOf('QUE=')).toBe(keyOf('QUF='));
    const id = '0123456789abcdef0123456789abcdef';
    expect(keyOf(id)).toBe(keyOf(id.toUpperCase()));
  });

  test('has a key of its own, also by what it is for', () => {
    const others = ['login-1', 'login-2', 'QQ==', 'Qg==', 'QQ', 'a.b', 'ab'];
    expect(new Set(others.map(keyOf)).size).toBe(others.length);
    const asConsent = readChallenge({ consent_challenge: 'c' }, 'consent');
    expect(asConsent.key).not.toBe(keyOf('c'));
  });

  test('has a key of fixed length', () => {
    expect(keyOf('x'.repeat(32_000))).toHaveLength(keyOf('x').length);
  });
});
