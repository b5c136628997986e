import { hash } from 'node:crypto';
import type { Request, Response } from 'express';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { createEncryption } from './encryption.ts';

/** The last sign-in in a browser, of a person who asked to be kept signed in there. */
export interface KeptSignIn {
  subject: string;
  /** As typed, so that a password manager finds what it saved; empty for a `way`. */
  login: string;
  /** The id of the way to sign in, if it was another one than a password. */
  way?: string | undefined;
  /** When it was proven last, in milliseconds since 1970. */
  at: number;
  /** When the OAuth2 server forgets it; `undefined` if that is for the server to decide. */
  until?: number | undefined;
  /** `credentialMark` of that moment. */
  proof: string;
}

/** What is kept of `User.credential`: it changes when the password does. */
export const credentialMark = (credential = ''): string => hash('sha256', credential, 'base64url');

/** Whether the password is still the one that was proven then. */
export function isProvenToday(
  { subject, proof }: KeptSignIn,
  user: { subject: string; credential?: string | undefined },
): boolean {
  return subject === user.subject && proof === credentialMark(user.credential);
}

/** Whether the OAuth2 server has forgotten it; `false` where it decides that alone. */
export const isOver = ({ until }: KeptSignIn): boolean =>
  until !== undefined && until <= Date.now();

/** As long as a browser stays known, see `known-browser.ts`, or the sign-in is kept. */
const leastMs = 90 * 24 * 60 * 60 * 1000;
const lifeMs = ({ at, until = 0 }: KeptSignIn): number => Math.max(leastMs, until - at);

/**
 * Keeps in a cookie who asked to be kept signed in in this browser, so that they need to type only the
 * password when they come back. It outlives our sessions and restarts, and what the OAuth2 server
 * remembers. The cookie is encrypted: who reads it learns nothing, and nobody can make one. It signs
 * nobody in.
 */
export function createKeptSignIns(home: CookieHome, secrets: readonly string[]) {
  const name = cookieName(home, 'kept');
  const encryption = createEncryption(secrets, 'kept sign-in');

  return {
    /** `undefined` when nobody asked to be kept, has signed out since, or has long not been here. */
    of(req: Request): KeptSignIn | undefined {
      const cookie: unknown = req.cookies?.[name];
      if (typeof cookie !== 'string') return undefined;
      const opened = encryption.open(cookie);
      if (!opened) return undefined;
      const signIn = JSON.parse(opened.toString()) as KeptSignIn;
      return Date.now() - signIn.at < lifeMs(signIn) ? signIn : undefined;
    },

    keep(res: Response, signIn: KeptSignIn): void {
      const sealed = encryption.seal(Buffer.from(JSON.stringify(signIn)));
      res.cookie(name, sealed, { ...cookieOptions(home), maxAge: lifeMs(signIn) });
    },

    /** After a sign-out, or when somebody signs in who does not ask for it. */
    forget(req: Request, res: Response): void {
      if (name in (req.cookies ?? {})) res.clearCookie(name, cookieOptions(home));
    },
  };
}

export type KeptSignIns = ReturnType<typeof createKeptSignIns>;
