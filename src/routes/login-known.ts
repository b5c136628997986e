/** The person whom the sign-in screen knows in this browser, so that only the password is to type. */
import * as v from 'valibot';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { isForSomebodyElse, somebodyElse } from '../challenge/restart.ts';
import type { User } from '../identity/backend.ts';
import { foldLogin } from '../identity/login-key.ts';
import { asksOnceMore, showsLastPerson } from '../policy/login.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { fieldsOf } from '../web/form.ts';
import { isOver, isProvenToday, type KeptSignIn } from '../web/kept-sign-ins.ts';
import type { SignIn } from '../web/session.ts';

type Needs = Pick<Parts, 'identity' | 'keptSignIns' | 'log' | 'sessions'>;

/** What the form is sealed with. */
export const knownFacts = v.object({
  subject: v.string(),
  /** What the form posts in the place of a typed login. */
  login: v.string(),
  /** Whether they are signed in, and only confirm it because the app asks for the password. */
  isConfirmation: v.boolean(),
});
export type KnownFacts = v.InferOutput<typeof knownFacts>;

export interface Known extends KnownFacts {
  user: User;
}

/** Whether the person of this browser has said that they are somebody else, by "Not you?". */
export function isSomebodyElse(req: Request): boolean {
  return fieldsOf(req)[somebodyElse] !== undefined;
}

/**
 * The last person of this browser: their session is alive, or they asked to be kept signed in. Whoever
 * the app hints at, or who was typed, goes before them.
 * @param typed or hinted at; empty if there is none
 * @returns `undefined` when all must be typed, also while the user store cannot be asked
 */
export async function knownPerson(
  needs: Needs,
  req: Request,
  res: Response,
  { request, typed }: { request: LoginRequest; typed: string },
): Promise<Known | undefined> {
  if (!showsLastPerson(request)) return undefined;
  if (isSomebodyElse(req) || isForSomebodyElse(request.request_url)) return undefined;
  const session = await orWithoutStore(needs, req, needs.sessions.lastSignIn(req, res), undefined);
  const kept = needs.keptSignIns.of(req);
  const last = session ?? kept;
  // By another way there is no password to type.
  if (!last || last.way !== undefined || needs.identity.takesPasswords === false) return undefined;
  const asked = needs.identity.find(last.subject);
  const user = await orWithoutStore(needs, req, asked, undefined);
  if (!user || user.disabled || isAboutOthers(request, user)) return undefined;
  const ofToday = { session: currentSession(session, user), kept: currentKept(kept, user) };
  const { login } = ofToday.session ?? ofToday.kept ?? {};
  if (!ofToday.session && !ofToday.kept) return undefined;
  if (typed !== '' && !namesOf(user).includes(foldLogin(typed))) return undefined;
  return {
    user,
    subject: user.subject,
    login:
      login !== undefined && namesOf(user).includes(foldLogin(login)) ? login : (user.email ?? ''),
    isConfirmation: isConfirmation(request, ofToday),
  };
}

/**
 * The same person for a form that is shown again; `undefined` when somebody else was typed, or while
 * the user store cannot be asked.
 */
export async function knownAgain(
  needs: Pick<Parts, 'identity' | 'log'>,
  req: Request,
  known: KnownFacts | undefined,
  typed: string,
): Promise<Known | undefined> {
  if (!known || foldLogin(typed) !== foldLogin(known.login)) return undefined;
  const asked = needs.identity.find(known.subject);
  const user = await orWithoutStore(needs, req, asked, undefined);
  return user && { ...known, user };
}

/** How a sign-in is kept that this person only confirms; `undefined` if it is not, or no longer. */
export function keptBefore(
  { keptSignIns }: Pick<Parts, 'keptSignIns'>,
  req: Request,
  known: KnownFacts | undefined,
  user: User,
): KeptSignIn | undefined {
  if (!known?.isConfirmation || known.subject !== user.subject) return undefined;
  const kept = keptSignIns.of(req);
  return kept && kept.subject === user.subject && !isOver(kept) ? kept : undefined;
}

function isConfirmation(
  request: LoginRequest,
  { session, kept }: { session: SignIn | undefined; kept: KeptSignIn | undefined },
): boolean {
  // Without a session, and if the server decides how long it remembers, we cannot know.
  const isSignedIn = session ?? (kept?.until !== undefined && !isOver(kept));
  const at = session?.at ?? kept?.at ?? 0;
  return Boolean(isSignedIn) && asksOnceMore(request, at);
}

const currentSession = (session: SignIn | undefined, user: User): SignIn | undefined =>
  session?.credential === user.credential ? session : undefined;

const currentKept = (kept: KeptSignIn | undefined, user: User): KeptSignIn | undefined =>
  kept && isProvenToday(kept, user) ? kept : undefined;

/** Whether the request is about another person: one whom the server remembers, or an ID token names. */
function isAboutOthers(
  { skip, subject, oidc_context: context }: LoginRequest,
  user: User,
): boolean {
  const named = context?.id_token_hint_claims?.['sub'];
  if (skip && subject !== user.subject) return true;
  return named !== undefined && named !== user.subject;
}

/** What the person can type to sign in, as far as we know, in the form in which it is compared. */
function namesOf({ email, username }: User): string[] {
  return [email, username].flatMap((name) => (name === undefined ? [] : [foldLogin(name)]));
}
