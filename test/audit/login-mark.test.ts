import { createHash, createHmac } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { foldLogin } from '../../src/identity/login-key.ts';
import { createLoginMark } from '../../src/audit/login-mark.ts';

const [first, second] = ['f'.repeat(16) + 'g'.repeat(16), 's'.repeat(16) + 't'.repeat(16)];
const mark = createLoginMark([first, second]);

test.each(['ADA@example.org', ' ada@example.org ', 'ａｄａ@example.org'])(
  'a login has the same mark when it is typed as "%s"',
  (typed) => {
    expect(mark(typed)).toBe(mark('ada@example.org'));
    expect(mark(typed)).toMatch(/^[\w-]{22}$/);
  },
);

test('another login has another mark, however long', () => {
  const logins = ['', 'ada', 'ada@example.org', 'x'.repeat(60_000), `${'x'.repeat(60_000)}y`];
  expect(new Set(logins.map(mark)).size).toBe(logins.length);
});

test('the first secret makes it, and whoever has none cannot', () => {
  expect(createLoginMark([first])('ada')).toBe(mark('ada'));
  expect(createLoginMark([second, first])('ada')).not.toBe(mark('ada'));
  const folded = foldLogin('ada');
  const guesses = [
    createHash('sha256').update(folded),
    // the secret alone has other purposes: what they sign must not be a mark
    createHmac('sha256', first).update(folded),
  ];
  for (const guess of guesses) expect(guess.digest('base64url')).not.toContain(mark('ada'));
});
