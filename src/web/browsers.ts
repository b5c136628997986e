import { createHmac, hash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { signerOf } from './cookie-signer.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

/** What a browser holds in its cookie. */
export interface Browser {
  /** The secret of its CSRF tokens. It stays, so that forms in other tabs go on working. */
  csrf: string;
  /** The secret that answers and sign-ins are bound to. It is renewed when the person changes. */
  secret: string;
  /** A keyed hash of the person who signed in last; `undefined` if nobody has since a sign-out. */
  person: string | undefined;
}

const secretBytes = 18;
const markBytes = 16;

/**
 * Tells browsers apart by two secrets in one signed cookie. One is renewed at sign-out and when
 * somebody else signs in. Pages shown before are then bound to a secret that no browser has.
 */
export function createBrowsers(home: CookieHome, secrets: readonly string[]) {
  const name = cookieName(home, 'csrf');
  const options = { ...cookieOptions(home), signed: true };
  /** The requests whose answer has the cookie. */
  const given = new WeakSet<Request>();

  function keyed(text: string, secret = secrets[0]!): string {
    const digest = createHmac('sha256', `portico browser ${secret}`).update(text).digest();
    return digest.toString('base64url', 0, markBytes);
  }

  /** The browser that sent this request; `undefined` when it has no cookie of ours. */
  function of(req: Request): Browser | undefined {
    const cookie: unknown = req.signedCookies?.[name];
    if (typeof cookie !== 'string') return undefined;
    const [csrf, secret, person] = cookie.split('.');
    return csrf && secret ? { csrf, secret, person } : undefined;
  }

  /** Whether a cookie of ours came that cannot be read: it is signed with a secret that we do not have. */
  function isUnreadable(req: Request): boolean {
    const isThere = name in (req.signedCookies ?? {}) || name in (req.cookies ?? {});
    return isThere && of(req) === undefined;
  }

  /** Gives the browser a cookie with these secrets, unless it has it already, signed by the first secret. */
  function keep(req: Request, res: Response, browser: Browser): void {
    const { csrf, secret, person } = browser;
    const value = [csrf, secret, ...(person ? [person] : [])].join('.');
    const isSame = req.signedCookies[name] === value;
    if (isSame && (given.has(req) || signerOf(req, name, secrets) === secrets[0])) return;
    given.add(req);
    req.signedCookies[name] = value;
    res.cookie(name, value, options);
  }

  /** Whether this person signed in last in this browser. */
  function isOf({ secret, person }: Browser, subject: string): boolean {
    return secrets.some((key) => keyed(`${secret} ${subject}`, key) === person);
  }

  /** Any instance that can read the browser's cookie makes the same one of it: it has the key. */
  function renewed(req: Request, { secret }: Browser, occasion: string): string {
    return keyed(`${secret} renewed ${occasion}`, signerOf(req, name, secrets));
  }

  return {
    of,
    isUnreadable,
    keep,
    /** Identifies the browser without giving its secret away. */
    markOf: ({ secret }: Browser): string => hash('sha256', secret, 'base64'),

    /** The browser that sent this request. If it has no cookie, it gets one. */
    known(req: Request, res: Response): Browser {
      const browser = of(req) ?? fresh();
      keep(req, res, browser);
      return browser;
    },

    /**
     * What the browser is to hold once this person has signed in: a new secret, if somebody else
     * signed in before. Call `keep` with it when the sign-in is done.
     * @param occasion the same occasion gets the same secret, for a second click
     */
    after(req: Request, subject: string, occasion: string): Browser {
      const browser = of(req) ?? fresh();
      const person = keyed(`${browser.secret} ${subject}`);
      if (browser.person === undefined || isOf(browser, subject)) return { ...browser, person };
      const secret = renewed(req, browser, occasion);
      return { ...browser, secret, person: keyed(`${secret} ${subject}`) };
    },

    /** Whether this person signed in last in this browser, or nobody has since a sign-out. */
    mayBeOf(req: Request, subject: string): boolean {
      const browser = of(req);
      return browser?.person === undefined || isOf(browser, subject);
    },

    /** What the browser is to hold once somebody has signed out: a new secret. */
    afterSignOut(req: Request, occasion: string): Browser {
      const browser = of(req) ?? fresh();
      return { ...browser, secret: renewed(req, browser, occasion), person: undefined };
    },

    /** A keyed hash of the browser's secret for one flow, to pass through the OAuth2 server. */
    bind: ({ secret }: Browser, flow: string): string => keyed(`${secret} flow ${flow}`),

    /** Whether `bind` has made this mark for this browser, with any of the cookie secrets. */
    isBound({ secret }: Browser, flow: string, mark: string): boolean {
      return secrets.some((key) => keyed(`${secret} flow ${flow}`, key) === mark);
    },
  };
}

export type Browsers = ReturnType<typeof createBrowsers>;

function fresh(): Browser {
  const bytes = randomBytes(2 * secretBytes);
  const [csrf, secret] = [bytes.subarray(0, secretBytes), bytes.subarray(secretBytes)];
  return {
    csrf: csrf.toString('base64url'),
    secret: secret.toString('base64url'),
    person: undefined,
  };
}
