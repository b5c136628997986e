import { describe, expect, test } from '@jest/globals';
import { createEncryption } from '../../src/web/encryption.ts';

const [secret, next] = ['the-secret-of-today-0123456789abcdef', 'the-next-secret-0123456789abcdef'];
const data = Buffer.from(
  JSON.stringify({ target: 'https://auth.example.org/?login_verifier=v', at: 1 }),
);

describe('an encrypted text', () => {
  const encryption = createEncryption([secret], 'answers');

  test('can be read again, shows nothing, and differs each time', () => {
    const [one, other] = [encryption.seal(data), encryption.seal(data)];
    expect(encryption.open(one)).toEqual(data);
    expect(one).not.toBe(other);
    expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('verifier');
  });

  test('is worth nothing when it was changed, cut, or made for another purpose or place', () => {
    const text = encryption.seal(data, 'row 1');
    expect(encryption.open(text, 'row 1')).toEqual(data);
    expect(encryption.open(text, 'row 2')).toBeUndefined();
    expect(encryption.open(text)).toBeUndefined();
    expect(createEncryption([secret], 'cookies').open(text, 'row 1')).toBeUndefined();
    const bytes = Buffer.from(text, 'base64url');
    for (const at of [0, 12, 28, bytes.length - 1]) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      expect(encryption.open(changed.toString('base64url'), 'row 1')).toBeUndefined();
      expect(encryption.open(bytes.subarray(0, at).toString('base64url'), 'row 1')).toBeUndefined();
    }
    expect(encryption.open('')).toBeUndefined();
  });

  test('can be read with a new secret before the old one, and no longer without the old one', () => {
    const text = encryption.seal(data);
    expect(createEncryption([next, secret], 'answers').open(text)).toEqual(data);
    expect(createEncryption([next], 'answers').open(text)).toBeUndefined();
  });
});
