import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';

/** Encrypts data into a text: who reads it learns nothing, and only this app can make or change one. */
export interface Encryption {
  /** @returns base64url */
  seal(data: Buffer): string;
  /** @returns `undefined` when `seal` did not make this text */
  open(text: string): Buffer | undefined;
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
    seal(data) {
      const iv = randomBytes(ivBytes);
      const encrypting = createCipheriv(cipher, keys[0]!, iv);
      const encrypted = Buffer.concat([encrypting.update(data), encrypting.final()]);
      return Buffer.concat([iv, encrypting.getAuthTag(), encrypted]).toString('base64url');
    },
    open(text) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= ivBytes + tagBytes) return undefined;
      for (const key of keys) {
        const opened = openedBy(key, bytes);
        if (opened) return opened;
      }
      return undefined;
    },
  };
}

function openedBy(key: Buffer, bytes: Buffer): Buffer | undefined {
  const decrypting = createDecipheriv(cipher, key, bytes.subarray(0, ivBytes));
  decrypting.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  try {
    const data = decrypting.update(bytes.subarray(ivBytes + tagBytes));
    return Buffer.concat([data, decrypting.final()]);
  } catch {
    return undefined;
  }
}
