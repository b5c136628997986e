import { randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Way } from '../identity/backend.ts';
import { cookieName, cookieOptions, type CookieHome } from './cookies.ts';
import { createEncryption } from './encryption.ts';
import type { SignIn } from './session.ts';

/** A browser that is being signed out at another site first. */
interface Detour {
  state: string;
  /** Where it goes on from there: the OAuth2 server signs out there. */
  target: string;
}

/** Longer than an OAuth2 server usually remembers a sign-in. */
const lifeMs = 90 * 24 * 60 * 60 * 1000;
/** Of the cookie, in characters: browsers drop one of more than 4096 bytes with its name and attributes. */
const longestSealed = 3_700;
/** Of what is kept for the other site; longer ones are rare, and are not kept. */
const longestHint = 6_000;

/**
 * Keeps in an encrypted cookie where a sign-out goes on that visits another site first. As long as
 * the cookie is there, the sign-out has not ended: the person may have closed the page over there.
 */
export function createSignOutDetours(
  home: CookieHome & { href: string },
  secrets: readonly string[],
) {
  const name = cookieName(home, 'leaving');
  const encryption = createEncryption(secrets, 'sign-out detour');
  const hints = createEncryption(secrets, 'sign-out hint');

  function read(req: Request): Detour | undefined {
    const cookie: unknown = req.cookies?.[name];
    const opened = typeof cookie === 'string' ? encryption.open(cookie) : undefined;
    return opened && (JSON.parse(opened.toString()) as Detour);
  }

  const shown = (hidden: string | undefined): string | undefined =>
    hidden === undefined ? undefined : hints.open(hidden)?.toString();

  function end(req: Request, res: Response): void {
    if (name in (req.cookies ?? {})) res.clearCookie(name, cookieOptions(home));
  }

  return {
    /**
     * Where the browser goes first to be signed out: to the other site, if the person has come from
     * one that wants that.
     * @param signIn what ends
     * @param target where the sign-out goes on from there, or else at once
     */
    async begin(
      res: Response,
      {
        ways,
        signIn,
        target,
      }: { ways: readonly Way[] | undefined; signIn: SignIn | undefined; target: string },
    ): Promise<string> {
      const way = ways?.find(({ id }) => id === signIn?.way);
      const hint = shown(signIn?.signOutHint);
      if (!way?.signOut || hint === undefined) return target;
      const state = randomBytes(18).toString('base64url');
      const back = `${home.href}/upstream/${way.id}/signed-out`;
      const detour = await way.signOut({ back, state, hint });
      if (detour === undefined) return target;
      const sealed = encryption.seal(Buffer.from(JSON.stringify({ state, target })));
      // Without the cookie the browser would not go on, and stay signed in at the OAuth2 server.
      if (sealed.length > longestSealed) return target;
      res.cookie(name, sealed, { ...cookieOptions(home), maxAge: lifeMs });
      return detour;
    },

    /** Whether a sign-out of this browser has begun and not ended. */
    isUnderWay: (req: Request): boolean => read(req) !== undefined,

    /** Where to go on; `undefined` when this browser did not leave with this state. */
    targetOf(req: Request, state: unknown): string | undefined {
      const detour = read(req);
      return detour?.state === state ? detour?.target : undefined;
    },

    end,

    /** Hides what the other site wants back at the sign-out, for the session. */
    hide: (hint: string | undefined): string | undefined =>
      hint === undefined || hint.length > longestHint ? undefined : hints.seal(Buffer.from(hint)),
  };
}

export type SignOutDetours = ReturnType<typeof createSignOutDetours>;
