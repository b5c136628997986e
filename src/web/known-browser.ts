import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

const mostAccounts = 5;
const keptMs = 365 * 24 * 60 * 60 * 1000;

/**
 * Remembers in a signed cookie which accounts have signed in in this browser. So the limit for an
 * account can stop strangers everywhere, but does not lock out its owner.
 */
export function createKnownBrowsers(home: CookieHome) {
  const name = cookieName(home, 'known');

  function marksOf(req: Request): string[] {
    const marks: unknown = req.signedCookies?.[name];
    return typeof marks === 'string' && marks !== '' ? marks.split('.') : [];
  }

  return {
    /** @param accountKey `loginKey` of the login as typed */
    knows(req: Request, accountKey: string): boolean {
      return marksOf(req).includes(markOf(accountKey));
    },

    remember(req: Request, res: Response, accountKey: string): void {
      const mark = markOf(accountKey);
      const others = marksOf(req).filter((other) => other !== mark);
      const marks = [mark, ...others].slice(0, mostAccounts);
      res.cookie(name, marks.join('.'), { ...cookieOptions(home), signed: true, maxAge: keptMs });
    },
  };
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;

function markOf(accountKey: string): string {
  return hash('sha256', accountKey, 'base64url').slice(0, 16);
}
