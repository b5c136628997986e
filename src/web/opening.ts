import type { Request, RequestHandler, Response } from 'express';

/** Where a browser shows a page, or passes through one: apps renew a sign-in silently in a frame. */
const places = ['document', 'iframe', 'frame'];

/** Headers by which browsers mark what they fetch before anybody asks for it. */
const guesses = ['sec-purpose', 'purpose', 'x-purpose', 'x-moz'];

/**
 * Whether a browser fetches this address on a guess: to have it, or to draw it, before the person
 * goes there.
 * @see https://html.spec.whatwg.org/multipage/speculative-loading.html#the-sec-purpose-header
 */
export function isGuess(req: Request): boolean {
  return guesses.some((name) => /prefetch|prerender|preview|instant/i.test(req.get(name) ?? ''));
}

/**
 * Whether a person opens this address. False for guesses, and for what a page fetches as a part of
 * itself, such as a picture. Browsers that say nothing are believed.
 * @see https://www.w3.org/TR/fetch-metadata/#sec-fetch-dest-header
 */
export function isOpened(req: Request): boolean {
  return places.includes(req.get('sec-fetch-dest') ?? 'document') && !isGuess(req);
}

/**
 * Whether a page is the right answer, or a word is enough: a browser asks for pages by name, and for
 * pictures, fonts, style sheets and scripts not.
 */
export function wantsPage(req: Request): boolean {
  return isOpened(req) && /\btext\/html\b|\bxhtml\b/i.test(req.get('accept') ?? '');
}

/**
 * Leaves the router with the screens unless a person opens them: what is not opened answers no
 * challenge, sets no cookie and leads nowhere. Forms go by `csrf`.
 */
export const onlyOpened: RequestHandler = function onlyOpened(req, _res, next) {
  const isRead = req.method === 'GET' || req.method === 'HEAD';
  next(isRead && !isOpened(req) ? 'router' : undefined);
};

/** An answer without a page, for whoever wants none. */
export function answerBriefly(res: Response, status: 403 | 404): void {
  res.status(status).type('txt').setHeader('Cache-Control', 'no-store');
  res.end(status === 404 ? 'not found' : 'not before somebody opens it');
}
