import csurf from 'csurf';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { Audit } from '../audit/audit.ts';
import type { Browsers } from './browsers.ts';
import { postedFields } from './form.ts';

export type FormFault = 'form_expired' | 'cookies_blocked';

/** The name of the hidden field that holds the token. */
const field = '_csrf';
/** Where csurf finds the secret: in the place of a signed cookie. `browsers` has it in its own. */
const secretName = 'csrf secret';

/**
 * Accepts forms only from our own pages, and only from the browser that got them. The secret is in a
 * signed cookie, so that showing a page writes to no store.
 *
 * A post that fails the check still reaches its handler, marked by `formFault`: the handler shows
 * its screen again, with status 403 and a new token, and changes nothing.
 * @param origin the origin of our own pages
 */
export function createCsrf(
  browsers: Pick<Browsers, 'of' | 'isUnreadable' | 'known'>,
  origin: string,
  audit: Audit,
) {
  const check = csurf({
    cookie: { key: secretName, signed: true },
    value: (req: Request) => {
      const token = postedFields(req)[field];
      return typeof token === 'string' ? token : '';
    },
  });

  const csrf: RequestHandler = function csrf(req, res, next) {
    if (req.method !== 'POST') return next();
    const isOurs = isFromOurPage(req, origin);
    const refuse = (
      fault: FormFault,
      reason: 'no_cookie' | 'unknown_cookie' | 'wrong_token',
    ): void => {
      refuseForm(res, fault);
      audit(req, 'form_refused', { reason: isOurs ? reason : 'cross_site' });
      next();
    };
    const browser = browsers.of(req);
    if (!browser) {
      // A cookie that came along shows that cookies work: the page is from before another secret.
      return browsers.isUnreadable(req)
        ? refuse('form_expired', 'unknown_cookie')
        : refuse('cookies_blocked', 'no_cookie');
    }
    req.signedCookies[secretName] = browser.csrf;
    check(req, res, (error?: unknown) => {
      if (error !== undefined && !isTokenFault(error)) return next(error);
      if (error === undefined && isOurs) return next();
      refuse('form_expired', 'wrong_token');
    });
  };

  /** The token for the form of this page. If the browser has no cookie, it gets one. */
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

/** Why the posted form was refused; `undefined` when it was not. */
export function formFault(res: Response): FormFault | undefined {
  return res.locals['formFault'] as FormFault | undefined;
}

/** Marks a posted form as refused: it must change nothing. */
export function refuseForm(res: Response, fault: FormFault): void {
  res.locals['formFault'] = fault;
  res.status(403);
}

/**
 * Goes by fetch metadata if the browser sends it, otherwise by the origin. If neither is there, the
 * token alone decides.
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

/** Refused posts need a token too, for the form that is shown again. */
const exceptTokenFault: NextFunction = (error?: unknown) => {
  if (error !== undefined && !isTokenFault(error)) throw error;
};
