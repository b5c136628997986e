import { seconds, type Context } from './context.ts';
import type { ConsentedFlow } from './consent-step.ts';
import { fault } from './protocol-error.ts';
import type { Grant } from './records.ts';

/** What the tokens of a consented flow are made of. */
export function grantOf(
  context: Context,
  { login, consent, requestedAt }: ConsentedFlow,
  { clientId, nonce }: { clientId: string; nonce: string | null },
): Grant {
  const { acr, amr } = login.accepted ?? {};
  return {
    id: consent.id,
    clientId,
    subject: login.subject,
    scope: consent.accepted.scope,
    audience: consent.accepted.audience,
    accessTokenClaims: consent.accepted.session.access_token,
    idTokenClaims: {
      ...withoutProtected(consent.accepted.session.id_token),
      iss: context.urls.issuer,
      sub: login.subject,
      aud: [clientId],
      iat: seconds(context),
      auth_time: login.authenticatedAt,
      rat: requestedAt,
      sid: login.sessionId,
      ...(acr && { acr }),
      ...(amr?.length && { amr }),
      ...(nonce && { nonce }),
    },
  };
}

const leastNonceLength = 8;

/**
 * A nonce may be missing, but not short (OpenID Connect Core 15.5.2).
 * @throws ProtocolError
 */
export function checkNonce({ idTokenClaims: { nonce } }: Grant): void {
  if (typeof nonce !== 'string' || nonce.length >= leastNonceLength) return;
  throw fault('insufficient_entropy', `The nonce has less than ${leastNonceLength} characters.`);
}

/** Claims that only the server may set: the app's are dropped even where the server has none. */
const protectedClaims = new Set(
  'sub iss aud iat exp jti auth_time nonce acr amr at_hash c_hash rat sid'.split(' '),
);

function withoutProtected(claims: object | null) {
  return Object.fromEntries(
    Object.entries(claims ?? {}).filter(([name]) => !protectedClaims.has(name)),
  );
}
