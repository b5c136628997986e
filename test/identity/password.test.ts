import { describe, expect, test } from '@jest/globals';
import { origin } from '../support/origin.ts';
import {
  createPasswordChecker,
  hashPassword,
  isAffordableHash,
  isPasswordHash,
  needsRehash,
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

describe('a password hash of others', () => {
  /** "lètmein", by libxcrypt. */
  const bcrypt = '$2b$04$abcdefghijklmnopqrstuuanVo7Xut1CH8VGIGlz1JovQh9GJbbtG';
  /** "lètmein" with a combining accent, by passlib. */
  const decomposed =
    '$pbkdf2-sha256$1000$E6JUKuWc8x6jFCLknJOSsg$4aIC1HwMNTM91/IRixoBko5sKZoqjL70OzZg7LRxcIY';

  test.each([
    ['composed, as it is typed', bcrypt, 'l\u00E8tmein', true],
    ['composed, and typed decomposed', bcrypt, 'le\u0300tmein', true],
    ['decomposed, as it is typed', decomposed, 'le\u0300tmein', true],
    ['composed, and typed without the accent', bcrypt, 'letmein', false],
    ['decomposed, and typed with another accent', decomposed, 'le\u0301tmein', false],
  ])('is made from a password %s', async (_what, hash, password, isRight) => {
    const checker = createPasswordChecker();
    expect(await checker.matches(hash, password, origin.turn)).toBe(isRight);
  });

  test.each([
    ['plain letters', bcrypt, 'letmein', 1],
    ['letters that are normalised already', bcrypt, 'l\u00E8tmein', 1],
    ['a decomposed accent', bcrypt, 'le\u0300tmein', 2],
    ['another kind of space', bcrypt, 'a\u00A0b', 2],
    ['very many accents', bcrypt, 'e\u0300'.repeat(1000), 1],
    ['a decomposed accent, for argon2id of others', foo.password_hash, 'le\u0300tmein', 2],
  ])('is computed for %s %#', async (_what, hash, password, times) => {
    let checks = 0;
    const verifyHash = async () => Boolean((checks += 1)) && false;
    const checker = createPasswordChecker({ verifyHash });
    expect(await checker.matches(hash, password, origin.turn)).toBe(false);
    expect(checks).toBe(times);
  });

  test('of our own is computed once, whatever is typed', async () => {
    let checks = 0;
    const verifyHash = async () => Boolean((checks += 1)) && false;
    const ours = await hashPassword('x');
    await createPasswordChecker({ verifyHash }).matches(ours, 'le\u0300tmein', origin.turn);
    expect(checks).toBe(1);
  });

  test('that costs too much is not computed', async () => {
    let checks = 0;
    const verifyHash = async () => Boolean((checks += 1));
    const checker = createPasswordChecker({ verifyHash });
    const dear = bcrypt.replace('$04$', '$15$');
    expect(isPasswordHash(dear)).toBe(true);
    expect(isAffordableHash(dear)).toBe(false);
    expect(await checker.matches(dear, 'lètmein', origin.turn)).toBe(false);
    expect(checks).toBe(0);
  });

  test('takes one turn for its checks, and gives it back when it fails', async () => {
    const verifyHash = () => Promise.reject(new Error('no memory left'));
    const broken = createPasswordChecker({ atOnce: 1, waiting: 0, verifyHash });
    for (let time = 0; time < 3; time += 1) {
      await expect(broken.matches(bcrypt, 'le\u0300tmein', origin.turn)).rejects.toThrow('memory');
    }
  });

  test.each([
    ['bcrypt', bcrypt, true],
    ['PBKDF2', decomposed, true],
    ['cheap argon2id', foo.password_hash, true],
    ['argon2i', '$argon2i$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$YC9+jJCrQhs5R6db7LlN8Q', true],
    ['argon2id with less memory', costing('m=19455,t=4,p=1'), true],
    ['argon2id in one pass', costing('m=19456,t=1,p=1'), true],
    ['argon2id of another form', `{argon2}${costing('m=65536,t=3,p=1')}`, true],
    ['what is no hash', 'secret', true],
    ['argon2id as ours', costing('m=19456,t=2,p=1'), false],
    ['argon2id that costs more', costing('m=65536,t=1,p=4'), false],
  ])('is to be made anew by a store of ours when it is %s: %#', (_what, hash, isOld) => {
    expect(needsRehash(hash)).toBe(isOld);
  });

  test('is not to be made anew when it has just been made', async () => {
    expect(needsRehash(await hashPassword('x'))).toBe(false);
  });
});

function costing(cost: string): string {
  return foo.password_hash.replace('m=8,t=1,p=1', cost);
}

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
