import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { DeviceStep, Flow } from './flow.ts';

/** What is handed to browsers and apps as an opaque text, by purpose. */
export interface Sealed {
  login_challenge: Flow;
  login_verifier: Flow;
  consent_challenge: Flow;
  consent_verifier: Flow;
  device_challenge: DeviceStep;
  device_verifier: DeviceStep;
  /** The id of a login session, in its cookie. */
  session: string;
  /** A place in a list: after this item. */
  page: { list: string; after: string; endsAt: number };
}

/** Lengths of real ones: a shorter challenge would hide limits that a real one meets. */
const leastBytes: Partial<Record<keyof Sealed, number>> = {
  login_challenge: 900,
  login_verifier: 900,
  consent_challenge: 900,
  consent_verifier: 900,
  device_challenge: 256,
  device_verifier: 256,
};
const ivBytes = 12;
const tagBytes = 16;

export type Sealer = ReturnType<typeof createSealer>;

/**
 * Turns values into texts of base64url with padding, and back; nobody else can make or read one.
 */
export function createSealer() {
  const key = randomBytes(32);

  function seal<P extends keyof Sealed>(purpose: P, value: Sealed[P]): string {
    const packed = deflateRawSync(JSON.stringify(value));
    const least = Math.max(leastBytes[purpose] ?? 0, packed.length + ivBytes + tagBytes);
    // One byte more than a multiple of three, so that the text always ends in `=`.
    const wanted = 3 * Math.ceil(least / 3) + 1;
    const padding = Buffer.alloc(wanted - packed.length - ivBytes - tagBytes);
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
    const body = Buffer.concat([cipher.update(packed), cipher.update(padding), cipher.final()]);
    return toBase64url(Buffer.concat([iv, cipher.getAuthTag(), body]));
  }

  /** @returns `undefined` when the text is not one of ours for this purpose */
  function open<P extends keyof Sealed>(purpose: P, text: string): Sealed[P] | undefined {
    const bytes = Buffer.from(text, 'base64url');
    if (toBase64url(bytes) !== text || bytes.length <= ivBytes + tagBytes) return undefined;
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes))
      .setAAD(Buffer.from(purpose))
      .setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
    const body = decipher.update(bytes.subarray(ivBytes + tagBytes));
    try {
      decipher.final();
    } catch {
      return undefined;
    }
    const value: Sealed[P] = JSON.parse(inflateRawSync(body).toString());
    return value;
  }

  return { seal, open };
}

function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}
