import { createHmac, createSecretKey, timingSafeEqual, type KeyObject } from 'node:crypto';

/** Signs data into a text that everybody can read, but only this app can make or change. */
export interface Sealer {
  seal(data: object): string;
  /** @returns what was sealed, or `undefined` when the text was not made by `seal` */
  open(text: string): unknown;
}

/**
 * @param secrets the first one seals; texts of the others are still opened
 * @param purpose keeps texts that are sealed for one thing from being taken for another
 */
export function createSealer(secrets: readonly string[], purpose: string): Sealer {
  const keys = secrets.map((secret) => createSecretKey(`portico ${purpose} ${secret}`, 'utf8'));

  return {
    seal(data) {
      const text = Buffer.from(JSON.stringify(data)).toString('base64url');
      return `${signatureOf(text, keys[0]!).toString('base64url')}.${text}`;
    },
    open(sealed) {
      const dot = sealed.indexOf('.');
      const signature = Buffer.from(sealed.slice(0, Math.max(0, dot)), 'base64url');
      const text = sealed.slice(dot + 1);
      if (!keys.some((key) => isSame(signature, signatureOf(text, key)))) return undefined;
      return JSON.parse(Buffer.from(text, 'base64url').toString());
    },
  };
}

function signatureOf(text: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
