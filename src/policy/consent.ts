/** CHANGE HERE: who is asked for consent, and what may be granted. */
import {
  isDeviceVerification,
  type AcceptConsent,
  type Claims,
  type ConsentRequest,
  type ConsentSession,
  type OAuth2Client,
  type Page,
  type Reject,
} from '@portico/hydra-admin';

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

/** What a person has allowed an app before. */
export interface Past {
  hasConnected: boolean;
  scopes: string[];
}

/**
 * Reads from the person's consents what they have allowed this app before.
 * @returns `undefined` when the app is not on this page of the list but may be on the next
 */
export function pastWith(
  request: ConsentRequest,
  { items, next }: Page<ConsentSession>,
): Past | undefined {
  const given = items.filter(
    // 1.x may list the very consent that is being answered: it is not an earlier one.
    ({ consent_request: { client, challenge } }) =>
      client.client_id === request.client.client_id && challenge !== request.challenge,
  );
  if (given.length === 0 && next !== undefined) return undefined;
  const scopes = given.flatMap(({ grant_scope: granted }) => granted);
  return { hasConnected: given.length > 0, scopes: [...new Set(scopes)] };
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

/**
 * What is both requested and allowed. The OAuth2 server grants whatever we tell it to, so only this
 * function keeps an app from getting more than it asked for.
 */
export function grantable(asked: Asked, allowed: Grant): Grant {
  return {
    scopes: asked.scopes.filter((scope) => allowed.scopes.includes(scope)),
    audiences: asked.audiences.filter((audience) => allowed.audiences.includes(audience)),
  };
}

/**
 * Whether a scope is ticked beforehand. An app that nobody has checked must not get lasting access by
 * one careless click.
 */
export function isPreselected(scope: string, client: OAuth2Client, policy: ConsentPolicy): boolean {
  const isLasting = scope === 'offline_access' || scope === 'offline';
  return policy.consentPreselect === 'all' && (!isLasting || isChecked(client, policy));
}

/** Whether the person cannot untick this scope: without `openid`, the app cannot sign them in. */
export function isNeeded(scope: string, policy: ConsentPolicy): boolean {
  return scope === 'openid' && policy.consentPreselect === 'all';
}

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
