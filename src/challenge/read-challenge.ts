import { hash } from 'node:crypto';
import { PublicError } from '../errors.ts';
import { longestChallenge } from './bounds.ts';

/** What the OAuth2 server asks of us: each kind has a screen. */
export type ChallengeKind = 'login' | 'consent' | 'logout' | 'device';

/** A well-formed challenge, which may be sent to the admin API. */
export interface Challenge {
  kind: ChallengeKind;
  /** As the server wrote it. */
  text: string;
  /** A hash: of fixed length, and the same for all spellings of the challenge. */
  key: string;
}

/** Servers write challenges as base64url with padding, as hexadecimal digits, or as a UUID. */
const alphabet = /^[\w.~-]+={0,2}$/;
/** Up to 2.1, and for logouts. Some databases ignore the case of such ids. */
const hexadecimal = /^[\da-f-]{32,36}$/i;

/** Blanks, controls, and all that leaves nothing to be seen. */
const invisible = /^[\s\p{C}\p{Z}\p{DI}\u2800]*$/u;

/** The name of the parameter that carries a challenge, in addresses and in forms. */
export function challengeField(kind: ChallengeKind): `${ChallengeKind}_challenge` {
  return `${kind}_challenge`;
}

/**
 * The address of a page that comes back to a challenge when it is done, such as that for a forgotten
 * password. Such a page must be as trusted as ours.
 * @param fields such as `{ login_challenge }`
 */
export function withChallenge(
  address: string,
  fields: Partial<Record<ReturnType<typeof challengeField>, string>>,
): string {
  const [page = '', ...fragments] = address.split('#');
  const sign = page.includes('?') ? (/[?&]$/.test(page) ? '' : '&') : '?';
  const query = new URLSearchParams(fields).toString();
  return [`${page}${sign}${query}`, ...fragments].join('#');
}

/**
 * Reads the challenge of a request.
 * @param fields of the query or of the posted form
 * @throws PublicError `challenge_missing` unless there is exactly one; `challenge_too_long` above
 *   `longestChallenge`; `challenge_unknown` for a text that no server writes
 */
export function readChallenge(fields: Record<string, unknown>, kind: ChallengeKind): Challenge {
  const text = fields[challengeField(kind)];
  if (!isSomething(text)) throw new PublicError('challenge_missing');
  if (text.length > longestChallenge) throw new PublicError('challenge_too_long');
  if (!alphabet.test(text)) throw new PublicError('challenge_unknown');
  return { kind, text, key: hash('sha256', `${kind} ${canonical(text)}`, 'base64') };
}

/** Whether there is exactly one challenge, of whatever spelling: what is invisible is none. */
export function hasChallenge(fields: Record<string, unknown>, kind: ChallengeKind): boolean {
  return isSomething(fields[challengeField(kind)]);
}

function isSomething(text: unknown): text is string {
  return typeof text === 'string' && !invisible.test(text);
}

/**
 * The same text for all spellings of a challenge. In base64, the last letter before the padding has
 * bits that decoders ignore, so several letters stand for the same bytes.
 */
function canonical(text: string): string {
  if (hexadecimal.test(text)) return text.toLowerCase();
  if (!text.endsWith('=')) return text;
  return `${Buffer.from(text, 'base64url').toString('base64url')}=`;
}
