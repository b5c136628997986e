import { createHmac, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { Router, type Request, type Response } from 'express';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import { hasAskedInVain } from '../challenge/asked-in-vain.ts';
import { baseFacts } from '../challenge/facts.ts';
import type { Step } from '../challenge/step.ts';
import { orWhereItLed } from '../challenge/conflict.ts';
import { leave } from '../web/leave.ts';
import { restartAsSomebodyElse, restartOf } from '../challenge/restart.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import { longestLogin, withoutInvisible } from '../identity/login-key.ts';
import { isChecked, isDeviceFlow } from '../policy/consent.ts';
import {
  isSilent,
  loginDecision,
  loginDenied,
  loginRequired,
  passwordMethods,
  rememberedLoginDecision,
} from '../policy/login.ts';
import { callsItselfLike } from '../policy/lookalike.ts';
import { checkPassword, type PasswordRefused } from '../web/check-password.ts';
import { appView } from '../screens/app-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, keepLocale, localeOf, preferLocales } from '../screens/locale.ts';
import { refusalNotice, type Notice } from '../screens/notice.ts';
import { postedText, readDecision } from '../web/form.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'challenges'
  | 'config'
  | 'hydra'
  | 'identity'
  | 'knownBrowsers'
  | 'loginMark'
  | 'locales'
  | 'loginLimiter'
  | 'policy'
  | 'revocations'
  | 'sessions'
>;

/** The sign-in screen. */
export function loginRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/login', (req, res) => showLogin(needs, req, res));
  router.post('/login', (req, res) => submitLogin(needs, req, res));
  router.all('/login', methodUnknown('GET, HEAD, POST'));
  return router;
}

/** The facts that the page is rendered from. */
const loginFacts = v.object({
  ...baseFacts.entries,
  clientId: v.string(),
  isDevice: v.boolean(),
  /** An app that nobody has checked calls itself like the house. */
  lookalike: v.optional(v.object({ createdAt: v.optional(v.string()) })),
  /** The subject that the OAuth2 server remembers in this browser. */
  remembered: v.optional(v.string()),
});
type LoginFacts = v.InferOutput<typeof loginFacts>;

async function showLogin(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = await needs.challenges.open(req, res, 'login');
  if (!step) return;
  const request = await needs.hydra.login.get(step.challenge);
  if (request.skip && req.method === 'GET') {
    return answerRemembered(needs, req, res, { step, request });
  }
  preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
  const form = { login: loginHintOf(request), isRemembered: false };
  showForm(needs, res, step, { facts: factsOf(needs, request), form });
}

async function submitLogin(needs: Needs, req: Request, res: Response): Promise<void> {
  const form = readForm(req);
  const step = needs.challenges.posted(req, res, 'login', loginFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) return showAgain(needs, res, step, form);

  keepLocale(needs.locales, res, facts.lang);
  if (readDecision(req, 'accept') === 'reject') return cancel(needs, req, step, facts);
  // A second click gets the first one's answer, and no password is checked once more.
  const again = await signedInBefore(needs, step, decisionOn(needs, req, form));
  const outcome = again
    ? { user: again }
    : (missingIn(req, form) ?? (await checkPassword(needs, req, form.login, facts)));
  if ('user' in outcome) return signIn(needs, req, res, { step, facts, form, user: outcome.user });
  showForm(needs, res, step, { facts, form, failure: outcome });
}

async function signIn(
  needs: Needs,
  req: Request,
  res: Response,
  { step, facts, form, user }: { step: Step; facts: LoginFacts; form: LoginForm; user: User },
): Promise<void> {
  if (facts.remembered !== undefined && facts.remembered !== user.subject) {
    return leave(res, signInAsSomebodyElse(needs, facts));
  }
  const { isRemembered } = form;
  const browser = step.browserAfter(user.subject);
  const accept = async () => {
    const amr = passwordMethods;
    const how = { isRemembered, amr };
    const decision = await loginDecision(user, how, needs.policy);
    const bound = needs.challenges.bind(decision, browser, user);
    const answer = needs.hydra.login.accept(step.challenge, bound);
    const redirectTo = await orWhereItLed(answer, () => needs.hydra.login.get(step.challenge));
    const { subject } = user;
    const { clientId: client } = facts;
    needs.audit(req, 'signed_in', {
      login: form.login,
      subject,
      client,
      amr,
      remember: isRemembered,
    });
    return redirectTo;
  };
  const { subject, credential } = user;
  const about = { subject, credential, after: browser };
  const target = await step.once(decisionOn(needs, req, form), accept, about);
  const proof = { subject, at: Date.now(), amr: passwordMethods, credential };
  await needs.sessions.begin(req, res, proof);
  needs.knownBrowsers.remember(req, res, form.login);
  leave(res, target);
}

/**
 * The person who signed in with this form before; `undefined` when nobody has.
 * @throws PublicError `challenge_used` when they have another password since, or may not sign in any
 *   more: what was proven then proves nothing now
 */
async function signedInBefore(
  { identity }: Needs,
  step: Step,
  decision: unknown,
): Promise<User | undefined> {
  const giver = step.giverOf(decision);
  if (giver?.subject === undefined) return undefined;
  const user = await identity.find(giver.subject);
  if (user && !user.disabled && user.credential === giver.credential) return user;
  throw new PublicError('challenge_used');
}

/** In this process only, so that what is kept of an answer says nothing about a password. */
const passwordKey = randomBytes(32);

/**
 * What makes two posts the same answer: a second click has the same password, a guess has not, and
 * neither has to be checked against the person's hash.
 */
function decisionOn({ loginMark }: Needs, req: Request, form: LoginForm): unknown {
  const password = createHmac('sha256', passwordKey).update(postedText(req, 'password'));
  return ['accept', form.isRemembered, loginMark(form.login), password.digest('base64')];
}

async function cancel(needs: Needs, req: Request, step: Step, facts: LoginFacts): Promise<void> {
  await step.answer('reject', async () => {
    const answer = needs.hydra.login.reject(step.challenge, loginDenied);
    const redirectTo = await orWhereItLed(answer, () => needs.hydra.login.get(step.challenge));
    needs.audit(req, 'denied', { client: facts.clientId, reason: 'login_cancelled' });
    // In a device flow the server would show raw JSON to the person and tell the device nothing.
    return facts.isDevice ? needs.addresses.denied : redirectTo;
  });
}

/** The OAuth2 server remembers this person (`skip`): nobody is asked, but it still needs an answer. */
async function answerRemembered(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request }: { step: Step; request: LoginRequest },
): Promise<void> {
  const user = await needs.identity.find(request.subject);
  if (!user || user.disabled) {
    return answerUnproven(needs, req, res, { step, request, reason: 'gone' });
  }
  const last = await needs.sessions.lastSignIn(req, res);
  const theirs = last?.subject === user.subject ? last : undefined;
  const isOutdated = theirs !== undefined && theirs.credential !== user.credential;
  if (isOutdated || needs.revocations.isPending(user.subject)) {
    return answerUnproven(needs, req, res, { step, request, reason: 'credentials_changed' });
  }
  const amr = theirs?.amr;
  const answer = async () => {
    const browser = step.browserAfter(user.subject);
    const decision = await rememberedLoginDecision(user, amr);
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
  reason: 'gone' | 'credentials_changed';
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
  const facts = factsOf(needs, request);
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
  showForm(needs, res, step, { facts, form: { login: '', isRemembered: false } });
}

/** @throws PublicError `account_unknown` in a device flow: the server would remember the same person */
function signInAsSomebodyElse({ addresses }: Needs, facts: LoginFacts): string {
  const target = facts.isDevice ? undefined : restartAsSomebodyElse(facts.startAgain, facts);
  if (target) return target;
  throw new PublicError('account_unknown', { startAgain: addresses.signOutOfServer });
}

/** Shows a form that may not be answered once more, with what was typed into it. */
async function showAgain(needs: Needs, res: Response, step: Step, form: LoginForm): Promise<void> {
  const request = await needs.hydra.login.get(step.challenge);
  preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
  showForm(needs, res, step, { facts: factsOf(needs, request), form });
}

function showForm({ identity, policy }: Needs, res: Response, step: Step, page: LoginPage): void {
  const { facts, form, failure } = page;
  const { lang, time, ago } = localeOf(res);
  if (failure) res.status('seconds' in failure ? 429 : 400);
  if (failure && 'seconds' in failure) res.setHeader('Retry-After', String(failure.seconds));
  const { loginRememberSeconds } = policy;
  res.render('login', {
    ...step.form({ ...facts, lang }),
    ...form,
    app: facts.app,
    lookalike: facts.lookalike && { ago: ago(facts.lookalike.createdAt) },
    notice: failure ? noticeOf(res, failure) : refusalNotice(res),
    isWrong: failure !== undefined && 'isWrong' in failure,
    missing: failure && 'missing' in failure ? failure.missing : [],
    hasUsernames: identity.hasUsernames(),
    rememberTime: loginRememberSeconds > 0 ? time(loginRememberSeconds) : undefined,
  });
}

interface LoginForm {
  login: string;
  isRemembered: boolean;
}

interface LoginPage {
  facts: LoginFacts;
  form: LoginForm;
  failure?: Failure;
}

/** Empty fields, a wrong login or password, or the seconds until the next attempt is allowed. */
type Failure = { missing: Field[] } | PasswordRefused;
type Field = 'email' | 'password';

function readForm(req: Request): LoginForm {
  const isRemembered = postedText(req, 'remember') !== '';
  return { login: withoutInvisible(postedText(req, 'email')), isRemembered };
}

/** Fields that hold nothing; `undefined` if both hold something. Blanks can be a password. */
function missingIn(req: Request, { login }: LoginForm): { missing: Field[] } | undefined {
  const missing: Field[] = [];
  if (login.trim() === '') missing.push('email');
  if (postedText(req, 'password') === '') missing.push('password');
  return missing.length > 0 ? { missing } : undefined;
}

/** The login that the app suggests, unless it is longer than any login. */
function loginHintOf({ oidc_context: context }: LoginRequest): string {
  const hint = withoutInvisible(context?.login_hint ?? '');
  return hint.length <= longestLogin ? hint : '';
}

function factsOf({ config, policy }: Needs, request: LoginRequest): LoginFacts {
  const { client, request_url: requestUrl, skip, subject } = request;
  const isDevice = isDeviceFlow(request);
  const app = appView(client);
  const isLookalike = !isChecked(client, policy) && callsItselfLike(app.name, config.brand.name);
  return {
    app,
    clientId: client.client_id,
    isDevice,
    startAgain: restartOf(requestUrl, { isDevice }),
    ...(isLookalike && { lookalike: { createdAt: client.created_at } }),
    ...(skip && { remembered: subject }),
  };
}

function noticeOf(res: Response, failure: Failure): Notice | undefined {
  if ('missing' in failure) return undefined; // said at the fields
  const { t, time } = localeOf(res);
  const key = 'seconds' in failure ? 'login.wait' : 'login.wrong';
  const values = { time: 'seconds' in failure ? time(failure.seconds) : '' };
  return { kind: 'danger', title: t(`${key}.title`), text: t(`${key}.text`, values) };
}
