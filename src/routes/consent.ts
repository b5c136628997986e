import { Router, type Request, type Response } from 'express';
import type { Reject } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import { flowKey } from '../challenge/challenges.ts';
import { orWhereItLed } from '../challenge/conflict.ts';
import type { Step } from '../challenge/step.ts';
import type { User } from '../identity/backend.ts';
import { claimsFor, claimsOfGranted } from '../policy/claims.ts';
import {
  consentDecision,
  consentDenied,
  everythingRequested,
  grantOf,
  interactionRequired,
  reasonToSkip,
  rememberDecision,
  type Grant,
  type ReasonToSkip,
} from '../policy/consent.ts';
import { isSilent } from '../policy/login.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, preferLocales } from '../screens/locale.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { postedList, postedText, readDecision } from '../web/form.ts';
import { leave } from '../web/leave.ts';
import { consentFacts, factsOf, type ConsentFacts } from './consent-facts.ts';
import { actionDue, personOf, showForm } from './consent-page.ts';

type Needs = Pick<
  Parts,
  | 'accountSwitch'
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'apps'
  | 'config'
  | 'hydra'
  | 'identity'
  | 'keptSignIns'
  | 'locales'
  | 'log'
  | 'policy'
  | 'requiredActions'
  | 'revocations'
  | 'sessions'
>;

/** The screen that asks what an app may do. */
export function consentRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/consent', (req, res) => showConsent(needs, req, res));
  router.post('/consent', (req, res) => submitConsent(needs, req, res));
  router.all('/consent', methodUnknown('GET, HEAD, POST'));
  return router;
}

async function showConsent(needs: Needs, req: Request, res: Response): Promise<void> {
  const { challenges, policy } = needs;
  const step = await challenges.open(req, res, 'consent');
  if (!step) return;
  const { request, facts } = await ask(needs, res, step);
  const reason = req.method === 'GET' ? await reasonToSkip(request, policy) : undefined;
  if (!reason) return showForm(needs, req, res, { step, request, facts });

  const user = await personOf(needs, req, facts);
  const action = await actionDue(needs, req, { step, user, facts });
  if (action && !isSilent(request)) return leave(res, action);
  const grant = everythingRequested(facts);
  const answer = () =>
    action
      ? deny(needs, req, step, { facts, reject: interactionRequired })
      : accept(needs, req, step, { facts, user, grant, reason });
  const target = await step.onceUnasked(reason, answer, aboutAnswer(facts));
  leave(res, target);
}

async function submitConsent(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = await needs.challenges.posted(req, res, 'consent', consentFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) return showAgain(needs, req, res, step, facts);

  // Before the next line: a second click comes from a browser that has signed out by then.
  if (postedText(req, 'decision') === 'somebody_else') {
    return letSomebodyElseIn(needs, req, res, step, facts);
  }
  needs.challenges.mustBeBound(req, facts.flow, facts.startAgain);
  if (readDecision(req) === 'reject') {
    const denial = { facts, reject: consentDenied };
    return step.answer('reject', () => deny(needs, req, step, denial), aboutAnswer(facts));
  }
  const grant = grantOf(facts, postedList(req, 'grant_scope'), needs.policy);
  if (!grant) {
    await step.giverOf('nothing ticked'); // throws where the challenge has an answer: there is no other
    return showAgain(needs, req, res, step, facts, { isNothingTicked: true });
  }
  const user = await personOf(needs, req, facts);
  const action = await actionDue(needs, req, { step, user, facts });
  if (action) return leave(res, action);
  const isRemembered = facts.isRememberable && postedText(req, 'remember') !== '';
  const answer = async () => {
    const redirectTo = await accept(needs, req, step, { facts, user, grant, isRemembered });
    if (facts.isDevice) await noteConnected(needs, req, res, facts);
    return redirectTo;
  };
  await step.answer(['accept', grant, isRemembered], answer, aboutAnswer(facts));
}

/** Servers since 2.2 would issue new challenges for a sign-in: it ends with the answer to its consent. */
const aboutAnswer = ({ flow, subject }: ConsentFacts) => ({
  subject,
  ends: flow && flowKey(flow),
});

/** The question as the OAuth2 server has it, in the language that the app wishes for. */
async function ask({ hydra, locales, ...needs }: Needs, res: Response, step: Step) {
  const request = await hydra.consent.get(step.challenge);
  preferLocales(locales, res, request.oidc_context?.ui_locales);
  return { request, facts: factsOf(needs, res, request) };
}

/** Shows the form again with what was ticked. */
async function showAgain(
  needs: Needs,
  req: Request,
  res: Response,
  step: Step,
  shown: ConsentFacts | undefined,
  { isNothingTicked = false } = {},
): Promise<void> {
  const { request, facts } = await ask(needs, res, step);
  const isIdAsked = isNothingTicked || shown?.isIdAsked === true;
  return showForm(needs, req, res, {
    step,
    request,
    facts: { ...facts, isIdAsked },
    isNothingTicked,
  });
}

/**
 * A device flow knows no prompt for a sign-in: the OAuth2 server has to sign out who is signed in.
 * (To end the session by its admin API is not enough: as long as the browser has the cookie of that
 * session, 26.2 refuses the next sign-in there that is not to be remembered.) After that the same code
 * works for somebody else. It is the same where an app's request is too long to start again: that
 * ends at our start page.
 */
async function letSomebodyElseIn(
  { accountSwitch, addresses, audit, keptSignIns, sessions }: Needs,
  req: Request,
  res: Response,
  step: Step,
  { clientId: client, isDevice, startAgain = addresses.start, subject }: ConsentFacts,
): Promise<void> {
  const after = step.browserAfterSignOut();
  const signOut = async () => {
    audit(req, 'signed_out', { subject, client });
    if (!isDevice) return addresses.signOutOfServer ?? startAgain;
    return startAgain.replace(/\/oauth2\/device\/verify$/i, '/oauth2/sessions/logout');
  };
  const target = await step.once('somebody_else', signOut, { subject, after, isSafeTwice: true });
  await sessions.end(req, res);
  keptSignIns.forget(req, res);
  accountSwitch.begin(res, startAgain);
  leave(res, target);
}

interface Accepted {
  facts: ConsentFacts;
  user: User;
  grant: Grant;
  isRemembered?: boolean;
  reason?: ReasonToSkip;
}

async function accept(
  { audit, challenges, config, hydra, policy }: Needs,
  req: Request,
  step: Step,
  { facts, user, grant, ...how }: Accepted,
): Promise<string> {
  await challenges.mustBeOpen(facts.flow, facts);
  const claims = await claimsFor(user, grant.scopes, facts, config.claims);
  const session = claimsOfGranted(grant.scopes, claims);
  const decision = consentDecision(grant, session, rememberDecision(how, policy));
  const answer = hydra.consent.accept(step.challenge, decision);
  const redirectTo = await orWhereItLed(answer, () => hydra.consent.get(step.challenge));
  const { clientId: client, subject } = facts;
  const { isRemembered, reason } = how;
  const remember = isRemembered && decision.remember;
  audit(req, 'granted', { subject, client, ...grant, remember, reason });
  return redirectTo;
}

async function deny(
  { addresses, audit, challenges, hydra }: Needs,
  req: Request,
  step: Step,
  { facts, reject }: { facts: ConsentFacts; reject: Reject },
): Promise<string> {
  await challenges.mustBeOpen(facts.flow, facts);
  const answer = hydra.consent.reject(step.challenge, reject);
  const redirectTo = await orWhereItLed(answer, () => hydra.consent.get(step.challenge));
  const reason = reject === consentDenied ? 'consent_denied' : 'interaction_required';
  audit(req, 'denied', { subject: facts.subject, client: facts.clientId, reason });
  // In a device flow the server would show raw JSON to the person and tell the device nothing.
  return facts.isDevice ? addresses.denied : redirectTo;
}

/** Never fails because of the database: the answer is given by then. */
async function noteConnected(
  { log, sessions }: Needs,
  req: Request,
  res: Response,
  { app, clientId }: ConsentFacts,
): Promise<void> {
  const session = await orWithoutStore({ log }, req, sessions.data(req, res), undefined);
  if (session && app) session.connectedApp = { clientId, name: app.name };
}
