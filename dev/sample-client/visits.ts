import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import type { Step } from './story.ts';

/** The tokens of a sign-in, and what they say. */
export interface Tokens {
  idToken?: string;
  claims?: Record<string, unknown> & { sub: string };
  accessToken: string;
  refreshToken?: string;
  scopes: string[];
  userinfo?: Record<string, unknown>;
}

/** One sign-in that has started. They are kept by `state`, so that tabs do not mix them up. */
export interface Attempt {
  codeVerifier: string;
  nonce: string;
  scopes: string[];
  /** Milliseconds since 1970. */
  startedAt: number;
}

/** A device that is waiting to be connected, or is connected. */
export interface Tv {
  userCode: string;
  deviceCode: string;
  verificationUri: string;
  verificationUriComplete: string;
  /** Milliseconds since 1970. */
  expiresAt: number;
  mayAskFrom: number;
  intervalSeconds: number;
  outcome?: Tokens | { error: string };
}

/** What this app knows of one browser. */
export interface Visit {
  attempts: Map<string, Attempt>;
  /** With the `state` of the attempt that gave these tokens. */
  signedIn?: { state: string; tokens: Tokens; story: Step[] };
  signOutState?: string;
  /** The session that ended last, and its person. */
  ended?: { sid: unknown; name: string };
  notes: string[];
  tv?: Tv;
}

const cookie = 'meadow_visit';
const mostVisits = 500;
const mostAttempts = 20;
const lifeMs = 24 * 60 * 60 * 1000;

export type Visits = ReturnType<typeof createVisits>;

/** The visits of all browsers, in bounded memory. The cookie holds only an id. */
export function createVisits() {
  const visits = new LRUCache<string, Visit>({ max: mostVisits, ttl: lifeMs });
  const subjects = new LRUCache<string, true>({ max: mostVisits });

  function idOf(req: Request): string {
    return new RegExp(`(?:^|; )${cookie}=([\\w-]+)`).exec(req.headers.cookie ?? '')?.[1] ?? '';
  }

  function keep(res: Response, visit: Visit): Visit {
    const id = randomBytes(32).toString('base64url');
    visits.set(id, visit);
    res.cookie(cookie, id, { httpOnly: true, sameSite: 'lax', path: '/' });
    return visit;
  }

  return {
    find(req: Request): Visit | undefined {
      return visits.get(idOf(req));
    },

    findOrBegin(req: Request, res: Response): Visit {
      return visits.get(idOf(req)) ?? keep(res, { attempts: new Map(), notes: [] });
    },

    addAttempt({ attempts }: Visit, state: string, attempt: Attempt): void {
      attempts.set(state, attempt);
      const [oldest] = attempts.keys();
      if (attempts.size > mostAttempts && oldest !== undefined) attempts.delete(oldest);
    },

    /** Stores the tokens under a new id, so that an id known before the sign-in is worthless. */
    signIn(req: Request, res: Response, signedIn: NonNullable<Visit['signedIn']>): void {
      const visit = visits.get(idOf(req));
      if (!visit) return;
      visits.delete(idOf(req));
      keep(res, { ...visit, signedIn, notes: [] });
      const sub = signedIn.tokens.claims?.sub;
      if (sub !== undefined) subjects.set(sub, true);
    },

    /** Whether this person has signed in here before, in whichever browser. */
    isKnown: ({ claims }: Tokens): boolean => claims !== undefined && subjects.has(claims.sub),

    /**
     * Ends the sign-in of this browser. Remembers its session, because the server may tell later that
     * it has ended.
     */
    signOut,

    /** Ends all sign-ins of one session at the OAuth2 server, and adds a note on how the app learned. */
    endSession(sid: string, notice: string): void {
      for (const visit of visits.values()) {
        if (visit.signedIn?.tokens.claims?.['sid'] === sid) signOut(visit);
        if (visit.ended?.sid !== sid) continue;
        visit.notes.push(`${notice} The session of ${visit.ended.name} is over.`);
      }
    },
  };
}

function signOut(visit: Visit): void {
  const tokens = visit.signedIn?.tokens;
  delete visit.signedIn;
  if (tokens) visit.ended = { sid: tokens.claims?.['sid'], name: nameOf(tokens) };
}

/** The name of the person or, without one, their address or subject. */
export function nameOf(tokens: Tokens | undefined): string {
  return firstText(tokens, ['name', 'email', 'sub']) ?? 'somebody';
}

/** How to greet the person. */
export function greetingFor(tokens: Tokens): string {
  const name = firstText(tokens, ['given_name', 'nickname', 'name']);
  return name === undefined ? 'Hello' : `Hello, ${name}`;
}

function firstText(tokens: Tokens | undefined, names: string[]): string | undefined {
  const claims: Record<string, unknown> = { ...tokens?.claims, ...tokens?.userinfo };
  return names.map((name) => claims[name]).find((value) => typeof value === 'string');
}
