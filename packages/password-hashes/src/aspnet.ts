import { fromBase64 } from './encodings.ts';
import type { PasswordHash } from './hash.ts';
import { pbkdf2Hash } from './pbkdf2.ts';

const digests = ['sha1', 'sha256', 'sha512'] as const;
const headerLength = 13;

/** Hashes of ASP.NET Core Identity, versions 2 and 3: bytes in base64, the first of them 0 or 1. */
export function readAspnet(text: string): PasswordHash | undefined {
  const bytes = /^A[A-Q][A-Za-z0-9+/]+={0,2}$/.test(text) ? fromBase64(text) : undefined;
  if (!bytes) return undefined;
  return bytes[0] === 0 ? readVersion2(bytes) : readVersion3(bytes);
}

/** A salt of 16 bytes and a hash of 32, after a byte 0. */
function readVersion2(bytes: Buffer): PasswordHash | undefined {
  if (bytes.length !== 49) return undefined;
  const [salt, key] = [bytes.subarray(1, 17), bytes.subarray(17)];
  return pbkdf2Hash({ digest: 'sha1', iterations: 1000, salt, key });
}

/** Digest, iterations and length of the salt, four bytes each after a byte 1; then salt and hash. */
function readVersion3(bytes: Buffer): PasswordHash | undefined {
  if (bytes[0] !== 1 || bytes.length < headerLength) return undefined;
  const digest = digests[bytes.readUInt32BE(1)];
  const iterations = bytes.readUInt32BE(5);
  const saltEnd = headerLength + bytes.readUInt32BE(9);
  if (!digest || saltEnd < headerLength + 16 || saltEnd > bytes.length) return undefined;
  const [salt, key] = [bytes.subarray(headerLength, saltEnd), bytes.subarray(saltEnd)];
  return pbkdf2Hash({ digest, iterations, salt, key });
}
