/** What the consent screen shows, and who may see it. */
import { undefinedIfHydraError, type ConsentRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { restartAsSomebodyElse } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import { asksForClaimsOnly, claimsFor, opensClaims, type TokenClaims } from '../policy/claims.ts';
import { hasBox, isChecked, isPreselected } from '../policy/consent.ts';
import { pastOf, type Past } from '../policy/past.ts';
import { webAddress } from '../clients/app-view.ts';
import { consentLists, remarkOnPast } from '../screens/consent-lists.ts';
import { localeOf } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { personView } from '../screens/person-view.ts';
import { isDescribed, scopeIds, scopeView, type ScopeView } from '../screens/scope-view.ts';
import { postedList, postedText } from '../web/form.ts';
import { leave } from '../web/leave.ts';
import type { ConsentFacts } from './consent-facts.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'config'
  | 'hydra'
  | 'identity'
  | 'policy'
  | 'requiredActions'
  | 'revocations'
>;

/** How long the page waits to learn what was allowed before, and how much of the list it reads. */
const pastTimeoutMs = 500;
const mostPages = 5;

interface ConsentPage {
  step: Step;
  request: ConsentRequest;
  facts: ConsentFacts;
  /** "Allow" was pressed with nothing ticked. */
  isNothingTicked?: boolean;
}

/** @throws PublicError `challenge_elsewhere` in a browser that did not sign in: it must see no name */
export async function showForm(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, facts, isNothingTicked = false }: ConsentPage,
): Promise<void> {
  const { challenges, config, policy } = needs;
  challenges.mustBeBound(req, facts.flow, facts.startAgain);
  await challenges.mustBeOpen(facts.flow, facts);
  const [user, past] = await Promise.all([personOf(needs, req, facts), readPast(needs, request)]);
  const action = await actionDue(needs, req, { step, user, facts });
  if (action) return leave(res, action);
  const claims = await claimsFor(user, facts.scopes, facts, config.claims);
  const scopes = scopesOf(needs, req, res, { request, facts, past, claims });
  const { client } = request;
  const { isDevice, audiences, isRememberable } = facts;
  const locale = localeOf(res);
  const seconds = policy.consentRememberSeconds;
  const isTrusted = isChecked(client, policy);
  const sealed = { ...facts, flow: challenges.markedAnew(req, facts.flow, user) };
  if (isNothingTicked) res.status(400);
  res.render('consent', {
    hidden: step.form(sealed).hidden,
    app: facts.app,
    person: personView(user),
    past: past && remarkOnPast({ scopes: askedAbout(needs, facts), audiences }, past),
    changeHref: isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts),
    isDevice,
    kind: asksForClaimsOnly(facts, config.claims) && !isDevice ? 'share' : 'access',
    lists: consentLists({ audiences, past, ...scopes }, locale),
    isOnlyId: isOnlyId(facts) && !scopes.first && scopes.scopes.length === 0,
    isRememberable,
    isRemembered: postedText(req, 'remember') !== '',
    rememberTime: seconds > 0 ? locale.time(seconds) : undefined,
    policyUrl: webAddress(client.policy_uri),
    termsUrl: webAddress(client.tos_uri),
    unchecked: isTrusted ? undefined : { ago: locale.ago(client.created_at) },
    isNothingTicked,
    notice: refusalNotice(res),
  });
}

interface Question {
  request: ConsentRequest;
  facts: ConsentFacts;
  past: Past | undefined;
  claims: ReadonlyMap<string, TokenClaims>;
}

/**
 * The scopes that the page shows. `openid` is one of them where it has a box or opens claims of its
 * own; usually in first place then, because nobody must share more than that to sign in.
 */
function scopesOf(
  { config, policy }: Pick<Parts, 'config' | 'policy'>,
  req: Request,
  res: Response,
  { request: { client }, facts, past, claims }: Question,
): { first: ScopeView | undefined; scopes: ScopeView[] } {
  const locale = localeOf(res);
  const ticked = req.method === 'POST' ? postedList(req, 'grant_scope') : undefined;
  const ids = scopeIds(facts.scopes);
  const views = facts.scopes.map((name, index) => {
    // The values say what such a scope is, even where there are no words for it.
    const isOpening = opensClaims(name, config.claims);
    const about = { client, isDescribed: isOpening || isDescribed(name, locale), past };
    const box = {
      id: ids[index]!,
      isFixed: !facts.isIdAsked && !hasBox(name, policy),
      isChecked: ticked?.includes(name) ?? isPreselected(name, about, policy),
    };
    const opened = claims.get(name);
    return scopeView(name, { app: facts.app, claims: opened, isOpening, ...box }, locale);
  });
  const first = views.find(({ name }) => !hasBox(name, policy));
  const isShown = first && (!first.isFixed || isAnything(claims.get(first.name)));
  return { first: isShown ? first : undefined, scopes: views.filter((one) => one !== first) };
}

/** What the person is asked about: `openid` comes with anything else. */
function askedAbout({ policy }: Pick<Parts, 'policy'>, { scopes }: ConsentFacts): string[] {
  const asked = scopes.filter((scope) => hasBox(scope, policy));
  return asked.length > 0 ? asked : scopes;
}

function isOnlyId({ scopes, audiences }: ConsentFacts): boolean {
  return scopes.length === 1 && scopes[0] === 'openid' && audiences.length === 0;
}

function isAnything(claims: TokenClaims | undefined): boolean {
  return Object.keys({ ...claims?.id_token, ...claims?.access_token }).length > 0;
}

/**
 * What was allowed before is only additional information: the page neither waits long nor fails for
 * it. On a part of the list the latest answer may be missing, so it is all or nothing.
 */
async function readPast(
  { hydra }: Pick<Parts, 'hydra'>,
  request: ConsentRequest,
): Promise<Past | undefined> {
  const deadline = Date.now() + pastTimeoutMs;
  const consents = [];
  let after: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const timeoutMs = deadline - Date.now();
    if (timeoutMs <= 0) return undefined;
    const options = { timeoutMs, ...(after !== undefined && { after }) };
    // oxlint-disable-next-line no-await-in-loop -- each page names the next one
    const page = await hydra.consentSessions
      .page(request.subject, options)
      .catch(undefinedIfHydraError);
    if (!page) return undefined;
    consents.push(...page.items);
    if (page.next === undefined) return pastOf(request, consents);
    after = page.next;
  }
  return undefined;
}

/**
 * @throws PublicError `account_unknown`; the challenge stays open, somebody else can still sign in.
 *   `challenge_elsewhere` when the password has changed since: the server is told to forget the
 *   sign-in, which it may have begun to remember only after the change
 */
export async function personOf(
  needs: Pick<Parts, 'audit' | 'challenges' | 'identity' | 'revocations'>,
  req: Request,
  facts: ConsentFacts,
): Promise<User> {
  const { audit, challenges, identity, revocations } = needs;
  const { app, clientId: client, flow, subject } = facts;
  const user = await identity.find(subject);
  const startAgain = () => restartAsSomebodyElse(facts.startAgain, facts);
  if (!user || user.disabled) {
    throw new PublicError('account_unknown', { app, startAgain: startAgain() });
  }
  if (challenges.isProven(flow, user)) return user;
  audit(req, 'refused', { subject, client, reason: 'credentials_changed' });
  revocations.soon(subject);
  throw new PublicError('challenge_elsewhere', { startAgain: startAgain() });
}

/** The address of the first required action that this person still has to do; `undefined` if none. */
export async function actionDue(
  { addresses, requiredActions }: Pick<Parts, 'addresses' | 'requiredActions'>,
  req: Request,
  { step, user, facts }: { step: Step; user: User; facts: ConsentFacts },
): Promise<string | undefined> {
  for (const { path, isDue } of requiredActions) {
    // oxlint-disable-next-line no-await-in-loop -- they are shown one after the other
    if (await isDue(user, facts, req)) {
      const query = new URLSearchParams({ consent_challenge: step.challenge });
      return `${addresses.base}${path}?${query.toString()}`;
    }
  }
  return undefined;
}
