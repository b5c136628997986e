import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';

const algorithm = 'aes-256-gcm';
const ivBytes = 12;
const tagBytes = 16;

/** Encrypts data into text that nobody but this app can read, make or change. */
export interface Sealer {
  seal(data: object): string;
  /** @returns the data, or `undefined` when `seal` did not make this text */
  open(text: string): unknown;
}

/**
 * Seals the facts of forms. They are encrypted, not only signed, because they hold the person's
 * subject, which pages do not show.
 * @param secrets the first one seals, all of them open
 * @param purpose text sealed for one purpose cannot be opened for another
 */
export function createSealer(secrets: readonly string[], purpose: string): Sealer {
  const keys = secrets.map((secret) => keyFor(secret, purpose));

  return {
    seal(data) {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv(algorithm, keys[0]!, iv);
      const sealed = [cipher.update(JSON.stringify(data), 'utf8'), cipher.final()];
      return Buffer.concat([iv, cipher.getAuthTag(), ...sealed]).toString('base64url');
    },
    open(text) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= ivBytes + tagBytes) return undefined;
      for (const key of keys) {
        const opened = openWith(key, bytes);
        if (opened !== undefined) return JSON.parse(opened);
      }
      return undefined;
    },
  };
}

function keyFor(secret: string, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `portico ${purpose}`, 32)));
}

function openWith(key: KeyObject, bytes: Buffer): string | undefined {
  const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, ivBytes));
  decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
  const text = decipher.update(bytes.subarray(ivBytes + tagBytes), undefined, 'utf8');
  try {
    return text + decipher.final('utf8');
  } catch {
    return undefined; // sealed with another key, or changed
  }
}
