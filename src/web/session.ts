import session, { Store, type SessionData } from 'express-session';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';

/** Who signed in in this browser, when and how. */
export interface SignIn {
  subject: string;
  /** Milliseconds since 1970. */
  at: number;
  /** Authentication methods, RFC 8176. */
  amr: string[];
}

declare module 'express-session' {
  interface SessionData {
    signIn: SignIn;
    /** The app that a device was last connected to, for the page that says so. */
    connectedApp: { clientId: string; name: string };
  }
}

/**
 * Sessions that begin at sign-in. Nothing is read for a browser without our cookie, and nothing is
 * written for a person who only looks at a page.
 */
export function createSessions(
  home: CookieHome,
  secrets: readonly string[],
  store: Store = new BoundedStore(),
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
      // With an https address every browser comes by https, whatever the last hop looks like.
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

  return {
    /** Begins a session under a new id, so that an id known before the sign-in is worth nothing. */
    async begin(req: Request, res: Response, signIn: SignIn): Promise<void> {
      const before = await opened(req, res);
      await new Promise<void>((resolve, reject) => {
        before.regenerate((error?: unknown) => (error ? reject(error) : resolve()));
      });
      req.session.signIn = signIn;
    },

    async signedIn(req: Request, res: Response): Promise<SignIn | undefined> {
      return hasCookie(req) ? (await opened(req, res)).signIn : undefined;
    },

    /** What the session of this browser holds, to read or to add to; `undefined` without one. */
    async data(req: Request, res: Response): Promise<Partial<SessionData> | undefined> {
      if (!hasCookie(req)) return undefined;
      const data = await opened(req, res);
      return data.signIn && data;
    },

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

/** Keeps the sessions used last in memory, so many and no more. */
class BoundedStore extends Store {
  private readonly sessions = new LRUCache<string, string>({
    maxSize: mostBytes,
    sizeCalculation: (stored) => entryBytes + stored.length,
    ttl: longestIdleMs,
    updateAgeOnGet: true,
  });

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const stored = this.sessions.get(id);
    callback(null, stored === undefined ? null : (JSON.parse(stored) as SessionData));
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    this.sessions.set(id, JSON.stringify(data));
    callback?.();
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    this.sessions.delete(id);
    callback?.();
  }
}
