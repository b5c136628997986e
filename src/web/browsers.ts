import { createHmac, hash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

/** What this app knows of a browser: the secret it was given, and whose sign-ins it made. */
export interface Browser {
  /** The secret behind the tokens of its forms: stays, so that forms in other tabs go on working. */
  csrf: string;
  /** The secret that answers and sign-ins are bound to: renewed when the person changes. */
  secret: string;
  /** A mark of the person who signed in last; `undefined` before the first sign-in. */
  person: string | undefined;
}

const secretBytes = 18;
const markBytes = 16;

/**
 * Tells browsers apart by secrets in one signed cookie. One of them is renewed at sign-out, and when
 * somebody else signs in: what was shown before is then bound to a browser that no longer exists.
 */
export function createBrowsers(home: CookieHome, secrets: readonly string[]) {
  const name = cookieName(home, 'csrf');

  function keyed(text: string, secret = secrets[0]!): string {
    const digest = createHmac('sha256', `portico browser ${secret}`).update(text).digest();
    return digest.toString('base64url', 0, markBytes);
  }

  /** The browser that sends this request; `undefined` when it has no cookie of ours. */
  function of(req: Request): Browser | undefined {
    const cookie: unknown = req.signedCookies?.[name];
    if (typeof cookie !== 'string') return undefined;
    const [csrf, secret, person] = cookie.split('.');
    return csrf && secret ? { csrf, secret, person } : undefined;
  }

  /** Gives the browser its cookie, unless it has this one already. */
  function keep(req: Request, res: Response, browser: Browser): void {
    const { csrf, secret, person } = browser;
    const value = [csrf, secret, ...(person ? [person] : [])].join('.');
    if (req.signedCookies[name] === value) return;
    req.signedCookies[name] = value;
    res.cookie(name, value, { ...cookieOptions(home), signed: true });
  }

  return {
    of,
    keep,
    /** Fit for a key or a sealed form: nobody gets from it to the secret. */
    markOf: ({ secret }: Browser): string => hash('sha256', secret, 'base64'),

    /** The browser that sends this request, with a cookie from now on. */
    known(req: Request, res: Response): Browser {
      const browser = of(req) ?? fresh();
      keep(req, res, browser);
      return browser;
    },

    /**
     * The browser as it is once this person has signed in: with another secret if it was somebody
     * else's. Keep it when the sign-in is done.
     * @param occasion a second click on the same occasion gets the same secret
     */
    after(req: Request, subject: string, occasion: string): Browser {
      const browser = of(req) ?? fresh();
      const person = keyed(`${browser.secret} ${subject}`);
      if (browser.person === undefined || browser.person === person) {
        return { ...browser, person };
      }
      const secret = keyed(`${browser.secret} renewed ${occasion}`);
      return { ...browser, secret, person: keyed(`${secret} ${subject}`) };
    },

    /** The browser as it is once its person has signed out. */
    afterSignOut(req: Request, occasion: string): Browser {
      const browser = of(req) ?? fresh();
      const secret = keyed(`${browser.secret} renewed ${occasion}`);
      return { ...browser, secret, person: undefined };
    },

    /** A keyed mark of the browser that fits one flow only, to travel through the OAuth2 server. */
    bind: ({ secret }: Browser, flow: string): string => keyed(`${secret} flow ${flow}`),

    /** Whether `bind` made this mark for this browser, with any of the secrets in force. */
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
