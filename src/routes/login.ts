import { createHmac } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import { orWhereItLed } from '../challenge/conflict.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError } from '../errors.ts';
import type { User } from '../identity/backend.ts';
import { foldLogin } from '../identity/login-key.ts';
import { checkPassword } from '../limits/check-password.ts';
import { loginDenied, passwordMethods } from '../policy/login.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, keepLocale, preferLocales } from '../screens/locale.ts';
import { postedText, readDecision } from '../web/form.ts';
import {
  factsOf,
  loginFacts,
  loginHintOf,
  missingIn,
  readForm,
  showForm,
  wayIn,
  type LoginFacts,
  type LoginForm,
} from './login-page.ts';
import { acceptSignIn } from './login-accept.ts';
import { knownAgain, knownPerson } from './login-known.ts';
import { answerRemembered } from './login-remembered.ts';
import { arrive, createArrivals, depart, departAtOnce, onlyWay, wayOf } from './login-ways.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'browsers'
  | 'challenges'
  | 'apps'
  | 'config'
  | 'departures'
  | 'hydra'
  | 'identity'
  | 'keptSignIns'
  | 'knownBrowsers'
  | 'loginMark'
  | 'locales'
  | 'log'
  | 'loginLimiter'
  | 'policy'
  | 'revocations'
  | 'sessions'
  | 'signOutDetours'
>;

/** The sign-in screen, and where a browser comes back to that has signed in elsewhere. */
export function loginRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/login', (req, res) => showLogin(needs, req, res));
  router.post('/login', (req, res) => submitLogin(needs, req, res));
  router.all('/login', methodUnknown('GET, HEAD, POST'));
  const arrivals = createArrivals();
  router.head('/upstream/:way', methodUnknown('GET')); // it proves something, and only once
  router.get('/upstream/:way', (req, res) => arrive({ ...needs, arrivals }, req, res));
  router.all('/upstream/:way', methodUnknown('GET'));
  return router;
}

async function showLogin(needs: Needs, req: Request, res: Response): Promise<void> {
  const step = await needs.challenges.open(req, res, 'login');
  if (!step) return;
  const request = await needs.hydra.login.get(step.challenge);
  if (request.skip && req.method === 'GET') {
    return answerRemembered(needs, req, res, { step, request });
  }
  const way = req.method === 'GET' ? onlyWay(needs.identity) : undefined;
  if (way) return departAtOnce(needs, req, res, { step, request, way });
  await show(needs, req, res, {
    step,
    request,
    form: { login: loginHintOf(request), isRemembered: false },
  });
}

/** @param page `form` holds what the app hinted at, or what was typed into a form that was refused */
async function show(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, form }: { step: Step; request: LoginRequest; form: LoginForm },
): Promise<void> {
  preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
  const known = await knownPerson(needs, req, res, { request, typed: form.login });
  showForm(needs, req, res, { step, facts: factsOf(needs, res, request), form, known });
}

async function submitLogin(needs: Needs, req: Request, res: Response): Promise<void> {
  const form = readForm(req);
  const step = await needs.challenges.posted(req, res, 'login', loginFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) {
    // It may not be answered: it is shown once more, with what was typed into it.
    const request = await needs.hydra.login.get(step.challenge);
    return show(needs, req, res, { step, request, form });
  }

  keepLocale(needs.locales, res, facts.lang);
  const chosen = wayIn(req);
  if (chosen !== undefined) {
    const way = wayOf(needs.identity, chosen);
    const request = await needs.hydra.login.get(step.challenge);
    return depart(needs, req, res, { step, request, way, form });
  }
  if (readDecision(req, 'accept') === 'reject') return cancel(needs, req, step, facts);
  if (needs.identity.takesPasswords === false) throw new PublicError('decision_unknown');
  // A second click gets the first one's answer, and no password is checked once more.
  const decision = decisionOn(needs, req, form);
  const again = await signedInBefore(needs, step, decision);
  const outcome = again
    ? { user: again }
    : (missingIn(req, form) ?? (await checkPassword(needs, req, form.login, facts)));
  if ('user' in outcome) {
    const { user } = outcome;
    const { isRemembered } = form;
    // Blanks around it are not compared, and any number of them would be kept.
    const login = form.login.trim();
    const proven = { user, login, amr: passwordMethods, isRemembered, decision };
    return acceptSignIn(needs, req, res, { step, facts, ...proven });
  }
  const known = await knownAgain(needs, req, facts.known, form.login);
  showForm(needs, req, res, { step, facts, form, known, failure: outcome });
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
  const giver = await step.giverOf(decision);
  if (giver?.subject === undefined) return undefined;
  const user = await identity.find(giver.subject);
  if (user && !user.disabled && user.credential === giver.credential) return user;
  throw new PublicError('challenge_used');
}

/**
 * What makes two posts the same answer: a second click has the same password, a guess has not, and
 * neither has to be checked against the person's hash. Its key is a secret that only the browser has,
 * so what is kept of the answer does not help to guess the password.
 */
function decisionOn({ browsers }: Needs, req: Request, form: LoginForm): unknown {
  const key = browsers.of(req)?.csrf ?? '';
  const typed = JSON.stringify([foldLogin(form.login), postedText(req, 'password')]);
  return ['accept', form.isRemembered, createHmac('sha256', key).update(typed).digest('base64')];
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
