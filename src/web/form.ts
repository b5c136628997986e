import type { Request } from 'express';
import { PublicError } from '../errors.ts';

/** The fields of a posted form, even if it was refused; empty when nothing was posted. */
export function postedFields(req: Request): Record<string, unknown> {
  const body: unknown = req.body;
  return isFields(body) ? body : {};
}

/** The value of one posted field; empty when it is missing or came more than once. */
export function postedText(req: Request, name: string): string {
  const value = postedFields(req)[name];
  return typeof value === 'string' ? value : '';
}

/** All values of one posted field, such as checkboxes of the same name. */
export function postedList(req: Request, name: string): string[] {
  const value = postedFields(req)[name];
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((entry): entry is string => typeof entry === 'string' && entry !== '');
}

export type Decision = 'accept' | 'reject';

/**
 * The decision of the button that was pressed.
 * @param withoutButton the decision if none was pressed: password managers and scripts submit forms
 *   so. Leave it out where only a clear yes is a yes
 * @throws PublicError `decision_unknown` for anything else
 */
export function readDecision(req: Request, withoutButton?: Decision): Decision {
  const { decision = withoutButton } = postedFields(req);
  if (decision === 'accept' || decision === 'reject') return decision;
  throw new PublicError('decision_unknown');
}

/** The fields of a posted form, or of the query when nothing was posted. */
export function fieldsOf(req: Request): Record<string, unknown> {
  return req.body === undefined ? req.query : postedFields(req);
}

function isFields(body: unknown): body is Record<string, unknown> {
  return typeof body === 'object' && body !== null;
}
