/** The person has proven who they are: the sign-in is accepted, and the browser remembers it. */
import type { AcceptLogin } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { orWhereItLed } from '../challenge/conflict.ts';
import { restartAsSomebodyElse } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import { loginDecision, rememberedUntil } from '../policy/login.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { credentialMark } from '../web/kept-sign-ins.ts';
import { leave } from '../web/leave.ts';
import type { LoginFacts } from './login-page.ts';
import { keptBefore } from './login-known.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'hydra'
  | 'keptSignIns'
  | 'knownBrowsers'
  | 'log'
  | 'policy'
  | 'sessions'
  | 'signOutDetours'
>;

interface Proven {
  step: Step;
  facts: LoginFacts;
  user: User;
  /** How they have proven it, RFC 8176. */
  amr: string[];
  /** As another site names it. */
  acr?: string | undefined;
  /** As typed; empty when nothing was. */
  login: string;
  /** The id of the way by which they came, if it was another one than a password. */
  way?: string;
  /** See `Arrived`. */
  signOutHint?: string | undefined;
  isRemembered: boolean;
  /** What makes a second click the same answer. */
  decision: unknown;
}

export async function acceptSignIn(
  needs: Needs,
  req: Request,
  res: Response,
  proven: Proven,
): Promise<void> {
  const { step, facts, user, amr, acr, login, way, signOutHint } = proven;
  const { isRemembered: isWished, decision: answer } = proven;
  if (facts.remembered !== undefined && facts.remembered !== user.subject) {
    return leave(res, signInAsSomebodyElse(needs, facts));
  }
  const { subject, credential } = user;
  const browser = step.browserAfter(subject);
  const before = isWished ? undefined : keptBefore(needs, req, facts.known, user);
  const wish = { isRemembered: isWished || before !== undefined, until: before?.until };
  const decision = await loginDecision(user, { ...wish, amr, acr }, needs.policy);
  const isRemembered = decision.remember === true;
  const accept = async () => {
    const sent = needs.keptSignIns.of(req) ? replacing(decision) : decision;
    const bound = needs.challenges.bind(sent, browser, user);
    const accepted = needs.hydra.login.accept(step.challenge, bound);
    const redirectTo = await orWhereItLed(accepted, () => needs.hydra.login.get(step.challenge));
    const who = { ...(login && { login }), subject, client: facts.clientId };
    needs.audit(req, 'signed_in', { ...who, amr, way, remember: isRemembered });
    return redirectTo;
  };
  const about = { subject, credential, after: browser };
  const target = await step.once(answer, accept, about);
  const at = Date.now();
  // The answer is given: without the database there is only no session.
  const hint = needs.signOutDetours.hide(signOutHint);
  const signIn = { subject, at, amr, acr, credential, login, way, signOutHint: hint };
  needs.signOutDetours.end(req, res);
  await orWithoutStore(needs, req, needs.sessions.begin(req, res, signIn), undefined);
  needs.knownBrowsers.remember(req, res, login, user);
  const until = before ? before.until : rememberedUntil(needs.policy, at);
  const proof = credentialMark(credential);
  if (isRemembered) needs.keptSignIns.keep(res, { subject, login, way, at, until, proof });
  else needs.keptSignIns.forget(req, res);
  leave(res, target);
}

/**
 * The same decision in a browser with an earlier sign-in that the OAuth2 server may have forgotten
 * since: told to forget it once more, Hydra since 25.4 fails. A second is as good as forgotten.
 */
function replacing(decision: AcceptLogin): AcceptLogin {
  return decision.remember ? decision : { ...decision, remember: true, remember_for: 1 };
}

/** @throws PublicError `account_unknown` in a device flow: the server would remember the same person */
function signInAsSomebodyElse({ addresses }: Needs, facts: LoginFacts): string {
  const target = facts.isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts);
  if (target) return target;
  throw new PublicError('account_unknown', { startAgain: addresses.signOutOfServer });
}
