import { describe, expect, test } from '@jest/globals';
import { origin } from '../support/origin.ts';
import {
  createPasswordChecker,
  hashPassword,
  isPasswordHash,
} from '../../src/identity/password.ts';
import { foldLogin } from '../../src/identity/login-key.ts';
import { foo, max } from '../support/people.ts';

describe('a password hash', () => {
  test('is argon2id with the cost that is written down, and matches its password alone', async () => {
    const checker = createPasswordChecker();
    for (const password of ['x', ' ', 'näive 🐎', 'p'.repeat(50_000)]) {
      const hash = await hashPassword(password);
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect(isPasswordHash(hash)).toBe(true);
      expect(await checker.matches(hash, password, origin.turn)).toBe(true);
      expect(await checker.matches(hash, `${password}.`, origin.turn)).toBe(false);
    }
  });

  test('matches however a keyboard writes accents and spaces', async () => {
    const checker = createPasswordChecker();
    const hash = await hashPassword('e\u0301te\u0301 a\u00A0b');
    expect(await checker.matches(hash, '\u00E9t\u00E9 a b', origin.turn)).toBe(true);
    expect(await checker.matches(hash, 'ete a b', origin.turn)).toBe(false);
  });

  test('never matches when it is malformed or the password is empty', async () => {
    const checker = createPasswordChecker();
    for (const hash of ['', 'x', '$argon2id$', max.password_hash.slice(0, -5)]) {
      expect(await checker.matches(hash, 'correct horse', origin.turn)).toBe(false);
      expect(isPasswordHash(hash)).toBe(false);
    }
    expect(await checker.matches(await hashPassword(''), '', origin.turn)).toBe(false);
  });
});

describe('checking passwords', () => {
  test('fails loudly where argon2 itself fails: that is no wrong password', async () => {
    const verifyHash = () => Promise.reject(new Error('no memory left'));
    const checker = createPasswordChecker({ verifyHash });
    await expect(checker.matches(foo.password_hash, 'foobar', origin.turn)).rejects.toThrow(
      'no memory left',
    );
  });

  test('is busy beyond two at once and a queue, and free again after that', async () => {
    const checker = createPasswordChecker({ atOnce: 2, waiting: 3 });
    const checks = Array.from({ length: 8 }, () =>
      checker.matches(foo.password_hash, 'foobar', origin.turn),
    );
    const results = await Promise.allSettled(checks);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(5);
    for (const result of results.slice(5)) {
      expect(result).toMatchObject({ reason: { name: 'IdentityError', kind: 'busy' } });
    }
    expect(await checker.matches(foo.password_hash, 'foobar', origin.turn)).toBe(true);
  });
});

describe('folding a login', () => {
  test.each([
    ['Straße', 'STRASSE'],
    ['ΟΔΟΣ', 'οδος'],
    ['οδοσ', 'οδος'],
    ['ﬁn', 'FIN'],
    ['\u212Aelvin', 'kelvin'],
    ['e\u0301', '\u00C9'],
    ['\u00A0max\u3000', 'max'],
    ['\u0390', '\u03B9\u0308\u0301'],
  ])('takes %j and %j for the same', (one, other) => {
    expect(foldLogin(one)).toBe(foldLogin(other));
    expect(foldLogin(foldLogin(one))).toBe(foldLogin(one));
  });

  test('keeps different letters apart and is quick with hostile ones', () => {
    expect(foldLogin('é')).not.toBe(foldLogin('e'));
    const hostile = `a${'\u0315\u0300'.repeat(16_000)}`;
    expect(foldLogin(hostile)).toBe(hostile);
  });
});
