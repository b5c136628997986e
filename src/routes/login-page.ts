/** What the sign-in screen shows, and what its form holds. */
import * as v from 'valibot';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { withChallenge } from '../challenge/read-challenge.ts';
import { restartOf, somebodyElse } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { longestLogin, withoutInvisible } from '../identity/login-key.ts';
import type { PasswordRefused } from '../limits/check-password.ts';
import { isDeviceFlow } from '../policy/consent.ts';
import { localeOf } from '../screens/locale.ts';
import { refusalNotice, type Notice } from '../screens/notice.ts';
import { personView } from '../screens/person-view.ts';
import { statusOfWay, wayNotice, type WayFailed } from '../screens/way-notice.ts';
import { wayView } from '../screens/way-view.ts';
import { postedFields, postedText } from '../web/form.ts';
import { allowOwnScript } from '../web/headers.ts';
import { isSomebodyElse, knownFacts, type Known } from './login-known.ts';

/** The facts that the page is rendered from. */
export const loginFacts = v.object({
  ...baseFacts.entries,
  clientId: v.string(),
  isDevice: v.boolean(),
  /** An app that nobody has checked calls itself like the house. */
  lookalike: v.optional(v.object({ createdAt: v.optional(v.string()) })),
  /** The subject that the OAuth2 server remembers in this browser. */
  remembered: v.optional(v.string()),
  known: v.optional(knownFacts),
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
  /** In the place of the field for the login. */
  known?: Known | undefined;
  failure?: Failure;
}

/** Empty fields, why the password was refused, or what came back from another site. */
type Failure = { missing: Field[] } | PasswordRefused | WayFailed;
type Field = 'email' | 'password';

type Needs = Pick<Parts, 'addresses' | 'config' | 'identity' | 'policy'>;

export function showForm(
  { addresses, config, identity, policy }: Needs,
  req: Request,
  res: Response,
  { step, facts, form, known, failure }: LoginPage & { step: Step },
): void {
  const { lang, time, ago } = localeOf(res);
  if (failure) res.status(statusOf(failure));
  if (failure && 'seconds' in failure) res.setHeader('Retry-After', String(failure.seconds));
  const { loginRememberSeconds } = policy;
  const { changePasswordUrl, forgotPasswordUrl, registerUrl } = config.account;
  const sealed: LoginFacts = { ...facts, lang, known: known && factsOfKnown(known) };
  const { hidden } = step.form(sealed);
  const challenge = { login_challenge: step.challenge };
  const forgotHref = forgotPasswordUrl && withChallenge(forgotPasswordUrl, challenge);
  const newPasswordHref = changePasswordUrl ?? forgotHref;
  allowOwnScript(res);
  res.render('login', {
    hidden: { ...hidden, ...(isSomebodyElse(req) && { [somebodyElse]: 'true' }) },
    ...form,
    ...(known && { login: known.login, person: personView(known.user) }),
    isConfirmation: known?.isConfirmation ?? false,
    changeHref:
      known && `${addresses.base}/login?${queryOf({ ...challenge, [somebodyElse]: 'true' })}`,
    app: facts.app,
    isDevice: facts.isDevice,
    lookalike: facts.lookalike && { ago: ago(facts.lookalike.createdAt) },
    notice: failure ? noticeOf(res, failure, { known, newPasswordHref }) : refusalNotice(res),
    isWrong: failure !== undefined && 'isWrong' in failure,
    missing: failure && 'missing' in failure ? failure.missing : [],
    hasUsernames: identity.hasUsernames(),
    takesPasswords: identity.takesPasswords !== false,
    ways: (identity.ways ?? []).map(wayView),
    rememberTime: loginRememberSeconds > 0 ? time(loginRememberSeconds) : undefined,
    forgotHref,
    registerHref: registerUrl && withChallenge(registerUrl, challenge),
  });
}

/** The id of the way whose button was pressed; `undefined` when it was another one. */
export function wayIn(req: Request): string | undefined {
  const { way, decision } = postedFields(req);
  if (way === undefined) return undefined;
  return typeof way === 'string' && decision === undefined ? way : '';
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
  { apps }: Pick<Parts, 'apps'>,
  res: Response,
  request: LoginRequest,
): LoginFacts {
  const { client, request_url: requestUrl, skip, subject } = request;
  const isDevice = isDeviceFlow(request);
  const nameless = localeOf(res).t('lookalike.app');
  const app = apps.viewOf(client, { requestUrl, isDevice, nameless });
  return {
    app,
    clientId: client.client_id,
    isDevice,
    startAgain: restartOf(requestUrl, { isDevice }),
    ...(app.claimedName && { lookalike: { createdAt: client.created_at } }),
    ...(skip && { remembered: subject }),
  };
}

const factsOfKnown = ({ subject, login, isConfirmation }: Known) => ({
  subject,
  login,
  isConfirmation,
});

const queryOf = (values: Record<string, string>): string => new URLSearchParams(values).toString();

function statusOf(failure: Failure): number {
  if ('refused' in failure) return statusOfWay(failure);
  return 'seconds' in failure ? 429 : 400;
}

function noticeOf(
  res: Response,
  failure: Failure,
  {
    known,
    newPasswordHref: href,
  }: { known: Known | undefined; newPasswordHref?: string | undefined },
): Notice | undefined {
  if ('missing' in failure) return undefined; // said at the fields
  if ('refused' in failure) return wayNotice(res, failure);
  const { t, time } = localeOf(res);
  const kind = 'danger';
  if ('seconds' in failure) {
    const values = { time: time(failure.seconds) };
    return { kind, title: t('login.wait.title'), text: t('login.wait.text', values) };
  }
  if ('isExpired' in failure) {
    const title = t('login.expired.title');
    if (href === undefined) return { kind, title, text: t('login.expired.text_nowhere') };
    const way = { href, label: t('login.expired.choose') };
    return { kind, title, text: t('login.expired.text'), way };
  }
  const text = t(known ? 'login.wrong.text_known' : 'login.wrong.text');
  return { kind, title: t('login.wrong.title'), text };
}
