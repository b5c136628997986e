import { createHash, randomUUID } from 'node:crypto';
import { forbiddenScope } from './allowed.ts';
import { audiencesOf, checkAllowed } from './authorization-request.ts';
import { isPublic, mayUseGrant, words, type Client } from './client.ts';
import { seconds, type Context } from './context.ts';
import { checkNonce } from './grant.ts';
import { fault } from './protocol-error.ts';
import { revokeGrants } from './records.ts';
import { issueTokens, type TokenResponse } from './tokens.ts';

type GrantHandler = (
  context: Context,
  client: Client,
  form: URLSearchParams,
) => Promise<TokenResponse>;

/** What each `grant_type` of the token endpoint does. All throw ProtocolError. */
export const grantTypes: Record<string, GrantHandler> = {
  authorization_code: exchangeCode,
  refresh_token: refresh,
  client_credentials: clientCredentials,
  'urn:ietf:params:oauth:grant-type:device_code': exchangeDeviceCode,
};

/** OAuth 2.0 4.1.3. A code that comes twice ends what it gave the first time. */
async function exchangeCode(context: Context, client: Client, form: URLSearchParams) {
  demandGrantType(client, 'authorization_code');
  const text = form.get('code') ?? '';
  const code = context.records.codes.get(text);
  if (!code) throw fault('invalid_grant');
  if (code.isUsed) {
    revokeTokens(context, code.grant.id);
    throw fault('invalid_grant', 'The code has been used already.');
  }
  if (code.grant.clientId !== client.client_id) throw fault('invalid_grant');
  if (code.redirectUri && code.redirectUri !== form.get('redirect_uri')) {
    throw fault('invalid_grant', 'The redirect_uri is not that of the authorization request.');
  }
  if (!fitsChallenge(form.get('code_verifier') ?? '', code.codeChallenge)) {
    // There is one try: whoever holds the code without its verifier gets no second one.
    context.records.codes.delete(text);
    throw fault('invalid_grant', 'The code_verifier does not fit the code_challenge.');
  }
  const { grant, firstClaims } = code;
  if (grant.scope.includes('openid')) checkNonce(grant);
  code.isUsed = true;
  return issueTokens(context, { grant, client, firstClaims }, 'authorization_code');
}

/** RFC 7636 4.6. A verifier without a challenge is as wrong as a challenge without a verifier. */
function fitsChallenge(verifier: string, challenge: string | null): boolean {
  if (!challenge || !verifier) return !challenge && !verifier;
  const isWellFormed = /^[\w.~-]{43,128}$/.test(verifier);
  return isWellFormed && createHash('sha256').update(verifier).digest('base64url') === challenge;
}

/**
 * OAuth 2.0 6. Each refresh token is good for once; its reuse ends the whole grant (RFC 6819
 * 5.2.2.3).
 */
async function refresh(context: Context, client: Client, form: URLSearchParams) {
  demandGrantType(client, 'refresh_token');
  const token = context.records.refreshTokens.get(form.get('refresh_token') ?? '');
  if (!token) throw fault('invalid_grant', 'The refresh token is unknown or expired.');
  const { grant } = token;
  if (token.isUsed) {
    revokeTokens(context, grant.id);
    throw fault('invalid_grant', 'The refresh token has been used already.');
  }
  if (grant.clientId !== client.client_id) throw fault('invalid_grant');
  const lost = forbiddenScope(words(client.scope), grant.scope);
  if (lost !== undefined)
    throw fault('invalid_scope', `The client may not have "${lost}" any more.`);
  token.isUsed = true;
  context.records.accessTokens.delete(token.accessToken);
  return issueTokens(context, { grant, client }, 'refresh_token');
}

/** OAuth 2.0 4.4. */
async function clientCredentials(context: Context, client: Client, form: URLSearchParams) {
  const scope = words(form.get('scope'));
  const audience = audiencesOf(form);
  checkAllowed(client, scope, audience);
  if (isPublic(client)) throw fault('invalid_grant', 'The client has no credentials.');
  demandGrantType(client, 'client_credentials');
  const subject = client.client_id;
  const grant = {
    id: randomUUID(),
    clientId: subject,
    subject,
    scope,
    audience,
    accessTokenClaims: null,
    idTokenClaims: { iss: context.urls.issuer, iat: seconds(context), aud: [subject] },
  };
  return issueTokens(context, { grant, client }, 'client_credentials');
}

/**
 * RFC 8628 3.4. An unanswered code stays pending beyond its end; the device must watch the clock.
 */
async function exchangeDeviceCode(context: Context, client: Client, form: URLSearchParams) {
  demandGrantType(client, 'urn:ietf:params:oauth:grant-type:device_code');
  const code = form.get('device_code') ?? '';
  const request = context.records.deviceRequests.get(code);
  if (!request) throw fault('invalid_grant');
  const { grant } = request;
  if (!grant) throw fault('authorization_pending');
  if (request.expiresAt < seconds(context)) throw fault('expired_token');
  if (request.clientId !== client.client_id) throw fault('invalid_grant');
  context.records.deviceRequests.delete(code);
  return issueTokens(context, { grant, client }, 'device_authorization');
}

function demandGrantType(client: Client, grantType: string): void {
  if (mayUseGrant(client, grantType)) return;
  throw fault('unauthorized_client', `The client is not registered for "${grantType}".`);
}

function revokeTokens(context: Context, grantId: string): void {
  revokeGrants(context.records, (grant) => grant.id === grantId);
}
