import { randomBytes } from 'node:crypto';

/**
 * A token that nobody can guess. Its kind can be seen: access, refresh, authorization or device
 * code.
 */
export function newToken(kind: 'at' | 'rt' | 'ac' | 'dc'): string {
  const part = () => randomBytes(32).toString('base64url');
  return `ory_${kind}_${part()}.${part()}`;
}

/** Letters and digits that cannot be taken for one another. */
const alphabet = 'ACDEFGHJKLMNPQRTUVWXYabcdefghijkmnpqrstuvwxyz34679';

/** Eight characters that a person types from one screen into another (RFC 8628 6.1). */
export function newUserCode(): string {
  // 49 characters: the bias of a byte is of no weight in a stand-in.
  return Array.from(randomBytes(8), (byte) => alphabet[byte % alphabet.length]).join('');
}
