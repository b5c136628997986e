import session, { Store, type SessionData } from 'express-session';
import type { Request, Response } from 'express';
import { createFairCache } from './fair-cache.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

/** Who has signed in in this browser, when and how. */
export interface SignIn {
  subject: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Authentication methods, RFC 8176. */
  amr: string[];
  /** `User.credential` of that moment. */
  credential?: string | undefined;
  /** As typed, so that a password manager finds what it saved. */
  login?: string | undefined;
  /** The authentication context class, where another site named one. */
  acr?: string | undefined;
  /** The id of the way to sign in, if it was another one than a password. */
  way?: string | undefined;
}

declare module 'express-session' {
  interface SessionData {
    signIn: SignIn;
    /** The app on the device that was connected last, for the page that says so. */
    connectedApp: { clientId: string; name: string };
  }
}

interface SessionsOptions {
  store?: Store;
  /** Whether a sign-in still counts: the password may have changed since, or the person be gone. */
  isCurrent: (signIn: SignIn) => Promise<boolean>;
}

/**
 * Sessions, which begin at sign-in. Showing a page never writes to the store, and reads from it only
 * for browsers with our cookie.
 */
export function createSessions(
  home: CookieHome,
  secrets: readonly string[],
  { store = new BoundedStore(), isCurrent }: SessionsOptions,
) {
  const name = cookieName(home, 'session');
  const open = session({
    name,
    secret: [...secrets],
    store,
    resave: false,
    saveUninitialized: false,
    cookie: cookieOptions(home),
  });

  async function opened(
    req: Request,
    res: Response,
  ): Promise<session.Session & Partial<SessionData>> {
    if (!req.session) {
      // express-session sends no secure cookie otherwise. Browsers use https, even if the proxy does not.
      if (home.isSecure) Object.defineProperty(req, 'secure', { value: true });
      await new Promise<void>((resolve, reject) => {
        void open(req, res, (error?: unknown) => (error ? reject(error) : resolve()));
      });
    }
    return req.session;
  }

  function hasCookie(req: Request): boolean {
    return req.headers.cookie?.includes(`${name}=`) ?? false;
  }

  /** Like `signedIn`, but also a sign-in that counts no more. */
  async function lastSignIn(req: Request, res: Response): Promise<SignIn | undefined> {
    return hasCookie(req) ? (await opened(req, res)).signIn : undefined;
  }

  return {
    /** Begins a session with a new id, so that an id known before the sign-in is worthless (fixation). */
    async begin(req: Request, res: Response, signIn: SignIn): Promise<void> {
      const before = await opened(req, res);
      await new Promise<void>((resolve, reject) => {
        before.regenerate((error?: unknown) => (error ? reject(error) : resolve()));
      });
      req.session.signIn = signIn;
    },

    /**
     * Who has signed in in this browser; `undefined` when nobody has, when the session is over, or
     * when the sign-in counts no more.
     */
    async signedIn(req: Request, res: Response): Promise<SignIn | undefined> {
      const signIn = await lastSignIn(req, res);
      return signIn && (await isCurrent(signIn)) ? signIn : undefined;
    },

    lastSignIn,

    /** The session of this browser, to read from and to write to; `undefined` if it has none. */
    async data(req: Request, res: Response): Promise<Partial<SessionData> | undefined> {
      if (!hasCookie(req)) return undefined;
      const data = await opened(req, res);
      return data.signIn && data;
    },

    /** Ends the session of this browser, if it has one. */
    async end(req: Request, res: Response): Promise<void> {
      if (!hasCookie(req)) return;
      const data = await opened(req, res);
      await new Promise<void>((resolve, reject) => {
        data.destroy((error?: unknown) => (error ? reject(error) : resolve()));
      });
      res.clearCookie(name, cookieOptions(home));
    },
  };
}

export type Sessions = ReturnType<typeof createSessions>;

/** Bounded in bytes, like all that strangers can make us keep: about 20,000 sessions of the usual size. */
const mostBytes = 8 * 1024 * 1024;
const entryBytes = 200;
const longestIdleMs = 30 * 24 * 60 * 60 * 1000;

/**
 * Keeps a limited number of sessions in memory. When there is no room, the person with the most
 * sessions loses the oldest one.
 */
class BoundedStore extends Store {
  private readonly sessions = createFairCache<string>({
    maxSize: mostBytes,
    sizeOf: (stored) => entryBytes + stored.length,
    ttlMs: longestIdleMs,
  });

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const stored = this.sessions.get(id);
    callback(null, stored === undefined ? null : (JSON.parse(stored) as SessionData));
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.sessions.set(id, data.signIn?.subject ?? '', JSON.stringify(data));
    callback?.();
  }

  /** Called when a session is read: it is used, so it is kept longer. */
  override touch(id: string, data: SessionData, callback?: () => void): void {
    if (this.sessions.has(id)) this.set(id, data);
    callback?.();
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.sessions.delete(id);
    callback?.();
  }
}
