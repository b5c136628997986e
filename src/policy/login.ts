/** CHANGE HERE: for how long a sign-in is remembered, and how strong it is said to be. */
import type { AcceptLogin, LoginRequest, Reject } from '@portico/hydra-admin';
import type { User } from '../identity/backend.ts';

/** Authentication methods of a password, RFC 8176. */
export const passwordMethods = ['pwd'];

/**
 * The authentication context class (`acr`, OpenID Connect Core 2) of a sign-in by these methods:
 * `1` for one factor. Nothing stronger is offered yet, so nothing stronger is said, whatever the
 * app asked for in `acr_values`.
 */
function acrOf(_amr: string[]): string {
  return '1';
}

export interface LoginPolicy {
  /** Seconds; 0 leaves it to the OAuth2 server. */
  loginRememberSeconds: number;
}

/** A person who has just proved who they are. */
export async function loginDecision(
  user: User,
  form: { isRemembered: boolean; amr: string[] },
  policy: LoginPolicy,
): Promise<AcceptLogin> {
  const proof = { subject: user.subject, acr: acrOf(form.amr), amr: form.amr };
  if (!form.isRemembered) return { ...proof, remember: false };
  return { ...proof, remember: true, remember_for: policy.loginRememberSeconds };
}

/**
 * A person whom the OAuth2 server still remembers. `acr` and `amr` are said again, since the server
 * keeps nothing of the earlier answer. To let the time begin anew at each visit, add
 * `extend_session_lifespan: true` and `remember_for`; the words of `login.remember_hint` promise a
 * fixed time.
 * @param amr how this browser signed in, when it still knows; passwords are the only way so far
 */
export async function rememberedLoginDecision(
  user: User,
  amr: string[] = passwordMethods,
): Promise<AcceptLogin> {
  return { subject: user.subject, acr: acrOf(amr), amr };
}

/** What the app is told when the person cancels (RFC 6749, section 4.1.2.1). */
export const loginDenied: Reject = {
  error: 'access_denied',
  error_description: 'The resource owner denied the request',
};

/** What the app is told when it asked not to show a page, but the remembered person is gone. */
export const loginRequired: Reject = {
  error: 'login_required',
  error_description: 'The resource owner has to sign in again',
};

/** Whether the app asked that no page be shown (`prompt=none`, OpenID Connect Core 3.1.2.1). */
export function isSilent(request: Pick<LoginRequest, 'request_url'>): boolean {
  if (!URL.canParse(request.request_url)) return false;
  return new URL(request.request_url).searchParams.get('prompt') === 'none';
}
