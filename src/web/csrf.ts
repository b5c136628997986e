import csurf from 'csurf';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Browsers } from './browsers.ts';
import { postedFields } from './form.ts';

export type FormFault = 'form_expired' | 'cookies_blocked';

/** The name of the hidden field that holds the token. */
const field = '_csrf';
/** Where csurf looks for the secret, which is a part of the cookie that `browsers` reads. */
const secretName = 'csrf secret';

/**
 * Forms are only taken from the browser that was given them, and only from our own pages. The
 * secret stands in a signed cookie, so that a page view writes to no store.
 *
 * A post that fails goes on to its handler, marked with `formFault`: the handler shows its screen
 * again, with 403 and a fresh token, and changes nothing.
 * @param origin of our own pages
 */
export function createCsrf(browsers: Pick<Browsers, 'of' | 'known'>, origin: string) {
  const check = csurf({
    cookie: { key: secretName, signed: true },
    value: (req: Request) => {
      const token = postedFields(req)[field];
      return typeof token === 'string' ? token : '';
    },
  });

  const csrf: RequestHandler = function csrf(req, res, next) {
    if (req.method !== 'POST') return next();
    const browser = browsers.of(req);
    if (!browser) return refuse('cookies_blocked', res, next);
    req.signedCookies[secretName] = browser.csrf;
    check(req, res, (error?: unknown) => {
      if (error !== undefined && !isTokenFault(error)) return next(error);
      if (error === undefined && isFromOurPage(req, origin)) return next();
      refuse('form_expired', res, next);
    });
  };

  /** The token for a form of this page. Gives the browser its cookie when it has none. */
  function tokenFor(req: Request, res: Response): string {
    if (typeof req.csrfToken !== 'function') {
      req.signedCookies[secretName] = browsers.known(req, res).csrf;
      check(req, res, exceptTokenFault);
    }
    return req.csrfToken();
  }

  return { csrf, tokenFor };
}

export type Csrf = ReturnType<typeof createCsrf>;

/** Why the post behind this page was refused; `undefined` when it was not. */
export function formFault(res: Response): FormFault | undefined {
  return res.locals['formFault'] as FormFault | undefined;
}

/** Marks a post as one that must not be acted on. */
export function refuseForm(res: Response, fault: FormFault): void {
  res.locals['formFault'] = fault;
  res.status(403);
}

function refuse(fault: FormFault, res: Response, next: NextFunction): void {
  refuseForm(res, fault);
  next();
}

/**
 * Fetch metadata where the browser sends it, else the origin, else the token alone decides.
 * @see https://www.w3.org/TR/fetch-metadata/
 */
function isFromOurPage(req: Request, origin: string): boolean {
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin';
  const from = req.get('origin');
  return from === undefined || from === 'null' || from === origin;
}

function isTokenFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN';
}

/** A refused post gets a token for its form, too. */
const exceptTokenFault: NextFunction = (error?: unknown) => {
  if (error !== undefined && !isTokenFault(error)) throw error;
};
