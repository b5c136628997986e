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

/** Turns data into text that only this app can read, and that nobody else can make or change. */
export interface Sealer {
  seal(data: object): string;
  /** @returns what was sealed, or `undefined` when the text was not made by `seal` */
  open(text: string): unknown;
}

/**
 * Seals what a form brings back. Sealed, not just signed: it holds the subject of the person, which
 * pages do not show.
 * @param secrets the first one seals; texts of the others are still opened
 * @param purpose keeps texts that are sealed for one thing from being taken for another
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
    return undefined; // made with another key, or changed
  }
}
