import * as v from 'valibot';
import { Router, type Request, type Response } from 'express';
import { undefinedIfHydraError, type ConsentRequest, type Reject } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import type { Step } from '../challenge/step.ts';
import { orWhereItLed } from '../challenge/conflict.ts';
import { leave } from '../web/leave.ts';
import { restartAsSomebodyElse, restartOf } from '../challenge/restart.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import { claimsFor } from '../policy/claims.ts';
import {
  consentDecision,
  consentDenied,
  everythingRequested,
  grantable,
  interactionRequired,
  isChecked,
  isDeviceFlow,
  isNeeded,
  isPreselected,
  pastWith,
  reasonToSkip,
  rememberDecision,
  type Grant,
  type Past,
  type ReasonToSkip,
} from '../policy/consent.ts';
import { isSilent } from '../policy/login.ts';
import { callsItselfLike } from '../policy/lookalike.ts';
import { appView, returnHostOf, webAddress } from '../screens/app-view.ts';
import { personView } from '../screens/person-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, localeOf, preferLocales } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { leadOf, scopeGroups, scopeIds, scopeView } from '../screens/scope-view.ts';
import { visibleValue } from '../screens/visible-text.ts';
import { postedList, postedText, readDecision } from '../web/form.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'config'
  | 'hydra'
  | 'identity'
  | 'locales'
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

/** How long the page waits to learn what was allowed before. */
const pastTimeoutMs = 500;
/** More than any app asks for, and little enough to fit into a posted form, which is encoded. */
const longestAsked = 24 * 1024;
const mostAsked = 500;

/** The facts that the page is rendered from. */
const consentFacts = v.object({
  ...baseFacts.entries,
  flow: v.optional(v.object({ id: v.string(), mark: v.string(), proof: v.optional(v.string()) })),
  subject: v.string(),
  clientId: v.string(),
  isDevice: v.boolean(),
  scopes: v.array(v.string()),
  audiences: v.array(v.string()),
});
type ConsentFacts = v.InferOutput<typeof consentFacts>;

async function showConsent(needs: Needs, req: Request, res: Response): Promise<void> {
  const { challenges, hydra, policy } = needs;
  const step = await challenges.open(req, res, 'consent');
  if (!step) return;
  const request = await hydra.consent.get(step.challenge);
  const facts = factsOf(needs, request);
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
  const target = await step.onceUnasked(reason, answer, facts);
  leave(res, target);
}

async function submitConsent(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = needs.challenges.posted(req, res, 'consent', consentFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) {
    const request = await needs.hydra.consent.get(step.challenge);
    return showForm(needs, req, res, { step, request, facts: factsOf(needs, request) });
  }

  needs.challenges.mustBeBound(req, facts.flow, facts.startAgain);
  if (readDecision(req) === 'reject') {
    const denial = { facts, reject: consentDenied };
    return step.answer('reject', () => deny(needs, req, step, denial), facts);
  }
  const user = await personOf(needs, req, facts);
  const action = await actionDue(needs, req, { step, user, facts });
  if (action) return leave(res, action);
  const form = readForm(req);
  const grant = grantable(facts, form);
  const { isRemembered } = form;
  const answer = async () => {
    const redirectTo = await accept(needs, req, step, { facts, user, grant, isRemembered });
    if (facts.isDevice) await noteConnected(needs, req, res, facts);
    return redirectTo;
  };
  await step.answer(['accept', grant, isRemembered], answer, facts);
}

interface Accepted {
  facts: ConsentFacts;
  user: User;
  grant: Grant;
  isRemembered?: boolean;
  reason?: ReasonToSkip;
}

async function accept(
  { audit, challenges, hydra, policy }: Needs,
  req: Request,
  step: Step,
  { facts, user, grant, ...how }: Accepted,
): Promise<string> {
  challenges.mustBeOpen(facts.flow, facts);
  const session = await claimsFor(user, grant.scopes, facts);
  const decision = consentDecision(grant, session, rememberDecision(how, policy));
  const answer = hydra.consent.accept(step.challenge, decision);
  const redirectTo = await orWhereItLed(answer, () => hydra.consent.get(step.challenge));
  const { clientId: client, subject } = facts;
  const { isRemembered: remember, reason } = how;
  audit(req, 'granted', { subject, client, ...grant, remember, reason });
  challenges.close(facts.flow, facts.subject);
  return redirectTo;
}

async function deny(
  { addresses, audit, challenges, hydra }: Needs,
  req: Request,
  step: Step,
  { facts, reject }: { facts: ConsentFacts; reject: Reject },
): Promise<string> {
  challenges.mustBeOpen(facts.flow, facts);
  const answer = hydra.consent.reject(step.challenge, reject);
  const redirectTo = await orWhereItLed(answer, () => hydra.consent.get(step.challenge));
  const reason = reject === consentDenied ? 'consent_denied' : 'interaction_required';
  audit(req, 'denied', { subject: facts.subject, client: facts.clientId, reason });
  challenges.close(facts.flow, facts.subject);
  // In a device flow the server would show raw JSON to the person and tell the device nothing.
  return facts.isDevice ? addresses.denied : redirectTo;
}

/**
 * @throws PublicError `account_unknown`; the challenge stays open, somebody else can still sign in.
 *   `challenge_elsewhere` when the password has changed since: the server is told to forget the
 *   sign-in, which it may have begun to remember only after the change
 */
async function personOf(needs: Needs, req: Request, facts: ConsentFacts): Promise<User> {
  const { audit, challenges, identity, revocations } = needs;
  const { app, clientId: client, flow, subject } = facts;
  const user = await identity.find(subject);
  const startAgain = restartAsSomebodyElse(facts.startAgain, facts);
  if (!user || user.disabled) throw new PublicError('account_unknown', { app, startAgain });
  if (challenges.isProven(flow, user)) return user;
  audit(req, 'refused', { subject, client, reason: 'credentials_changed' });
  revocations.soon(subject);
  throw new PublicError('challenge_elsewhere', { startAgain });
}

/** The address of the first required action that this person still has to do; `undefined` if none. */
async function actionDue(
  { addresses, requiredActions }: Needs,
  req: Request,
  { step, user, facts }: { step: Step; user: User; facts: ConsentFacts },
): Promise<string | undefined> {
  const query = new URLSearchParams({ consent_challenge: step.challenge });
  for (const { path, isDue } of requiredActions) {
    // oxlint-disable-next-line no-await-in-loop -- they are shown one after the other
    if (await isDue(user, facts, req)) return `${addresses.base}${path}?${query.toString()}`;
  }
  return undefined;
}

/** What was allowed before is only additional information: the page neither waits long nor fails for it. */
async function pastOf({ hydra }: Needs, request: ConsentRequest): Promise<Past | undefined> {
  const consents = hydra.consentSessions.page(request.subject, { timeoutMs: pastTimeoutMs });
  return consents.then((page) => pastWith(request, page)).catch(undefinedIfHydraError);
}

async function noteConnected(
  { sessions }: Needs,
  req: Request,
  res: Response,
  { app, clientId }: ConsentFacts,
): Promise<void> {
  const session = await sessions.data(req, res);
  if (session && app) session.connectedApp = { clientId, name: app.name };
}

interface ConsentForm extends Grant {
  isRemembered: boolean;
}

/** What was ticked. It is not checked yet: see `grantable`. */
function readForm(req: Request): ConsentForm {
  return {
    scopes: postedList(req, 'grant_scope'),
    audiences: postedList(req, 'grant_access_token_audience'),
    isRemembered: postedText(req, 'remember') !== '',
  };
}

function factsOf({ challenges }: Needs, request: ConsentRequest): ConsentFacts {
  const { client, request_url: requestUrl, subject } = request;
  const isDevice = isDeviceFlow(request);
  const scopes = [...new Set(request.requested_scope)];
  const audiences = [...new Set(request.requested_access_token_audience)];
  const asked = [...scopes, ...audiences];
  if (
    asked.length > mostAsked ||
    encodeURIComponent(asked.join(' ').toWellFormed()).length > longestAsked
  ) {
    throw new PublicError('request_malformed', { app: appView(client) });
  }
  return {
    app: appView(client),
    startAgain: restartOf(requestUrl, { isDevice }),
    flow: challenges.flowOf(request.context),
    subject,
    clientId: client.client_id,
    isDevice,
    scopes,
    audiences,
  };
}

/** @throws PublicError `challenge_elsewhere` in a browser that did not sign in: it must see no name */
async function showForm(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, facts }: { step: Step; request: ConsentRequest; facts: ConsentFacts },
): Promise<void> {
  const { challenges, config, locales, policy } = needs;
  challenges.mustBeBound(req, facts.flow, facts.startAgain);
  challenges.mustBeOpen(facts.flow, facts);
  const [user, past] = await Promise.all([personOf(needs, req, facts), pastOf(needs, request)]);
  const action = await actionDue(needs, req, { step, user, facts });
  if (action) return leave(res, action);
  preferLocales(locales, res, request.oidc_context?.ui_locales);
  const { client } = request;
  const locale = localeOf(res);
  const ticked = req.method === 'POST' ? postedList(req, 'grant_scope') : undefined;
  const seconds = policy.consentRememberSeconds;
  const ids = scopeIds(facts.scopes);
  const scopes = facts.scopes.map((name, index) =>
    scopeView(name, locale, {
      id: ids[index]!,
      isLocked: isNeeded(name, policy),
      isChecked: ticked?.includes(name) ?? isPreselected(name, client, policy),
    }),
  );
  const isUnchecked = !isChecked(client, policy);
  const isLookalike = isUnchecked && callsItselfLike(appView(client).name, config.brand.name);
  const unchecked = { ago: locale.ago(client.created_at) };
  res.render('consent', {
    ...step.form(facts),
    app: facts.app,
    person: personView(user),
    changeHref: facts.isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts),
    lead: past && leadOf(past, facts.scopes),
    scopeGroups: scopeGroups(scopes, past?.scopes),
    audiences: facts.audiences.map((value) => ({ value, label: visibleValue(value) })),
    backTo: facts.isDevice ? undefined : returnHostOf(request.request_url, client),
    policyUrl: webAddress(client.policy_uri),
    termsUrl: webAddress(client.tos_uri),
    unchecked: isUnchecked && !isLookalike ? unchecked : undefined,
    lookalike: isLookalike ? unchecked : undefined,
    isRemembered: postedText(req, 'remember') !== '',
    rememberTime: seconds > 0 ? locale.time(seconds) : undefined,
    notice: refusalNotice(res),
  });
}
