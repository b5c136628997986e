import type { Request, Response } from 'express';
import * as v from 'valibot';
import { cookieName, cookieOptions, type CookieHome } from '../web/cookies.ts';
import { webAddress, type AppView } from './app-view.ts';

/** Longer than the OAuth2 server takes to send the browser back. */
const lifeMs = 10 * 60 * 1000;

const leftApp = v.object({
  name: v.string(),
  href: v.pipe(
    v.string(),
    v.check((href) => webAddress(href) !== undefined),
  ),
});

/**
 * The app that a person has just signed out of, in a signed cookie: their session is over by then,
 * and the OAuth2 server sends them to our page without a word of it.
 */
export function createLeftApp(home: CookieHome) {
  const name = cookieName(home, 'left');
  return {
    /** @param app `undefined` when no app asked for the sign-out: an earlier one is forgotten */
    keep(req: Request, res: Response, app: AppView | undefined): void {
      if (app?.href) {
        const value = { name: app.name, href: app.href };
        res.cookie(name, value, { ...cookieOptions(home), signed: true, maxAge: lifeMs });
      } else if (req.headers.cookie?.includes(`${name}=`)) {
        res.clearCookie(name, cookieOptions(home));
      }
    },

    of(req: Request): v.InferOutput<typeof leftApp> | undefined {
      const read = v.safeParse(leftApp, req.signedCookies?.[name]);
      return read.success ? read.output : undefined;
    },
  };
}

export type LeftApp = ReturnType<typeof createLeftApp>;
