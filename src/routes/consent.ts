import { Router, type Request, type Response } from 'express';
import { PublicError } from '../errors.ts';
import {
  type Hydra,
  undefinedIfHydraError,
  type ConsentRequest,
  type OAuth2Client,
} from '@portico/hydra-admin';
import type { Identity, User } from '../identity/backend.ts';
import { claimsFor } from '../policy/claims.ts';
import {
  consentDecision,
  consentDenied,
  everythingRequested,
  grantable,
  isChecked,
  isDeviceFlow,
  isNeeded,
  pastWith,
  reasonToSkip,
  rememberDecision,
  type Grant,
  type Past,
  type ReasonToSkip,
} from '../policy/consent.ts';
import { leave, leaveAgain } from '../web/answer.ts';
import { postedList, postedText, readChallenge, readDecision } from '../web/form.ts';
import { readConsentForm, type ConsentForm } from '../web/consent-form.ts';
import { formFault, mayActUnasked } from '../web/csrf.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { flowMarkOf } from '../web/flow-mark.ts';
import { formLocals } from '../web/form-locals.ts';
import { localeOf, preferLocales } from '../screens/locale.ts';
import { audit } from '../web/log.ts';
import { leadOf, scopeGroups, scopeView } from '../screens/scope-view.ts';
import { appView, personView, returnHostOf, webAddress } from '../screens/app-view.ts';
import { restartAsSomebodyElse, wayBackOf } from '../web/way-back.ts';
import type { Desk } from './desk.ts';

type Needs = {
  hydra: Pick<Hydra, 'consent' | 'consentSessions'>;
  identity: Pick<Identity, 'find'>;
} & Pick<
  Desk,
  'answers' | 'csrf' | 'locales' | 'log' | 'pages' | 'policy' | 'sessions' | 'wayBack'
>;

/** The question does not wait longer for what was allowed before. */
const pastTimeoutMs = 500;

/** The screen that asks what an app may do. */
export function consentRoutes(needs: Needs): Router {
  const { hydra, answers, csrf, log, policy, wayBack } = needs;

  async function showConsent(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'consent_challenge');
    if (await leaveAgain(req, res, challenge, needs)) return;
    const request = await openRequest(challenge);
    const reason = await reasonToSkip(request, policy);
    if (!reason || !mayActUnasked(req, res)) {
      const [user, past] = await Promise.all([personOf(request), pastOf(request)]);
      return showForm(req, res, { request, user, past });
    }
    const user = await personOf(request);
    const grant = everythingRequested(request);
    const answer = { challenge, browser: undefined, decision: reason };
    const target = await answers.once(answer, () => accept(req, { request, user, grant, reason }));
    leave(req, res, target);
  }

  async function submitConsent(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'consent_challenge');
    const decision = readDecision(req);
    const browser = csrf.browserOf(req);
    const form = readConsentForm(req);
    const { app } = wayBack.of(req);
    if (decision === 'reject') {
      const target = await answers.once({ challenge, browser, decision }, () =>
        deny(req, challenge),
      );
      return leave(req, res, target, app);
    }
    const answer = { challenge, browser, decision: `accept ${JSON.stringify(form)}` };
    const target = await answers.once(answer, () => grantPosted(req, res, { challenge, form }));
    leave(req, res, target, app);
  }

  async function grantPosted(
    req: Request,
    res: Response,
    { challenge, form }: { challenge: string; form: ConsentForm },
  ): Promise<string> {
    const request = await openRequest(challenge);
    const user = await personOf(request);
    const grant = grantable(request, form);
    const { isRemembered } = form;
    const redirectTo = await accept(req, { request, user, grant, isRemembered });
    if (isDeviceFlow(request)) await noteConnected(req, res, request.client);
    return redirectTo;
  }

  async function accept(req: Request, { request, user, grant, ...how }: Accepted): Promise<string> {
    const session = await claimsFor(user, grant.scopes, request);
    const decision = consentDecision(grant, session, rememberDecision(how, policy));
    const redirectTo = await hydra.consent.accept(request.challenge, decision);
    conclude(req, request, 'granted', { ...grant, ...how });
    return redirectTo;
  }

  async function deny(req: Request, challenge: string): Promise<string> {
    const request = await openRequest(challenge);
    const redirectTo = await hydra.consent.reject(challenge, consentDenied);
    conclude(req, request, 'denied', {});
    // In a device flow the server would show raw JSON to the person, and tell the device nothing.
    return isDeviceFlow(request) ? needs.pages.denied : redirectTo;
  }

  /** @throws PublicError `challenge_used` when this sign-in ended under another challenge */
  async function openRequest(challenge: string): Promise<ConsentRequest> {
    const request = await hydra.consent.get(challenge);
    const flow = flowMarkOf(request.context);
    if (flow && answers.isClosed(flow)) throw new PublicError('challenge_used', wayBackOf(request));
    return request;
  }

  /** @throws PublicError `account_unknown`: the request is left open for a sign-in as somebody else */
  async function personOf(request: ConsentRequest): Promise<User> {
    const user = await needs.identity.find(request.subject);
    if (user && !user.disabled) return user;
    const startAgain = restartAsSomebodyElse(request.request_url);
    throw new PublicError('account_unknown', { ...wayBackOf(request), startAgain });
  }

  /** Only what the person may know beside the question: no reason to wait long, or to fail. */
  async function pastOf(request: ConsentRequest): Promise<Past | undefined> {
    const consents = hydra.consentSessions.page(request.subject, { timeoutMs: pastTimeoutMs });
    return consents.then((page) => pastWith(request, page)).catch(undefinedIfHydraError);
  }

  async function noteConnected(req: Request, res: Response, client: OAuth2Client): Promise<void> {
    const session = await needs.sessions.data(req, res);
    if (session) session.connectedApp = { clientId: client.client_id, name: appView(client).name };
  }

  function conclude(
    req: Request,
    { subject, client, context }: ConsentRequest,
    event: 'granted' | 'denied',
    more: Record<string, unknown>,
  ): void {
    audit(log, req, event, { subject, client: client.client_id, ...more });
    const flow = flowMarkOf(context);
    if (flow) answers.close(flow);
  }

  function showForm(req: Request, res: Response, { request, user, past }: Asked): void {
    preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
    const { challenge, client, request_url: requestUrl } = request;
    const locale = localeOf(res);
    const ticked = formFault(res) && postedList(req, 'grant_scope');
    const seconds = policy.consentRememberSeconds;
    const scopes = request.requested_scope.map((name) =>
      scopeView(name, locale, {
        isLocked: isNeeded(name, policy),
        isChecked: ticked?.includes(name) ?? policy.consentPreselect === 'all',
      }),
    );
    res.render('consent', {
      ...formLocals(csrf, req, res, challenge),
      app: appView(client),
      person: personView(user),
      changeHref: isDeviceFlow(request) ? undefined : restartAsSomebodyElse(requestUrl),
      lead: past && leadOf(past, request.requested_scope),
      scopeGroups: scopeGroups(scopes, past?.scopes),
      audiences: request.requested_access_token_audience,
      backTo: isDeviceFlow(request) ? undefined : returnHostOf(requestUrl, client),
      policyUrl: webAddress(client.policy_uri),
      termsUrl: webAddress(client.tos_uri),
      unchecked: isChecked(client, policy) ? undefined : { ago: locale.ago(client.created_at) },
      isRemembered: postedText(req, 'remember') !== '',
      rememberTime: seconds > 0 ? locale.time(seconds) : undefined,
      wayBack: wayBack.note(challenge, wayBackOf(request)),
    });
  }

  const router = Router();
  router.get('/consent', showConsent);
  router.post('/consent', submitConsent);
  router.all('/consent', methodUnknown('GET, HEAD, POST'));
  return router;
}

interface Asked {
  request: ConsentRequest;
  user: User;
  past?: Past | undefined;
}

interface Accepted extends Omit<Asked, 'past'> {
  grant: Grant;
  isRemembered?: boolean;
  reason?: ReasonToSkip;
}
