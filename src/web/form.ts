import type { Request } from 'express';
import { PublicError } from '../errors.ts';

export type ChallengeName =
  | 'login_challenge'
  | 'consent_challenge'
  | 'logout_challenge'
  | 'device_challenge';

const longestChallenge = 16 * 1024;

/**
 * The challenge of a request, untouched: from the query of a GET, from the body of a posted form.
 * @throws PublicError `challenge_missing` unless there is exactly one and it is not empty,
 *   `challenge_too_long` above 16 kB
 */
export function readChallenge(req: Request, name: ChallengeName): string {
  const challenge: unknown = fieldsOf(req)[name];
  if (typeof challenge !== 'string' || challenge === '') throw new PublicError('challenge_missing');
  if (challenge.length > longestChallenge) throw new PublicError('challenge_too_long');
  return challenge;
}

/** What a form posted, also when the post was refused and is answered by the page again. */
export function postedFields(req: Request): Record<string, unknown> {
  return (req.body as Record<string, unknown> | undefined) ?? {};
}

/** One posted text, or an empty one. */
export function postedText(req: Request, name: string): string {
  const value = postedFields(req)[name];
  return typeof value === 'string' ? value : '';
}

/** All posted values of one name; boxes of which one, many or none were ticked. */
export function postedList(req: Request, name: string): string[] {
  const value = postedFields(req)[name];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}

export type Decision = 'accept' | 'reject';

/**
 * The value of the button that was pressed.
 * @throws PublicError `decision_unknown` for anything else: what is not said clearly is never a yes
 */
export function readDecision(req: Request): Decision {
  const decision = postedFields(req)['decision'];
  if (decision === 'accept' || decision === 'reject') return decision;
  throw new PublicError('decision_unknown');
}

/** The fields of a posted form, or of the query when nothing was posted. */
export function fieldsOf(req: Request): Record<string, unknown> {
  return req.body === undefined ? req.query : postedFields(req);
}
