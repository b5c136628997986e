/** CHANGE HERE: who is asked for consent, and what may be granted. */
import {
  isDeviceVerification,
  redirectUriOf,
  type AcceptConsent,
  type Claims,
  type ConsentRequest,
  type OAuth2Client,
  type Reject,
} from '@portico/hydra-admin';
import type { Past } from './past.ts';

export interface ConsentPolicy {
  /** 0: until revoked. */
  consentRememberSeconds: number;
  consentPreselect: 'all' | 'none';
  /** Whether clients can register themselves at this OAuth2 server. */
  isSelfRegistrationOn: boolean;
}

/**
 * Whether the app runs on another device (RFC 8628). Then every step is asked, because the person
 * may have got the code from a stranger.
 */
export function isDeviceFlow(request: Pick<ConsentRequest, 'request_url'>): boolean {
  return isDeviceVerification(request.request_url);
}

/**
 * Whether an operator has checked the app. Where clients can register themselves, only the metadata
 * `"checked": true` says so, because a client cannot set it for itself.
 */
export function isChecked(client: OAuth2Client, policy: ConsentPolicy): boolean {
  return !policy.isSelfRegistrationOn || client.metadata?.['checked'] === true;
}

/**
 * Why nobody needs to be asked:
 * - `remembered`: the person has allowed this and chosen "Don't ask me again";
 * - `first_party`: the operator has set `skip_consent` on the client.
 */
export type ReasonToSkip = 'remembered' | 'first_party';

/** @returns `undefined` when the person must be asked */
export async function reasonToSkip(
  request: ConsentRequest,
  policy: ConsentPolicy,
): Promise<ReasonToSkip | undefined> {
  if (isDeviceFlow(request)) return undefined;
  if (request.skip) return 'remembered';
  const isFirstParty = request.client.skip_consent === true && isChecked(request.client, policy);
  return isFirstParty ? 'first_party' : undefined;
}

export interface Grant {
  scopes: string[];
  audiences: string[];
}

/** What an app asked for, and of whom, as the page showed it. */
export interface Asked extends Grant {
  subject: string;
  clientId: string;
  /** Whether the app runs on another device, see `isDeviceFlow`. */
  isDevice: boolean;
}

/** Grants all that the app asked for. */
export function everythingRequested({ scopes, audiences }: Asked): Grant {
  return { scopes, audiences };
}

/** Whether a scope can be ticked: usually `openid` cannot, it is granted with any other. */
export function hasBox(scope: string, policy: ConsentPolicy): boolean {
  return scope !== 'openid' || policy.consentPreselect === 'none';
}

/**
 * What a person grants. The OAuth2 server grants whatever we tell it to, so only this function keeps
 * an app from getting more than it asked for.
 * @param ticked what was posted; may hold anything
 * @returns `undefined` when nothing is ticked though something could be: that is no answer
 */
export function grantOf(
  asked: Asked,
  ticked: readonly string[],
  policy: ConsentPolicy,
): Grant | undefined {
  const isEmpty = !asked.scopes.some((scope) => ticked.includes(scope));
  const hasChoice = asked.scopes.some((scope) => hasBox(scope, policy));
  if (isEmpty && hasChoice && policy.consentPreselect === 'all') return undefined;
  return {
    scopes: asked.scopes.filter((scope) => ticked.includes(scope) || !hasBox(scope, policy)),
    audiences: asked.audiences,
  };
}

/**
 * Whether a scope is ticked beforehand: never what nobody can read, nor what the person left off last
 * time. An app that nobody has checked gets nothing by one careless click that it did not have.
 * @param about `isDescribed`: the screen has words for it; `past` if it is known
 */
export function isPreselected(
  scope: string,
  about: { client: OAuth2Client; isDescribed: boolean; past: Past | undefined },
  policy: ConsentPolicy,
): boolean {
  const { client, isDescribed, past } = about;
  if (policy.consentPreselect === 'none' || !isDescribed) return false;
  if (past?.leftOff.includes(scope)) return false;
  return isChecked(client, policy) || past?.allowed.includes(scope) === true;
}

/**
 * Whether the OAuth2 server goes by a consent that it is told to remember. It always asks again in
 * device flows, and for apps without a secret whose answer another app could catch.
 */
export function isRememberable(request: ConsentRequest): boolean {
  if (isDeviceFlow(request)) return false;
  const { client, request_url: requestUrl } = request;
  if (client.token_endpoint_auth_method !== 'none') return true;
  const target = redirectUriOf(requestUrl, client.redirect_uris);
  const targets = target === undefined ? (client.redirect_uris ?? []) : [target];
  return targets.some((uri) => hardToCatch.test(uri));
}
const hardToCatch =
  /^(https:|http:\/\/(localhost|[^/?#@]+\.localhost|127\.0\.0\.1)(:\d+)?([/?#]|$))/i;

/**
 * Whether the OAuth2 server shall remember this consent, and for how many seconds. A consent that it
 * already remembers needs nothing. First-party apps are always remembered, because otherwise they
 * could not sign in silently (`prompt=none`).
 */
export function rememberDecision(
  how: { isRemembered?: boolean; reason?: ReasonToSkip },
  policy: ConsentPolicy,
): Pick<AcceptConsent, 'remember' | 'remember_for'> {
  if (how.reason === 'remembered') return {};
  if (!how.isRemembered && how.reason !== 'first_party') return { remember: false };
  return { remember: true, remember_for: policy.consentRememberSeconds };
}

/** The answer to a consent request. It always holds the claims: the server does not remember them. */
export function consentDecision(
  grant: Grant,
  session: { id_token: Claims; access_token: Claims },
  remember: Pick<AcceptConsent, 'remember' | 'remember_for'>,
): AcceptConsent {
  return {
    grant_scope: grant.scopes,
    grant_access_token_audience: grant.audiences,
    session,
    ...remember,
  };
}

/**
 * What the app is told when it asked for no page, but the person must see one first: see
 * `required-actions.ts` (OpenID Connect Core 3.1.2.6).
 */
export const interactionRequired: Reject = {
  error: 'interaction_required',
  error_description: 'The resource owner has to see a page first',
};

/** What the app is told when the person refuses (RFC 6749, section 4.1.2.1). */
export const consentDenied: Reject = {
  error: 'access_denied',
  error_description: 'The resource owner denied the request',
};
