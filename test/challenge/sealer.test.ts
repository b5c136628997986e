import { describe, expect, test } from '@jest/globals';
import { createSealer } from '../../src/challenge/sealer.ts';

const [secret, next, other] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [
  string,
  string,
  string,
];
const facts = { subject: 'ada', scopes: ['openid'], name: 'Ä“<' };

describe('a sealed text', () => {
  test('opens to what was sealed', () => {
    const sealer = createSealer([secret], 'form');
    const text = sealer.seal(facts);
    expect(sealer.open(text)).toEqual(facts);
    expect(text).toMatch(/^[\w-]+\.[\w-]+$/);
  });

  test('still opens when a new secret has taken over', () => {
    const text = createSealer([secret], 'form').seal(facts);
    expect(createSealer([next, secret], 'form').open(text)).toEqual(facts);
    expect(createSealer([next], 'form').open(text)).toBeUndefined();
  });

  test.each([
    ['empty', () => ''],
    ['short', () => 'abc'],
    ['not signed', () => Buffer.from(JSON.stringify(facts)).toString('base64url')],
    ['signed with nothing', () => `.${Buffer.from('{}').toString('base64url')}`],
    ['no base64', () => '\u{1F600}'.repeat(40)],
    ['sealed with another secret', () => createSealer([other], 'form').seal(facts)],
    ['sealed for another purpose', () => createSealer([secret], 'link').seal(facts)],
    ['cut', () => createSealer([secret], 'form').seal(facts).slice(0, -4)],
    ['longer', () => `${createSealer([secret], 'form').seal(facts)}AAAA`],
  ])('does not open when it is %s', (_how, make) => {
    expect(createSealer([secret], 'form').open(make())).toBeUndefined();
  });

  test('does not open with any letter changed', () => {
    const sealer = createSealer([secret], 'form');
    const text = sealer.seal(facts);
    for (let at = 0; at < text.length - 1; at++) {
      const letter = text[at] === 'A' ? 'B' : 'A';
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      expect(sealer.open(changed)).toBeUndefined();
    }
  });
});
