import csurf from 'csurf';
import cookieParser from 'cookie-parser';
import { hash, randomBytes } from 'node:crypto';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { postedFields } from './form.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

export type FormFault = 'form_expired' | 'cookies_blocked';

/** The name of the hidden field that holds the token. */
const field = '_csrf';

/**
 * Forms are only taken from the browser that was given them, and only from our own pages. The
 * secret stands in a signed cookie, so that a page view writes to no store.
 *
 * A post that fails is never acted on: it becomes a look at the same page. Its handler for GET
 * answers, with 403, a notice and a fresh token (`formFault`), and must change nothing.
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
  const cookies = cookieParser([...secrets]);

  const csrf: RequestHandler = function csrf(req, res, next) {
    if (req.method !== 'POST') return next();
    const refuse = () => {
      const fault: FormFault = browserOf(req) === undefined ? 'cookies_blocked' : 'form_expired';
      res.locals['formFault'] = fault;
      res.status(403);
      req.method = 'GET';
      next();
    };
    if (!isFromOurPage(req, home.origin)) return refuse();
    check(req, res, (error?: unknown) => {
      if (error === undefined) return next();
      return isTokenFault(error) ? refuse() : next(error);
    });
  };

  /** The token for a form of this page. Gives the browser its cookie when it has none. */
  function tokenFor(req: Request, res: Response): string {
    if (typeof req.csrfToken !== 'function') {
      if (browserOf(req) === undefined) giveSecret(req, res);
      const method = req.method;
      req.method = 'GET';
      check(req, res, rethrow);
      req.method = method;
    }
    return req.csrfToken();
  }

  /** As csurf would, but it asks the system for randomness each time, which costs as much as a view. */
  function giveSecret(req: Request, res: Response): void {
    const secret = newSecret();
    res.cookie(name, secret, { ...cookieOptions(home), signed: true });
    req.signedCookies[name] = secret;
  }

  /** A mark of the browser that sends the request, fit as a key; `undefined` without our cookie. */
  function browserOf(req: Request): string | undefined {
    const secret: unknown = req.signedCookies?.[name];
    if (typeof secret !== 'string' || secret === '') return undefined;
    return hash('sha256', secret, 'base64');
  }

  return { cookies, csrf, tokenFor, browserOf };
}

export type Csrf = ReturnType<typeof createCsrf>;

/** Why the post behind this page was refused; `undefined` on an ordinary page view. */
export function formFault(res: Response): FormFault | undefined {
  return res.locals['formFault'] as FormFault | undefined;
}

/** True only for a real page view, the one kind of request that may answer a challenge unasked. */
export function mayActUnasked(req: Request, res: Response): boolean {
  return req.method === 'GET' && formFault(res) === undefined;
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

const secretBytes = 18;
let pool = Buffer.alloc(0);

/** 144 random bits, as csurf's own secrets have. */
function newSecret(): string {
  if (pool.length < secretBytes) pool = randomBytes(secretBytes * 256);
  const secret = pool.toString('base64url', 0, secretBytes);
  pool = pool.subarray(secretBytes);
  return secret;
}

function isTokenFault(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EBADCSRFTOKEN';
}

const rethrow: NextFunction = (error?: unknown) => {
  if (error) throw error;
};
