import type { Request, Response } from 'express';
import { mayActUnasked, type Csrf } from './csrf.ts';
import type { Answers } from './once.ts';
import type { AppView } from '../screens/app-view.ts';

/**
 * Sends the browser on. After a form, a browser gets a page of ours that moves on: a redirect would
 * count as part of the form submission, and `form-action 'self'` would end it at the first foreign
 * address. Others get a 303, which drops the form's body.
 * @param url where to, as the OAuth2 server gave it; http(s) or relative
 * @see https://www.w3.org/TR/CSP3/#directive-form-action
 */
export function leave(req: Request, res: Response, url: string, app?: AppView): void {
  const isBrowserForm = req.method === 'POST' && /\btext\/html\b/.test(req.get('accept') ?? '');
  if (isBrowserForm) res.status(200).render('leaving', { url, app });
  else res.redirect(303, url);
}

/**
 * Sends a browser that comes back to an answered challenge where its answer led.
 * @returns false when there is no such answer, or the request may not be acted on
 * @throws PublicError `challenge_used` when somebody else answered
 */
export async function leaveAgain(
  req: Request,
  res: Response,
  challenge: string,
  { answers, csrf }: { answers: Answers; csrf: Csrf },
): Promise<boolean> {
  const earlier = mayActUnasked(req, res) && answers.recall(challenge, csrf.browserOf(req));
  if (!earlier) return false;
  leave(req, res, await earlier);
  return true;
}
