/** What the sign-in screen shows, and what its form holds. */
import * as v from 'valibot';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { restartOf } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { longestLogin, withoutInvisible } from '../identity/login-key.ts';
import type { PasswordRefused } from '../limits/check-password.ts';
import { isChecked, isDeviceFlow } from '../policy/consent.ts';
import { callsItselfLike } from '../policy/lookalike.ts';
import { appView } from '../screens/app-view.ts';
import { localeOf } from '../screens/locale.ts';
import { refusalNotice, type Notice } from '../screens/notice.ts';
import { postedText } from '../web/form.ts';

/** The facts that the page is rendered from. */
export const loginFacts = v.object({
  ...baseFacts.entries,
  clientId: v.string(),
  isDevice: v.boolean(),
  /** An app that nobody has checked calls itself like the house. */
  lookalike: v.optional(v.object({ createdAt: v.optional(v.string()) })),
  /** The subject that the OAuth2 server remembers in this browser. */
  remembered: v.optional(v.string()),
});
export type LoginFacts = v.InferOutput<typeof loginFacts>;

/** What was typed and ticked; the password is read where it is checked. */
export interface LoginForm {
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

export function showForm(
  { identity, policy }: Pick<Parts, 'identity' | 'policy'>,
  res: Response,
  step: Step,
  page: LoginPage,
): void {
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

export function readForm(req: Request): LoginForm {
  const isRemembered = postedText(req, 'remember') !== '';
  return { login: withoutInvisible(postedText(req, 'email')), isRemembered };
}

/** Fields that hold nothing; `undefined` if both hold something. Blanks can be a password. */
export function missingIn(req: Request, { login }: LoginForm): { missing: Field[] } | undefined {
  const missing: Field[] = [];
  if (login.trim() === '') missing.push('email');
  if (postedText(req, 'password') === '') missing.push('password');
  return missing.length > 0 ? { missing } : undefined;
}

/** The login that the app suggests, unless it is longer than any login. */
export function loginHintOf({ oidc_context: context }: LoginRequest): string {
  const hint = withoutInvisible(context?.login_hint ?? '');
  return hint.length <= longestLogin ? hint : '';
}

export function factsOf(
  { config, policy }: Pick<Parts, 'config' | 'policy'>,
  request: LoginRequest,
): LoginFacts {
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
