/** CHANGE HERE: who is asked for consent, and what may be granted. */
import type {
  ConsentSession,
  Page,
  AcceptConsent,
  Claims,
  ConsentRequest,
  OAuth2Client,
  Reject,
} from '@portico/hydra-admin';

export interface ConsentPolicy {
  /** Seconds; 0 is for ever. */
  consentRememberSeconds: number;
  consentPreselect: 'all' | 'none';
  /** Whether clients can register themselves at this OAuth2 server. */
  isSelfRegistrationOn: boolean;
}

/** In a device flow the person sits at another screen than the app: there every step is asked. */
export function isDeviceFlow(request: Pick<ConsentRequest, 'request_url'>): boolean {
  return /^https?:[^?#]*\/oauth2\/device\/verify(?:[?#]|$)/i.test(request.request_url);
}

/**
 * Whether somebody of this house has looked at the app. Where clients can register themselves, only
 * the metadata `"checked": true` says so, which a client cannot give itself.
 */
export function isChecked(client: OAuth2Client, policy: ConsentPolicy): boolean {
  return !policy.isSelfRegistrationOn || client.metadata?.['checked'] === true;
}

/**
 * Why a question need not be asked:
 * - `remembered`: the person allowed this before and wanted not to be asked again;
 * - `first-party`: the operator marked the client `skip_consent`.
 */
export type ReasonToSkip = 'remembered' | 'first-party';

/** `undefined` when the question has to be asked. */
export async function reasonToSkip(
  request: ConsentRequest,
  policy: ConsentPolicy,
): Promise<ReasonToSkip | undefined> {
  if (isDeviceFlow(request)) return undefined;
  if (request.skip) return 'remembered';
  const isFirstParty = request.client.skip_consent === true && isChecked(request.client, policy);
  return isFirstParty ? 'first-party' : undefined;
}

/** What a person has allowed an app before. */
export interface Past {
  hasConnected: boolean;
  scopes: string[];
}

/**
 * What the person's consents say of this app. As long as there may be more of them, nobody can say
 * that it was never connected: then, and when none could be had, it is `undefined`.
 */
export function pastWith(
  request: ConsentRequest,
  { items, next }: Page<ConsentSession>,
): Past | undefined {
  const given = items.filter(
    // 1.x lists a consent already when it is answered: it must not be taken for an earlier one.
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

/** What an app asked for, and of whom: as the page showed it, so as it is answered. */
export interface Asked extends Grant {
  subject: string;
  clientId: string;
  /** Whether the app runs on another device, see `isDeviceFlow`. */
  isDevice: boolean;
}

/** All that was asked for. */
export function everythingRequested({ scopes, audiences }: Asked): Grant {
  return { scopes, audiences };
}

/**
 * What may be granted: requested and allowed. The OAuth2 server grants whatever it is told to, so
 * this is the only place that keeps an app from getting more than it asked for.
 */
export function grantable(asked: Asked, allowed: Grant): Grant {
  return {
    scopes: asked.scopes.filter((scope) => allowed.scopes.includes(scope)),
    audiences: asked.audiences.filter((audience) => allowed.audiences.includes(audience)),
  };
}

/** Whether this scope stands without a box: signing in is what the app is for. */
export function isNeeded(scope: string, policy: ConsentPolicy): boolean {
  return scope === 'openid' && policy.consentPreselect === 'all';
}

/**
 * Whether the server is to remember this consent, and for how many seconds. What it remembers
 * already is not said again. A first-party app is remembered, or it could never sign in silently
 * (`prompt=none`).
 */
export function rememberDecision(
  how: { isRemembered?: boolean; reason?: ReasonToSkip },
  policy: ConsentPolicy,
): Pick<AcceptConsent, 'remember' | 'remember_for'> {
  if (how.reason === 'remembered') return {};
  if (!how.isRemembered && how.reason !== 'first-party') return { remember: false };
  return { remember: true, remember_for: policy.consentRememberSeconds };
}

/** The answer to a consent request. Claims have to be said each time: the server repeats none. */
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
 * What the app is told when it asked not to show a page, but the person has to pass one first
 * (OpenID Connect Core 3.1.2.6).
 */
export const interactionRequired: Reject = {
  error: 'interaction_required',
  error_description: 'The resource owner has to see a page first',
};

/** What the app is told when the person says no (RFC 6749, section 4.1.2.1). */
export const consentDenied: Reject = {
  error: 'access_denied',
  error_description: 'The resource owner denied the request',
};
