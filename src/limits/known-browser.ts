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
/** Of a mark, as the cookie has it. */
const subjectLength = 16;
/** Before the proof, which follows the marks. */
const proofSign = '~';

/** Who signed in, and by which password: see `User.credential`. */
export interface Proven {
  subject: string;
  credential?: string | undefined;
}

interface Known {
  id: string;
  /** Of the accounts, the last one first. */
  marks: string[];
  /** Of the last sign-in: a mark of the subject, then one of the subject and its credential. */
  proof: string | undefined;
}

/**
 * Remembers in a signed cookie which accounts have signed in in this browser. So the limits for an
 * account can stop strangers everywhere, but do not lock out its owner. It also remembers by which
 * password the last one did, which outlives our sessions and restarts: so a password that changed
 * while Portico was not running is noticed when the OAuth2 server still remembers the person.
 *
 * The cookie holds a random id of the browser, and keyed hashes of that and an account, a subject or
 * a credential. It says nothing about a person, and the id gives the browser a count of its own.
 */
export function createKnownBrowsers(home: CookieHome, secrets: readonly string[]) {
  const name = cookieName(home, 'known');
  const options = { ...cookieOptions(home), signed: true, maxAge: keptMs };

  function keyed(text: string, secret = secrets[0]!): string {
    const hmac = createHmac('sha256', `portico known browser ${secret}`).update(text);
    return hmac.digest().toString('base64url', 0, markBytes);
  }

  const markOf = (id: string, login: string, secret?: string): string =>
    keyed(`${id} ${foldLogin(login)}`, secret);

  function proofOf(id: string, { subject, credential = '' }: Proven, secret?: string): string {
    const of = (...facts: string[]) => keyed(JSON.stringify([id, ...facts]), secret);
    return of('subject', subject) + of('credential', subject, credential);
  }

  function read(req: Request): Known | undefined {
    const cookie: unknown = req.signedCookies?.[name];
    if (typeof cookie !== 'string') return undefined;
    const [known = '', proof] = cookie.split(proofSign);
    const [id = '', ...marks] = known.split('.');
    return id.length === idLength ? { id, marks, proof } : undefined;
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
     * Whether this person was the last one to sign in in this browser, and did so by a password that
     * has changed since. False where nothing is known.
     */
    hasOldProof(req: Request, person: Proven): boolean {
      const known = read(req);
      if (known?.proof === undefined) return false;
      const isTheirs = (proof: string) =>
        known.proof!.slice(0, subjectLength) === proof.slice(0, subjectLength);
      const today = secrets.map((secret) => proofOf(known.id, person, secret)).find(isTheirs);
      return today !== undefined && today !== known.proof;
    },

    /**
     * Notes that this account has signed in in this browser.
     * @param login as typed; empty when nothing was: then no account is known by its login
     */
    remember(req: Request, res: Response, login: string, person: Proven): void {
      const known = read(req);
      const id = known?.id ?? randomBytes(idBytes).toString('base64url');
      const own = login === '' ? [] : [markOf(id, login)];
      const others = known?.marks.filter((other) => !own.includes(other)) ?? [];
      const marks = [...own, ...others].slice(0, mostAccounts);
      const value = [id, ...marks].join('.') + proofSign + proofOf(id, person);
      res.cookie(name, value, options);
    },
  };
}

export type KnownBrowsers = ReturnType<typeof createKnownBrowsers>;
