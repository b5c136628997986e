/** CHANGE HERE: how long a sign-in is remembered, and how strong it is (`acr`, `amr`). */
import {
  isDeviceVerification,
  maxAgeOf,
  promptsOf,
  type AcceptLogin,
  type LoginRequest,
  type Reject,
} from '@portico/hydra-admin';
import type { Arrived, User, WayWish } from '../identity/backend.ts';

/**
 * How much a sign-in at another site counts: as much as that says, because who runs Portico has
 * chosen it. A site that names no methods proves none here.
 * @param arrived `amr` and `acr` as the site says
 */
export function strengthOf({ amr = [], acr }: Arrived): {
  amr: string[];
  acr?: string | undefined;
} {
  return { amr, acr };
}

/**
 * What another site is asked for: all that the app has asked of us. Whoever said "not you" chooses
 * the account there, even if somebody is signed in at that site.
 * @param person `login`: whom the app hints at, or what was typed
 */
export function wishOfApp(
  request: Pick<LoginRequest, 'request_url' | 'oidc_context'>,
  { login, isSomebodyElse }: { login: string; isSomebodyElse: boolean },
): Omit<WayWish, 'callback' | 'state' | 'at'> {
  const { request_url: requestUrl, oidc_context: context } = request;
  const hint = login === '' ? undefined : login;
  if (isDeviceVerification(requestUrl)) {
    return { login: hint, prompt: isSomebodyElse ? 'select_account' : undefined };
  }
  const asksAgain = promptsOf(requestUrl)?.includes('login') ? 'login' : undefined;
  return {
    login: hint,
    prompt: isSomebodyElse ? 'select_account' : asksAgain,
    maxAgeSeconds: maxAgeOf(requestUrl),
    locales: context?.ui_locales ?? undefined,
    acr: context?.acr_values ?? undefined,
  };
}

/** The authentication methods (`amr`) of a password, RFC 8176. */
export const passwordMethods = ['pwd'];

/**
 * The authentication context class (`acr`, OpenID Connect Core 2) of a sign-in with these methods:
 * `1`, one factor. There is nothing stronger yet, so we never claim more, even if the app asked for
 * it (`acr_values`).
 */
function acrOf(_amr: string[]): string {
  return '1';
}

export interface LoginPolicy {
  /** 0: the OAuth2 server decides. */
  loginRememberSeconds: number;
}

/**
 * The answer to a login request when the person has just signed in. The OAuth2 server forgets a
 * sign-in that it remembers in this browser, unless this one is to be remembered too.
 * @param form `acr`, where another site named one. `until`, in milliseconds since 1970: when a sign-in ends that is only confirmed. It
 *   stays remembered as long as the person was told before, and no longer
 */
export async function loginDecision(
  user: User,
  form: {
    isRemembered: boolean;
    amr: string[];
    acr?: string | undefined;
    until?: number | undefined;
  },
  policy: LoginPolicy,
): Promise<AcceptLogin> {
  const { amr, acr = acrOf(amr) } = form;
  const proof = { subject: user.subject, acr, amr };
  if (!form.isRemembered) return { remember: false, ...proof };
  const { until } = form;
  // Never 0, which would leave it to the server.
  const left = until && Math.max(1, Math.ceil((until - Date.now()) / 1_000));
  return { remember: true, remember_for: left ?? policy.loginRememberSeconds, ...proof };
}

/**
 * When a sign-in of this moment ends that is remembered.
 * @returns `undefined` if the OAuth2 server decides
 */
export function rememberedUntil(policy: LoginPolicy, now: number): number | undefined {
  const seconds = policy.loginRememberSeconds;
  return seconds > 0 ? now + seconds * 1_000 : undefined;
}

/**
 * Whether the sign-in screen shows the last person of this browser, with only the password to type:
 * their session is alive, or they asked to be kept signed in.
 */
export function showsLastPerson(_request: LoginRequest): boolean {
  return true;
}

/**
 * Whether the app asks for the password once more, though somebody is signed in: by `prompt=login`,
 * or by a `max_age` that is over (OpenID Connect Core 3.1.2.1). False when only the OAuth2 server
 * knows.
 * @param signedInAt in milliseconds since 1970
 */
export function asksOnceMore(
  { request_url: requestUrl }: Pick<LoginRequest, 'request_url'>,
  signedInAt: number,
  now = Date.now(),
): boolean {
  if (isDeviceVerification(requestUrl)) return false; // it knows neither
  if (promptsOf(requestUrl)?.includes('login')) return true;
  const seconds = maxAgeOf(requestUrl);
  return seconds !== undefined && now - signedInAt >= seconds * 1_000;
}

/**
 * The answer to a login request when the OAuth2 server still remembers the person. It repeats `acr`
 * and `amr`, because the server does not remember them. To let the time start again at each visit,
 * add `extend_session_lifespan: true` and `remember_for`, and change the words of
 * `login.remember_hint`: they promise a fixed time.
 * @param amr how the person signed in, if the session in this browser still tells
 */
export async function rememberedLoginDecision(
  user: User,
  amr: string[] = passwordMethods,
  acr = acrOf(amr),
): Promise<AcceptLogin> {
  return { subject: user.subject, acr, amr };
}

/** What the app is told when the person cancels (RFC 6749, section 4.1.2.1). */
export const loginDenied: Reject = {
  error: 'access_denied',
  error_description: 'The resource owner denied the request',
};

/** What the app is told when it asked for no page, but the remembered person may not sign in. */
export const loginRequired: Reject = {
  error: 'login_required',
  error_description: 'The resource owner has to sign in again',
};

/**
 * Whether the app asked that no page be shown (`prompt=none`, OpenID Connect Core 3.1.2.1), as the
 * OAuth2 server reads it: `none` beside other words counts too.
 * @returns `undefined` when that is not known: the prompt may be in a request object
 */
export function isSilent(request: Pick<LoginRequest, 'request_url'>): boolean | undefined {
  return promptsOf(request.request_url)?.includes('none');
}
