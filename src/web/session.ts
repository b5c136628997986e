import { createHmac, hash } from 'node:crypto';
import { callbackify } from 'node:util';
import session, { Store, type SessionData } from 'express-session';
import type { Request, Response } from 'express';
import type { SessionRows } from '../state/state.ts';
import { signerOf } from './cookie-signer.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { createEncryption } from './encryption.ts';

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
  /** What that site wants back at a sign-out, encrypted. */
  signOutHint?: string | undefined;
}

declare module 'express-session' {
  interface SessionData {
    signIn: SignIn;
    /** The app on the device that was connected last, for the page that says so. */
    connectedApp: { clientId: string; name: string };
  }
}

interface SessionsOptions {
  store: Store;
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
  { store, isCurrent }: SessionsOptions,
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
      await done((callback) => void open(req, res, callback));
    }
    return req.session;
  }

  function hasCookie(req: Request): boolean {
    return req.headers.cookie?.includes(`${name}=`) ?? false;
  }

  /** Like `signedIn`, but also a sign-in that counts no more. */
  async function lastSignIn(req: Request, res: Response): Promise<SignIn | undefined> {
    if (!hasCookie(req)) return undefined;
    const isFirstLook = !req.session;
    const { signIn } = await opened(req, res);
    if (signIn && isFirstLook) await protectAnew(req, res);
    return signIn;
  }

  /** A session from before another secret must not end with the old one. */
  async function protectAnew(req: Request, res: Response): Promise<void> {
    if (signerOf(req, name, secrets) === secrets[0]) return;
    await done((callback) => req.session.save(callback));
    res.cookie(name, req.session.id, { ...cookieOptions(home), signed: true });
  }

  return {
    /**
     * Begins a session with a new id, so that an id known before the sign-in is worthless (fixation).
     * When that fails, the browser has no session any more.
     */
    async begin(req: Request, res: Response, signIn: SignIn): Promise<void> {
      try {
        const before = await opened(req, res);
        if (hasCookie(req)) await done((callback) => before.regenerate(callback));
        req.session.signIn = signIn;
        await done((callback) => req.session.save(callback));
      } catch (error) {
        Reflect.deleteProperty(req, 'session');
        if (hasCookie(req)) res.clearCookie(name, cookieOptions(home));
        throw error;
      }
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

    /** Ends the session of this browser, if it has one. It need not be read for that. */
    async end(req: Request, res: Response): Promise<void> {
      if (!hasCookie(req)) return;
      const id: unknown = req.session?.id ?? req.signedCookies?.[name];
      Reflect.deleteProperty(req, 'session');
      if (typeof id === 'string') await done((callback) => store.destroy(id, callback));
      res.clearCookie(name, cookieOptions(home));
    },
  };
}

export type Sessions = ReturnType<typeof createSessions>;

function done(begin: (callback: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    begin((error) => (error ? reject(error) : resolve()));
  });
}

interface SessionStoreOptions {
  /** The cookie secrets, where others may read what is kept: then it is encrypted. */
  secrets?: readonly string[];
}

/** Keeps sessions where instances share them, by a hash of their id. */
export class SessionStore extends Store {
  readonly #rows: SessionRows;
  readonly #sealing: Sealing;
  /** The end of a response saves again what `begin` has saved. */
  readonly #saved = new WeakMap<SessionData, string>();

  constructor(rows: SessionRows, { secrets = [] }: SessionStoreOptions = {}) {
    super();
    this.#rows = rows;
    this.#sealing = secrets.length > 0 ? sealingWith(secrets) : noSealing;
  }

  override get(id: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    const key = keyOf(id);
    const read = this.#rows.read(key).then((kept) => {
      const text = kept && this.#sealing.open(kept, key);
      return text ? (JSON.parse(text) as SessionData) : null;
    });
    settle(read, callback);
  }

  override set(id: string, data: SessionData, callback?: (error?: unknown) => void): void {
    const text = JSON.stringify(data);
    if (this.#saved.get(data) === id + text) return callback?.();
    const { seal, markOf } = this.#sealing;
    const key = keyOf(id);
    const write = this.#rows.write(key, markOf(data.signIn?.subject ?? ''), seal(text, key));
    settle(
      write.then(() => void this.#saved.set(data, id + text)),
      callback,
    );
  }

  /** To read a session keeps it longer. */
  override touch(_id: string, _data: SessionData, callback?: () => void): void {
    callback?.();
  }

  override destroy(id: string, callback?: (error?: unknown) => void): void {
    settle(this.#rows.remove(keyOf(id)), callback);
  }
}

interface Sealing {
  seal: (text: string, key: string) => string;
  open: (kept: string, key: string) => string | undefined;
  /** Stands for a person. */
  markOf: (subject: string) => string;
}

const noSealing: Sealing = {
  seal: (text) => text,
  open: (kept) => kept,
  markOf: (subject) => subject,
};

/** Whoever reads what is kept does not learn whose session it is. */
function sealingWith(secrets: readonly string[]): Sealing {
  const encryption = createEncryption(secrets, 'session');
  return {
    seal: (text, key) => encryption.seal(Buffer.from(text), key),
    open: (kept, key) => encryption.open(kept, key)?.toString(),
    markOf: (subject) =>
      createHmac('sha256', `portico session ${secrets[0]}`).update(subject).digest('base64'),
  };
}

/** Whoever reads where sessions are kept does not learn their ids. */
const keyOf = (id: string): string => hash('sha256', id, 'base64');

function settle<T>(
  result: Promise<T>,
  callback: ((error: unknown, value?: T) => void) | undefined,
): void {
  callbackify(() => result)((error, value) => callback?.(error, value));
}
