import csurf from 'csurf';
import cookieParser from 'cookie-parser';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { postedFields } from './form.ts';

export type FormFault = 'form_expired' | 'cookies_blocked';

/** The name of the hidden field that holds the token. */
const field = '_csrf';

/**
 * Forms are only taken from the browser that was given them, and only from our own pages. The
 * secret stands in a signed cookie, so that a page view writes to no store.
 *
 * A post that fails goes on to its handler, marked with `formFault`: the handler shows its screen
 * again, with 403 and a fresh token, and changes nothing.
 */
export function createCsrf(home: CookieHome & { origin: string }, secrets: readonly string[]) {
  const name = cookieName(home, 'csrf');
  const check = csurf({
    cookie: { ...cookieOptions(home), key: name, signed: true },
    value: (req: Request) => {
      const token = postedFields(req)[field];
      return typeof token === 'string' ? token : '';
    },
  });

  const csrf: RequestHandler = function csrf(req, res, next) {
    if (req.method !== 'POST') return next();
    const hasCookie = Boolean(req.signedCookies[name]);
    check(req, res, (error?: unknown) => {
      if (error !== undefined && !isTokenFault(error)) return next(error);
      if (error === undefined && isFromOurPage(req, home.origin)) return next();
      res.locals['formFault'] = (
        hasCookie ? 'form_expired' : 'cookies_blocked'
      ) satisfies FormFault;
      res.status(403);
      next();
    });
  };

  /** The token for a form of this page. Gives the browser its cookie when it has none. */
  function tokenFor(req: Request, res: Response): string {
    if (typeof req.csrfToken !== 'function') check(req, res, rethrow);
    return req.csrfToken();
  }

  return { cookies: cookieParser([...secrets]), csrf, tokenFor };
}

export type Csrf = ReturnType<typeof createCsrf>;

/** Why the post behind this page was refused; `undefined` when it was not. */
export function formFault(res: Response): FormFault | undefined {
  return res.locals['formFault'] as FormFault | undefined;
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

const rethrow: NextFunction = (error?: unknown) => {
  if (error) throw error;
};
