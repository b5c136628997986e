import { Router, type Request, type Response } from 'express';
import { PublicError } from '../errors.ts';
import type { Hydra, LoginRequest } from '@portico/hydra-admin';
import type { Identity, User } from '../identity/backend.ts';
import { isDeviceFlow } from '../policy/consent.ts';
import {
  isSilent,
  loginDecision,
  loginDenied,
  loginRequired,
  passwordMethods,
  rememberedLoginDecision,
} from '../policy/login.ts';
import { leave, leaveAgain } from '../web/answer.ts';
import { postedText, readChallenge, readDecision } from '../web/form.ts';
import { mayActUnasked } from '../web/csrf.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { withFlowMark } from '../web/flow-mark.ts';
import { formLocals, type Notice } from '../web/form-locals.ts';
import { localeOf, preferLocales } from '../screens/locale.ts';
import { audit } from '../web/log.ts';
import { appView } from '../screens/app-view.ts';
import { restartAsSomebodyElse, wayBackOf } from '../web/way-back.ts';
import type { Desk } from './desk.ts';

type Needs = { hydra: Pick<Hydra, 'login'>; identity: Identity } & Pick<
  Desk,
  | 'answers'
  | 'csrf'
  | 'knownBrowsers'
  | 'locales'
  | 'log'
  | 'loginLimiter'
  | 'pages'
  | 'policy'
  | 'sessions'
  | 'wayBack'
>;

/** The sign-in screen. */
export function loginRoutes(needs: Needs): Router {
  const { hydra, identity, answers, csrf, log, policy, sessions, wayBack } = needs;

  async function showLogin(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'login_challenge');
    if (await leaveAgain(req, res, challenge, needs)) return;
    const request = await hydra.login.get(challenge);
    if (request.skip && mayActUnasked(req, res))
      return answerRemembered(req, res, request, challenge);
    const login = postedText(req, 'email') || (request.oidc_context?.login_hint ?? '');
    showForm(req, res, request, { challenge, login });
  }

  async function submitLogin(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'login_challenge');
    const decision = readDecision(req);
    const browser = csrf.browserOf(req);
    const { app } = wayBack.of(req);
    if (decision === 'reject') {
      const target = await answers.once({ challenge, browser, decision }, () =>
        cancel(req, challenge),
      );
      return leave(req, res, target, app);
    }
    const isAnswered = answers.recall(challenge, browser) !== undefined;
    const request = isAnswered ? undefined : await hydra.login.get(challenge);
    const login = postedText(req, 'email');
    const tried = await tryPassword(req, login);
    if (!('user' in tried)) {
      if (!request) throw new PublicError('challenge_used');
      return showForm(req, res, request, { challenge, login, tried });
    }
    const { user } = tried;
    if (request?.skip && request.subject !== user.subject) {
      return leave(req, res, otherSignIn(request), app);
    }
    const isRemembered = postedText(req, 'remember') !== '';
    const answer = { challenge, browser, decision: `accept ${isRemembered} ${user.subject}` };
    const target = await answers.once(answer, async () => {
      const decided = await loginDecision(user, { isRemembered, amr: passwordMethods }, policy);
      const redirectTo = await hydra.login.accept(challenge, withFlowMark(decided));
      audit(log, req, 'signed in', { subject: user.subject, client: request?.client.client_id });
      return redirectTo;
    });
    await sessions.begin(req, res, { subject: user.subject, at: Date.now(), amr: passwordMethods });
    needs.knownBrowsers.remember(req, res, identity.accountKey(login));
    leave(req, res, target, app);
  }

  /** A password is only looked at when a try is left. */
  async function tryPassword(req: Request, login: string): Promise<Tried> {
    const account = identity.accountKey(login);
    const isKnownBrowser = needs.knownBrowsers.knows(req, account);
    const who = { account, address: req.ip ?? '', isKnownBrowser };
    const { waitSeconds, proven } = await needs.loginLimiter.attempt(who, () =>
      identity.verify(login, postedText(req, 'password')),
    );
    if (proven) return { user: proven };
    audit(log, req, 'refused', {
      reason: waitSeconds > 0 ? 'too many tries' : 'wrong credentials',
    });
    return waitSeconds > 0 ? { seconds: waitSeconds } : { isWrong: true };
  }

  /** The OAuth2 server remembers this person: nothing is asked, but an answer is owed. */
  async function answerRemembered(
    req: Request,
    res: Response,
    request: LoginRequest,
    challenge: string,
  ): Promise<void> {
    const user = await identity.find(request.subject);
    if (!user || user.disabled) return answerGone(req, res, request, challenge);
    const signIn = await sessions.signedIn(req, res);
    const amr = signIn?.subject === user.subject ? signIn.amr : undefined;
    const answer = { challenge, browser: undefined, decision: 'remembered' };
    const target = await answers.once(answer, async () => {
      const decision = await rememberedLoginDecision(user, amr);
      const redirectTo = await hydra.login.accept(challenge, withFlowMark(decision));
      const facts = { subject: user.subject, client: request.client.client_id, remembered: true };
      audit(log, req, 'signed in', facts);
      return redirectTo;
    });
    leave(req, res, target);
  }

  /** The remembered person may not sign in any more: somebody else can, with a fresh question. */
  async function answerGone(
    req: Request,
    res: Response,
    request: LoginRequest,
    challenge: string,
  ): Promise<void> {
    const { subject } = request;
    audit(log, req, 'refused', { subject, client: request.client.client_id, reason: 'gone' });
    if (isSilent(request))
      return leave(req, res, await hydra.login.reject(challenge, loginRequired));
    leave(req, res, otherSignIn(request));
  }

  /** @throws PublicError `account_unknown` in a device flow, where asking anew asks for the same person */
  function otherSignIn(request: LoginRequest): string {
    const target = isDeviceFlow(request) ? undefined : restartAsSomebodyElse(request.request_url);
    if (target) return target;
    throw new PublicError('account_unknown', { ...needs.pages.signOutOfServer });
  }

  async function cancel(req: Request, challenge: string): Promise<string> {
    const request = await hydra.login.get(challenge);
    const redirectTo = await hydra.login.reject(challenge, loginDenied);
    audit(log, req, 'refused', { client: request.client.client_id, reason: 'cancelled' });
    return isDeviceFlow(request) ? needs.pages.denied : redirectTo;
  }

  function showForm(
    req: Request,
    res: Response,
    request: LoginRequest,
    form: { challenge: string; login: string; tried?: Exclude<Tried, { user: User }> },
  ): void {
    preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
    const { challenge, login, tried } = form;
    if (tried) res.status('seconds' in tried ? 429 : 400);
    if (tried && 'seconds' in tried) res.setHeader('Retry-After', String(tried.seconds));
    const locals = formLocals(csrf, req, res, challenge);
    const { loginRememberSeconds } = policy;
    res.render('login', {
      ...locals,
      app: appView(request.client),
      login,
      notice: tried ? noticeOf(res, tried) : locals.notice,
      isWrong: tried !== undefined && 'isWrong' in tried,
      isRemembered: postedText(req, 'remember') !== '',
      rememberTime: loginRememberSeconds > 0 ? localeOf(res).time(loginRememberSeconds) : undefined,
      wayBack: wayBack.note(challenge, wayBackOf(request)),
    });
  }

  const router = Router();
  router.get('/login', showLogin);
  router.post('/login', submitLogin);
  router.all('/login', methodUnknown('GET, HEAD, POST'));
  return router;
}

/** Who came of a try: a person, nobody, or seconds to wait before the next. */
type Tried = { user: User } | { isWrong: true } | { seconds: number };

function noticeOf(res: Response, tried: Exclude<Tried, { user: User }>): Notice {
  const { t, time } = localeOf(res);
  const key = 'seconds' in tried ? 'login.wait' : 'login.wrong';
  const values = { time: 'seconds' in tried ? time(tried.seconds) : '' };
  return { kind: 'danger', title: t(`${key}.title`), text: t(`${key}.text`, values) };
}
