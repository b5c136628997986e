import { describe, expect, test } from '@jest/globals';
import { callsItselfLike } from '../../src/policy/lookalike.ts';

describe('an app is taken for the house', () => {
  test.each([
    ['the same name', 'Portico'],
    ['another case', 'PORTICO'],
    ['more words', 'Portico Login'],
    ['blanks and signs', 'P.o-r t_i c o'],
    ['accents', 'Pórtícø'],
    ['full-width letters', 'Ｐｏｒｔｉｃｏ'],
    ['mathematical letters', '𝐏𝐨𝐫𝐭𝐢𝐜𝐨'],
    ['letters in signs', 'Ⓟ🅞🅁🇹ico'],
    ['small capitals', 'ᴘᴏʀᴛɪᴄᴏ'],
    ['Cyrillic letters', 'Роrtісо'],
    ['Greek capitals', 'ΡΟRΤΙCΟ'],
    ['the Greek C', 'PORTIϹO'],
    ['the small Greek C', 'portiϲo'],
    ['Cherokee letters', 'Ꮲortico'],
    ['Lisu letters', 'ꓑꓳꓣꓔꓲꓚꓳ'],
    ['digits', 'P0rt1c0'],
    ['an L for an I', 'Portlco'],
    ['a line for an I', 'Port|co'],
  ])('by %s', (_how, name) => {
    expect(callsItselfLike(name, 'Portico')).toBe(true);
  });

  test.each(['Meadow Notes', 'Porto', 'Particle', 'Port', 'портал', '🏛', ''])(
    'but not when it is called %s',
    (name) => expect(callsItselfLike(name, 'Portico')).toBe(false),
  );

  test('of a short name only by a whole word, of one in few signs by any part', () => {
    expect(callsItselfLike('Video', 'ID')).toBe(false);
    expect(callsItselfLike('ID login', 'ID')).toBe(true);
    expect(callsItselfLike('I D', 'ID')).toBe(true);
    expect(callsItselfLike('三井銀行', '三井')).toBe(true);
  });

  test('also when two letters look like one, on either side', () => {
    expect(callsItselfLike('rnodern bank', 'Modern Bank')).toBe(true);
    expect(callsItselfLike('Modern Bank', 'rnodern bank')).toBe(true);
    expect(callsItselfLike('VVestbank', 'Westbank')).toBe(true);
  });

  test('never when the house has no letters', () => {
    expect(callsItselfLike('Notes', '🏛')).toBe(false);
  });
});
