import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Encrypts data into a text that only this app can read, make or change. */
export interface Encryption {
  /**
   * @param data anything that can be written as JSON
   * @param place the text is worth nothing anywhere else; empty if it may be moved
   * @returns base64url
   */
  encrypt(data: unknown, place?: string): string;
  /** @returns what was encrypted for this place, or `undefined` when `encrypt` has not made the text */
  decrypt(text: string, place?: string): unknown;
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM, with a key from a cookie secret.
 * @param secrets the first one encrypts; texts of the others can still be read
 * @param purpose keeps texts that were made for one thing from being taken for another
 */
export function createEncryption(secrets: readonly string[], purpose: string): Encryption {
  const keys = secrets.map((secret) =>
    createHmac('sha256', `portico ${purpose} ${secret}`).digest(),
  );

  return {
    encrypt(data, place = '') {
      const iv = randomBytes(ivBytes);
      const encrypting = createCipheriv(cipher, keys[0]!, iv).setAAD(Buffer.from(place));
      const text = Buffer.concat([encrypting.update(JSON.stringify(data)), encrypting.final()]);
      return Buffer.concat([iv, encrypting.getAuthTag(), text]).toString('base64url');
    },
    decrypt(text, place = '') {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= ivBytes + tagBytes) return undefined;
      const opened = keys.map((key) => decrypted(bytes, key, place));
      const json = opened.find((one) => one !== undefined);
      return json === undefined ? undefined : JSON.parse(json);
    },
  };
}

/** @returns `undefined` when this key did not make it */
function decrypted(bytes: Buffer, key: Buffer, place: string): string | undefined {
  const decrypting = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes));
  decrypting.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const text = decrypting.update(bytes.subarray(ivBytes + tagBytes));
    return Buffer.concat([text, decrypting.final()]).toString();
  } catch {
    return undefined;
  }
}
