import type { Request, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

/** Longer than the OAuth2 server takes to send the browser back. */
const lifeMs = 2 * 60 * 1000;

/**
 * Where a browser goes on once the OAuth2 server has signed out the person who was "not you". The
 * server sends it to our page for after a sign-out, without a word of it: a signed cookie knows.
 */
export function createAccountSwitch(home: CookieHome) {
  const name = cookieName(home, 'switch');
  return {
    begin(res: Response, target: string): void {
      // An object, so that no other signed cookie can be put in its place.
      res.cookie(name, { target }, { ...cookieOptions(home), signed: true, maxAge: lifeMs });
    },

    /** `undefined` when nobody is being signed out for somebody else. */
    targetOf(req: Request): string | undefined {
      const kept: unknown = req.signedCookies?.[name];
      const target = typeof kept === 'object' && kept !== null && 'target' in kept && kept.target;
      return typeof target === 'string' && target !== '' ? target : undefined;
    },

    end(res: Response): void {
      res.clearCookie(name, cookieOptions(home));
    },
  };
}

export type AccountSwitch = ReturnType<typeof createAccountSwitch>;
