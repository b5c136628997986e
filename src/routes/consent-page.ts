/** What the consent screen shows, and what its form holds. */
import * as v from 'valibot';
import {
  undefinedIfHydraError,
  type ConsentRequest,
  type OAuth2Client,
} from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { restartAsSomebodyElse, restartOf } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import {
  isChecked,
  isDeviceFlow,
  isNeeded,
  isPreselected,
  pastWith,
  type ConsentPolicy,
  type Grant,
  type Past,
} from '../policy/consent.ts';
import { callsItselfLike } from '../policy/lookalike.ts';
import { appView, returnHostOf, webAddress } from '../screens/app-view.ts';
import { localeOf, preferLocales, type Locale } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { personView } from '../screens/person-view.ts';
import { leadOf, scopeGroups, scopeIds, scopeView, type ScopeView } from '../screens/scope-view.ts';
import { visibleValue } from '../screens/visible-text.ts';
import { postedList, postedText } from '../web/form.ts';
import { leave } from '../web/leave.ts';

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
>;

/** How long the page waits to learn what was allowed before. */
const pastTimeoutMs = 500;
/** More than any app asks for, and little enough to fit into a posted form, which is encoded. */
const longestAsked = 24 * 1024;
const mostAsked = 500;

/** The facts that the page is rendered from. */
export const consentFacts = v.object({
  ...baseFacts.entries,
  flow: v.optional(v.object({ id: v.string(), mark: v.string(), proof: v.optional(v.string()) })),
  subject: v.string(),
  clientId: v.string(),
  isDevice: v.boolean(),
  scopes: v.array(v.string()),
  audiences: v.array(v.string()),
});
export type ConsentFacts = v.InferOutput<typeof consentFacts>;

/** @throws PublicError `challenge_elsewhere` in a browser that did not sign in: it must see no name */
export async function showForm(
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
  const seconds = policy.consentRememberSeconds;
  const ticked = req.method === 'POST' ? postedList(req, 'grant_scope') : undefined;
  const isUnchecked = !isChecked(client, policy);
  const isLookalike = isUnchecked && callsItselfLike(appView(client).name, config.brand.name);
  const unchecked = isUnchecked ? { ago: locale.ago(client.created_at) } : undefined;
  res.render('consent', {
    ...step.form(facts),
    app: facts.app,
    person: personView(user),
    changeHref: facts.isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts),
    lead: past && leadOf(past, facts.scopes),
    scopeGroups: scopeGroups(scopesOf(facts, client, { policy, locale, ticked }), past?.scopes),
    audiences: facts.audiences.map((value) => ({ value, label: visibleValue(value) })),
    backTo: facts.isDevice ? undefined : returnHostOf(request.request_url, client),
    policyUrl: webAddress(client.policy_uri),
    termsUrl: webAddress(client.tos_uri),
    unchecked: isLookalike ? undefined : unchecked,
    lookalike: isLookalike ? unchecked : undefined,
    isRemembered: postedText(req, 'remember') !== '',
    rememberTime: seconds > 0 ? locale.time(seconds) : undefined,
    notice: refusalNotice(res),
  });
}

/** @param how `ticked` are those of a form that is shown again; `undefined` the first time */
function scopesOf(
  { scopes }: ConsentFacts,
  client: OAuth2Client,
  how: { policy: ConsentPolicy; locale: Locale; ticked: string[] | undefined },
): ScopeView[] {
  const { policy, locale, ticked } = how;
  const ids = scopeIds(scopes);
  return scopes.map((name, index) =>
    scopeView(name, locale, {
      id: ids[index]!,
      isLocked: isNeeded(name, policy),
      isChecked: ticked?.includes(name) ?? isPreselected(name, client, policy),
    }),
  );
}

/** What was allowed before is only additional information: the page neither waits long nor fails for it. */
async function pastOf(
  { hydra }: Pick<Parts, 'hydra'>,
  request: ConsentRequest,
): Promise<Past | undefined> {
  const consents = hydra.consentSessions.page(request.subject, { timeoutMs: pastTimeoutMs });
  return consents.then((page) => pastWith(request, page)).catch(undefinedIfHydraError);
}

/**
 * @throws PublicError `account_unknown`; the challenge stays open, somebody else can still sign in.
 *   `challenge_elsewhere` when the password has changed since: the server is told to forget the
 *   sign-in, which it may have begun to remember only after the change
 */
export async function personOf(needs: Needs, req: Request, facts: ConsentFacts): Promise<User> {
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
export async function actionDue(
  { addresses, requiredActions }: Pick<Parts, 'addresses' | 'requiredActions'>,
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

interface ConsentForm extends Grant {
  isRemembered: boolean;
}

/** What was ticked. It is not checked yet: see `grantable`. */
export function readForm(req: Request): ConsentForm {
  return {
    scopes: postedList(req, 'grant_scope'),
    audiences: postedList(req, 'grant_access_token_audience'),
    isRemembered: postedText(req, 'remember') !== '',
  };
}

export function factsOf(
  { challenges }: Pick<Parts, 'challenges'>,
  request: ConsentRequest,
): ConsentFacts {
  const { client, request_url: requestUrl, subject } = request;
  const isDevice = isDeviceFlow(request);
  const scopes = [...new Set(request.requested_scope)];
  const audiences = [...new Set(request.requested_access_token_audience)];
  const asked = [...scopes, ...audiences];
  const { length } = encodeURIComponent(asked.join(' ').toWellFormed());
  if (asked.length > mostAsked || length > longestAsked) {
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
