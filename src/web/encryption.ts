import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Encrypts data into a text: who reads it learns nothing, and only this app can make or change one. */
export interface Encryption {
  /**
   * @param place the text is worth nothing anywhere else; by default it may be moved
   * @returns base64url
   */
  seal(data: Buffer, place?: string): string;
  /** @returns `undefined` when `seal` did not make this text for this place */
  open(text: string, place?: string): Buffer | undefined;
}

const cipher = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/**
 * @param secrets the first one encrypts; texts of the others are still opened
 * @param purpose keeps texts that are made for one thing from being taken for another
 */
export function createEncryption(secrets: readonly string[], purpose: string): Encryption {
  const keys = secrets.map((secret) =>
    createHmac('sha256', `portico ${purpose} ${secret}`).digest(),
  );

  return {
    seal(data, place = '') {
      const iv = randomBytes(ivBytes);
      const encrypting = createCipheriv(cipher, keys[0]!, iv).setAAD(Buffer.from(place));
      const encrypted = Buffer.concat([encrypting.update(data), encrypting.final()]);
      return Buffer.concat([iv, encrypting.getAuthTag(), encrypted]).toString('base64url');
    },
    open(text, place = '') {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= ivBytes + tagBytes) return undefined;
      for (const key of keys) {
        const opened = openedBy(key, bytes, place);
        if (opened) return opened;
      }
      return undefined;
    },
  };
}

function openedBy(key: Buffer, bytes: Buffer, place: string): Buffer | undefined {
  const decrypting = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes));
  decrypting.setAAD(Buffer.from(place)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const data = decrypting.update(bytes.subarray(ivBytes + tagBytes));
    return Buffer.concat([data, decrypting.final()]);
  } catch {
    return undefined;
  }
}
