import * as v from 'valibot';
import { Router, type Request, type Response } from 'express';
import { uiLocalesOf, type LogoutRequest } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import { baseFacts, type Facts } from '../challenge/facts.ts';
import type { Step } from '../challenge/step.ts';
import type { User } from '../identity/backend.ts';
import { leave } from '../web/leave.ts';
import { maySkipLogoutQuestion } from '../policy/logout.ts';
import { personView } from '../screens/person-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, keepLocale, localeOf, preferLocales } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { readDecision } from '../web/form.ts';

type Needs = Pick<
  Parts,
  | 'accountSwitch'
  | 'addresses'
  | 'apps'
  | 'audit'
  | 'browsers'
  | 'challenges'
  | 'hydra'
  | 'identity'
  | 'keptSignIns'
  | 'leftApp'
  | 'locales'
  | 'log'
  | 'sessions'
  | 'signOutDetours'
>;

/** The question before signing out, and the pages after it. */
export function logoutRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/logout', (req, res) => showLogout(needs, req, res));
  router.post('/logout', (req, res) => submitLogout(needs, req, res));
  router.all('/logout', methodUnknown('GET, HEAD, POST'));
  router.get('/logout/stayed', (req, res) => showStayed(needs, req, res));
  router.get('/logged-out', (req, res) => showLoggedOut(needs, req, res));
  router.get('/upstream/:way/signed-out', (req, res) => goOn(needs, req, res));
  router.all(['/logout/stayed', '/logged-out'], methodUnknown('GET, HEAD'));
  router.all('/upstream/:way/signed-out', methodUnknown('GET, HEAD'));
  return router;
}

/** The facts that the page is rendered from. */
const logoutFacts = v.object({
  ...baseFacts.entries,
  subject: v.string(),
  clientId: v.optional(v.string()),
});
type LogoutFacts = v.InferOutput<typeof logoutFacts>;

async function showLogout(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = await needs.challenges.open(req, res, 'logout');
  if (!step) return;
  const request = await needs.hydra.logout.get(step.challenge);
  // They have just said so, by "Not you?".
  const isSwitching = !request.client && needs.accountSwitch.targetOf(req) !== undefined;
  const mayBeUnasked = isSwitching || maySkipLogoutQuestion(request);
  if (!mayBeUnasked || req.method !== 'GET') {
    return showForm(needs, req, res, { step, request });
  }
  const facts = factsOf(needs, res, request);
  const isOurs = await isOfThisBrowser(needs, req, res, facts);
  const about = { subject: facts.subject, isSafeTwice: true };
  const target = await step.onceUnasked('unasked', () => signOut(needs, req, step, facts), about);
  needs.leftApp.keep(req, res, facts.app);
  if (!isOurs) return leave(res, target);
  const first = isSwitching ? target : await signOutTarget(needs, req, res, target);
  await forget(needs, req, res, facts);
  step.keep(step.browserAfterSignOut());
  leave(res, first);
}

async function submitLogout(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = await needs.challenges.posted(req, res, 'logout', logoutFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) {
    const request = await needs.hydra.logout.get(step.challenge);
    return showForm(needs, req, res, { step, request });
  }

  keepLocale(needs.locales, res, facts.lang);
  if (readDecision(req) === 'reject') {
    const about = { subject: facts.subject, isSafeTwice: true };
    await step.once('reject', () => stay(needs, req, step, facts), about);
    return showStayed(needs, req, res, facts);
  }
  const isOurs = await isOfThisBrowser(needs, req, res, facts);
  const accept = () => signOut(needs, req, step, facts);
  const { subject } = facts;
  const after = isOurs ? step.browserAfterSignOut() : undefined;
  const about = { subject, isSafeTwice: true, ...(after && { after }) };
  const target = await step.once('accept', accept, about);
  needs.leftApp.keep(req, res, facts.app);
  if (!isOurs) return leave(res, target);
  const first = await signOutTarget(needs, req, res, target);
  await forget(needs, req, res, facts);
  leave(res, first);
}

/** To the site where the person has signed in, if that is to sign them out first. */
async function signOutTarget(
  { identity, log, sessions, signOutDetours }: Needs,
  req: Request,
  res: Response,
  target: string,
): Promise<string> {
  const signIn = await orWithoutStore({ log }, req, sessions.lastSignIn(req, res), undefined);
  return signOutDetours.begin(res, { ways: identity.ways, signIn, target });
}

/** The browser is back from there. */
function goOn({ addresses, signOutDetours }: Needs, req: Request, res: Response): void {
  const target = signOutDetours.targetOf(req, req.query['state']);
  if (target === undefined || req.method !== 'GET') return leave(res, addresses.loggedOut);
  signOutDetours.end(req, res);
  leave(res, target);
}

/**
 * Nobody is signed in in this browser any more, and sign-in does not show whom it knows: unless an
 * app's link, which may come from anywhere, is about somebody else.
 */
async function forget(
  { keptSignIns, sessions }: Needs,
  req: Request,
  res: Response,
  { subject, clientId }: LogoutFacts,
): Promise<void> {
  await sessions.end(req, res);
  const known = keptSignIns.of(req)?.subject ?? subject;
  if (clientId === undefined || known === subject) keptSignIns.forget(req, res);
}

/**
 * Whether this sign-out is about the person of this browser. An app's link may be about somebody
 * else, whose ID token it holds; without an app, the OAuth2 server goes by the browser itself.
 */
async function isOfThisBrowser(
  { browsers, log, sessions }: Needs,
  req: Request,
  res: Response,
  { subject, clientId }: LogoutFacts,
): Promise<boolean> {
  if (clientId === undefined) return true;
  const last = await orWithoutStore({ log }, req, sessions.lastSignIn(req, res), undefined);
  return last ? last.subject === subject : browsers.mayBeOf(req, subject);
}

async function signOut(
  { audit, hydra }: Needs,
  req: Request,
  step: Step,
  { subject, clientId }: LogoutFacts,
): Promise<string> {
  const redirectTo = await hydra.logout.accept(step.challenge);
  audit(req, 'signed_out', { subject, client: clientId });
  return redirectTo;
}

/** A rejected logout request leads nowhere: the server returns no address, so the page is ours. */
async function stay(
  { addresses, audit, hydra }: Needs,
  req: Request,
  step: Step,
  { subject, clientId }: LogoutFacts,
): Promise<string> {
  await hydra.logout.reject(step.challenge);
  audit(req, 'stayed', { subject, client: clientId });
  return addresses.stayed;
}

async function showForm(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request }: { step: Step; request: LogoutRequest },
): Promise<void> {
  // Logout requests have no `oidc_context`, only an address (RP-Initiated Logout 1.0, section 2).
  preferLocales(needs.locales, res, uiLocalesOf(request.request_url));
  const facts = factsOf(needs, res, request);
  const asked = needs.identity.find(request.subject);
  const user = await orWithoutStore(needs, req, asked, undefined);
  res.render('logout', {
    ...step.form({ ...facts, lang: localeOf(res).lang }),
    app: facts.app,
    person: user && personView(user),
    notice: refusalNotice(res),
  });
}

async function showStayed(
  needs: Needs,
  req: Request,
  res: Response,
  { app }: Facts = {},
): Promise<void> {
  const user = await orWithoutStore(needs, req, signedInPerson(needs, req, res), undefined);
  res.render('stayed', { app, person: user && personView(user) });
}

async function signedInPerson(
  { identity, sessions }: Needs,
  req: Request,
  res: Response,
): Promise<User | undefined> {
  const signedIn = await sessions.signedIn(req, res);
  return signedIn && identity.find(signedIn.subject);
}

function showLoggedOut({ accountSwitch, leftApp }: Needs, req: Request, res: Response): void {
  const target = req.method === 'GET' ? accountSwitch.targetOf(req) : undefined;
  if (target !== undefined) {
    accountSwitch.end(res);
    return leave(res, target);
  }
  res.render('logged-out', { app: leftApp.of(req) });
}

function factsOf({ apps }: Needs, res: Response, { client, subject }: LogoutRequest): LogoutFacts {
  const nameless = localeOf(res).t('lookalike.app');
  const about = { requestUrl: '', isDevice: false, nameless };
  const app = client ? apps.viewOf(client, about) : undefined;
  return { app, clientId: client?.client_id, subject };
}
