import type { Request, Response } from 'express';
import { queryOf, setQuery } from '../oauth2/address.ts';
import type { Rejection } from '../oauth2/flow.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { answerJson } from './answer.ts';
import type { Decoded, Shape } from './decode.ts';

/**
 * The challenge of a request, under its long name or as plain `challenge`.
 * @throws ProtocolError when there is none
 */
export function challengeOf(req: Request, name: string): string {
  const query = queryOf(req);
  const challenge = query.get(name) || query.get('challenge');
  if (!challenge) throw fault('invalid_request', `The query parameter ${name} is missing.`);
  return challenge;
}

/** Tells the app where to send the browser: to the original request, with this in its query. */
export function answerRedirect(
  res: Response,
  requestUrl: string,
  parameters: Record<string, string>,
): void {
  answerJson(res, { redirect_to: setQuery(requestUrl, parameters) });
}

/** The shape of a body without the members that came later. */
export function knownMembers<S extends Shape>(shape: S, unknown: readonly string[]): S {
  const members = Object.entries(shape).filter(([name]) => !unknown.includes(name));
  return Object.fromEntries(members) as S;
}

export const rejectShape = {
  error: 'string',
  error_description: 'string',
  error_hint: 'string',
  error_debug: 'string',
  status_code: 'integer',
} as const;

/** @param usual what the client is told when the app gives no error; not a legal code, as there */
export function rejectionOf(body: Decoded<typeof rejectShape>, usual: string): Rejection {
  return {
    code: body.error || usual,
    status: body.status_code || 400,
    description: [body.error_description, body.error_hint].filter(Boolean).join(' '),
  };
}
