import { describe, expect, test } from '@jest/globals';
import { origin } from '../support/origin.ts';
import {
  createPasswordChecker,
  hashPassword,
  isAffordableHash,
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

  test.each([
    ['m=262144,t=4,p=1', true],
    ['m=65536,t=3,p=4', true],
    ['m=8,t=20,p=1', true],
    ['m=1024,t=1,p=16', true],
    ['m=262145,t=1,p=1', false],
    ['m=262144,t=5,p=1', false],
    ['m=8,t=21,p=1', false],
    ['m=1024,t=1,p=17', false],
    ['m=4294967295,t=4294967295,p=255', false],
  ])('with %s may be checked: %s', async (cost, isAffordable) => {
    const hash = max.password_hash.replace('m=8,t=1,p=1', cost);
    expect(isPasswordHash(hash)).toBe(true);
    expect(isAffordableHash(hash)).toBe(isAffordable);
    let checks = 0;
    const verifyHash = async () => Boolean((checks += 1));
    const checker = createPasswordChecker({ verifyHash });
    expect(await checker.matches(hash, 'correct horse', origin.turn)).toBe(isAffordable);
    expect(checks).toBe(isAffordable ? 1 : 0);
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
    ['STRAẞE', 'straße'],
    ['\u200Ba\u200C\u200Dd\u2060a\uFEFF', 'ada'],
    ['a\u00ADd\u034Fa\u180B\uFE0F\u{E0101}\u3164', 'ada'],
    ['\u200E\u200F\u061C\u202Aa\u202Bd\u202Da\u202E\u202C\u2066\u2067\u2068\u2069', 'ada'],
    [' \u200B \u2066 ada', 'ada'],
    ['ada＠example．org', 'ada@example.org'],
    ['ada@example。org', 'ada@example.org'],
    ['ada@example｡org', 'ada@example.org'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@BU\u0308CHER.example', 'ADA@XN--BCHER-KVA.EXAMPLE'],
    ['ada@例え。テスト', 'ada@xn--r8jz45g.xn--zckzah'],
    ['ada@straße.example', 'ada@xn--strae-oqa.example'],
    ['ada@\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.com', 'ada@xn--mgba3gch31f060k.com'],
  ])('takes %j and %j for the same', (one, other) => {
    expect(foldLogin(one)).toBe(foldLogin(other));
    expect(foldLogin(foldLogin(one))).toBe(foldLogin(one));
  });

  test.each([
    ['ada@example.org', 'ada@example.org/x'],
    ['ada@example.org', 'ada@example.org:80'],
    ['ada@example.org', 'ada@ex%61mple.org'],
    ['ada@127.0.0.1', 'ada@127.1'],
    ['ada@xn--a.example', 'ada@xn--b.example'],
    ['ada@xn--bcher-kva.example', 'ada@bücher.example/x'],
    ['xn--bcher-kva', 'bücher'],
  ])('takes %j for another than %j', (one, other) => {
    expect(foldLogin(one)).not.toBe(foldLogin(other));
  });

  test('is empty for what nobody sees', () => {
    expect(foldLogin(' \u200B\u00AD\u2066 \u3000\uFEFF')).toBe('');
  });

  test('keeps different letters apart and is quick with hostile ones', () => {
    expect(foldLogin('é')).not.toBe(foldLogin('e'));
    const hostile = `a${'\u0315\u0300'.repeat(16_000)}`;
    expect(foldLogin(hostile)).toBe(hostile);
  });
});
