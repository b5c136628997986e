import { hash } from 'node:crypto';
import { PublicError } from '../errors.ts';

/** The questions that the OAuth2 server sends a browser with. */
export type ChallengeKind = 'login' | 'consent' | 'logout' | 'device';

/** A challenge that was read and may be sent to the admin API. */
export interface Challenge {
  kind: ChallengeKind;
  /** As the server wrote it. */
  text: string;
  /** The same for every spelling of the challenge, and of fixed length: fit for a map, not for a page. */
  key: string;
}

const longestChallenge = 16 * 1024;

/** Servers write base64url with its padding, hexadecimal digits, or a UUID. */
const alphabet = /^[\w.~-]+={0,2}$/;
/** Up to 2.1, and of logouts: some databases compare such ids without regard to case. */
const hexadecimal = /^[\da-f-]{32,36}$/i;

/** The name of the field that carries a challenge, in an address and in a form. */
export function challengeField(kind: ChallengeKind): `${ChallengeKind}_challenge` {
  return `${kind}_challenge`;
}

/**
 * Reads the challenge of a request.
 * @param fields of the query or of the posted form
 * @throws PublicError `challenge_missing` unless there is exactly one; `challenge_too_long` above
 *   16 kB; `challenge_unknown` for what no server writes, which the server is not asked about
 */
export function readChallenge(fields: Record<string, unknown>, kind: ChallengeKind): Challenge {
  const text = fields[challengeField(kind)];
  if (typeof text !== 'string' || text === '') throw new PublicError('challenge_missing');
  if (text.length > longestChallenge) throw new PublicError('challenge_too_long');
  if (!alphabet.test(text)) throw new PublicError('challenge_unknown');
  return { kind, text, key: hash('sha256', `${kind} ${canonical(text)}`, 'base64') };
}

/**
 * One spelling for all of the same challenge: the last letter before the padding of base64 carries
 * bits that decoders ignore, so several letters stand for the same bytes.
 */
function canonical(text: string): string {
  if (hexadecimal.test(text)) return text.toLowerCase();
  if (!text.endsWith('=')) return text;
  return `${Buffer.from(text, 'base64url').toString('base64url')}=`;
}
