import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { foldLogin } from '../identity/login-key.ts';
import { cookieName, cookieOptions, type CookieHome } from '../web/cookies.ts';

const mostAccounts = 5;
const keptMs = 90 * 24 * 60 * 60 * 1000;
/** Not the length of a mark: cookies of earlier releases began with one, and made up no id. */
const idBytes = 15;
const idLength = 20;
const markBytes = 12;

/**
 * Remembers in a signed cookie which accounts have signed in in this browser. So the limits for an
 * account can stop strangers everywhere, but do not lock out its owner.
 *
 * The cookie holds a random id of the browser and, for each account, a keyed hash of both. It says
 * nothing about a person, and the id gives the browser a count of its own.
 */
export function createKnownBrowsers(home: CookieHome, secrets: readonly string[]) {
  const name = cookieName(home, 'known');

  function markOf(id: string, login: string, secret = secrets[0]!): string {
    const hmac = createHmac('sha256', `portico known browser ${secret}`);
    return hmac
      .update(`${id} ${foldLogin(login)}`)
      .digest()
      .toString('base64url', 0, markBytes);
  }

  function read(req: Request): { id: string; marks: string[] } | undefined {
    const cookie: unknown = req.signedCookies?.[name];
    if (typeof cookie !== 'string') return undefined;
    const [id = '', ...marks] = cookie.split('.');
    return id.length === idLength ? { id, marks } : undefined;
  }

  return {
    /**
     * The id of a browser that has signed in to this account before; `undefined` for all others.
     * @param login as typed
     */
    idFor(req: Request, login: string): string | undefined {
      const known = read(req);
      const isKnown = secrets.some((key) => known?.marks.includes(markOf(known.id, login, key)));
      return isKnown ? known?.id : undefined;
    },

    /**
     * Notes that this account has signed in in this browser.
     * @param login as typed
     */
    remember(req: Request, res: Response, login: string): void {
      const known = read(req) ?? { id: randomBytes(idBytes).toString('base64url'), marks: [] };
      const mark = markOf(known.id, login);
      const marks = [mark, ...known.marks.filter((other) => other !== mark)].slice(0, mostAccounts);
      const value = [known.id, ...marks].join('.');
      res.cookie(name, value, { ...cookieOptions(home), signed: true, maxAge: keptMs });
    },
  };
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;
