/** Sign-ins without a question: the OAuth2 server remembers who has signed in in this browser. */
import type { LoginRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { hasAskedInVain, restartAsSomebodyElse } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError } from '../errors.ts';
import { isSilent, loginRequired, rememberedLoginDecision } from '../policy/login.ts';
import { leave } from '../web/leave.ts';
import { factsOf, showForm } from './login-page.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'apps'
  | 'config'
  | 'hydra'
  | 'identity'
  | 'keptSignIns'
  | 'knownBrowsers'
  | 'policy'
  | 'revocations'
  | 'sessions'
  | 'signOutDetours'
>;

/** The OAuth2 server remembers this person (`skip`): nobody is asked, but it still needs an answer. */
export async function answerRemembered(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request }: { step: Step; request: LoginRequest },
): Promise<void> {
  const user = await needs.identity.find(request.subject);
  if (!user || user.disabled) {
    return answerUnproven(needs, req, res, { step, request, reason: 'gone' });
  }
  // The person wanted to sign out, and did not come back from the site that was visited first.
  if (needs.signOutDetours.isUnderWay(req)) {
    return answerUnproven(needs, req, res, { step, request, reason: 'signed_out' });
  }
  const last = await needs.sessions.lastSignIn(req, res);
  const theirs = last?.subject === user.subject ? last : undefined;
  const isOutdated =
    theirs === undefined
      ? needs.knownBrowsers.hasOldProof(req, user)
      : theirs.credential !== user.credential;
  if (isOutdated || needs.revocations.isPending(user.subject)) {
    return answerUnproven(needs, req, res, { step, request, reason: 'credentials_changed' });
  }
  const hasCome = needs.keptSignIns.of(req)?.way !== undefined; // not by a password
  const { amr = hasCome ? [] : undefined, acr } = theirs ?? {};
  const answer = async () => {
    const browser = step.browserAfter(user.subject);
    const decision = await rememberedLoginDecision(user, amr, acr);
    const bound = needs.challenges.bind(decision, browser, user);
    const redirectTo = await needs.hydra.login.accept(step.challenge, bound);
    step.keep(browser);
    const client = request.client.client_id;
    needs.audit(req, 'signed_in', { reason: 'remembered', subject: user.subject, client, amr });
    return redirectTo;
  };
  const target = await step.onceUnasked('remembered', answer, user);
  leave(res, target);
}

interface Unproven {
  step: Step;
  request: LoginRequest;
  /** Why the OAuth2 server should not remember this person. */
  reason: 'gone' | 'credentials_changed' | 'signed_out';
}

/**
 * The remembered person may not sign in any more, or not without the new password: the OAuth2 server
 * forgets them, and the browser goes back to ask for a sign-in.
 */
async function answerUnproven(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, reason }: Unproven,
): Promise<void> {
  const { subject } = request;
  needs.audit(req, 'refused', { subject, client: request.client.client_id, reason });
  const facts = factsOf(needs, res, request);
  if (!facts.isDevice && (isSilent(request) || hasAskedInVain(request))) {
    const target = await step.onceUnasked(reason, () =>
      needs.hydra.login.reject(step.challenge, loginRequired),
    );
    needs.revocations.later(subject);
    return leave(res, target);
  }
  const isForgotten = await needs.revocations.now(subject);
  const target = facts.isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts);
  if (target) return leave(res, target);
  if (!isForgotten) throw new PublicError('oauth2_server_down'); // it would go in a circle
  if (reason === 'gone') {
    const startAgain = facts.startAgain ?? needs.addresses.signOutOfServer;
    throw new PublicError('account_unknown', { startAgain });
  }
  showForm(needs, req, res, { step, facts, form: { login: '', isRemembered: false } });
}
