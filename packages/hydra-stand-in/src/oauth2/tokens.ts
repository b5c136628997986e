import { createHash, randomUUID } from 'node:crypto';
import type { Claims } from '@portico/hydra-admin';
import { mayUseGrant, type Client } from './client.ts';
import { seconds, type Context } from './context.ts';
import { nanosecondsIn } from './duration.ts';
import { newToken } from './random.ts';
import type { Grant, Token } from './records.ts';

/** The answer of the token endpoint (OAuth 2.0 5.1, OpenID Connect Core 3.1.3.3). */
export interface TokenResponse {
  access_token: string;
  expires_in: number;
  id_token?: string;
  refresh_token?: string;
  scope: string;
  token_type: 'bearer';
}

type GrantType =
  | 'authorization_code'
  | 'implicit'
  | 'refresh_token'
  | 'client_credentials'
  | 'device_authorization';

/**
 * Makes the tokens of a grant: a refresh token if it has been allowed, an ID token for `openid`.
 */
export async function issueTokens(
  context: Context,
  { grant, client, firstClaims }: { grant: Grant; client: Client; firstClaims?: Claims },
  grantType: GrantType,
): Promise<TokenResponse> {
  const { records, lifetimes } = context;
  const lifespan = (kind: string, usual: number) =>
    lifespanOf(client, `${grantType}_grant_${kind}_token_lifespan`, usual);
  const accessLifespan = lifespan('access', lifetimes.token);
  const accessToken = newToken('at');
  records.accessTokens.set(accessToken, newRecord(context, grant, accessLifespan), accessLifespan);
  const response: TokenResponse = {
    access_token: accessToken,
    expires_in: accessLifespan,
    scope: grant.scope.join(' '),
    token_type: 'bearer',
  };
  // Nobody signed in: there is nobody to tell of, and nothing to refresh.
  if (grantType === 'client_credentials') return response;
  if (grant.scope.includes('openid')) {
    const own = { ...firstClaims, at_hash: leftHashOf(accessToken) };
    response.id_token = await signIdToken(context, { grant, client, own }, grantType);
  }
  if (mayRefresh(client, grant)) {
    const refreshLifespan = lifespan('refresh', lifetimes.refreshToken);
    const token = { ...newRecord(context, grant, refreshLifespan), accessToken, isUsed: false };
    response.refresh_token = newToken('rt');
    records.refreshTokens.set(response.refresh_token, token, refreshLifespan);
  }
  return response;
}

function newRecord(context: Context, grant: Grant, lifespan: number): Token {
  const issuedAt = seconds(context);
  return { grant, issuedAt, expiresAt: issuedAt + lifespan };
}

function mayRefresh(client: Client, { scope }: Grant): boolean {
  const isAllowed = scope.includes('offline_access') || scope.includes('offline');
  return isAllowed && mayUseGrant(client, 'refresh_token');
}

/** The ID token of a grant (OpenID Connect Core 2), with claims of its `own`. */
export function signIdToken(
  context: Context,
  { grant, client, own }: { grant: Grant; client: Client; own: Claims },
  grantType: GrantType,
): Promise<string> {
  const now = seconds(context);
  const { token: usual } = context.lifetimes;
  return context.keys.sign({
    ...grant.idTokenClaims,
    ...own,
    exp: now + lifespanOf(client, `${grantType}_grant_id_token_lifespan`, usual),
    iat: now,
    jti: randomUUID(),
  });
}

/** What ties a code or access token to an ID token (OpenID Connect Core 3.3.2.11). */
export function leftHashOf(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}

/** A lifespan that the client has of its own, such as `1h30m0s`, in whole seconds. */
function lifespanOf(client: Client, name: `${string}_lifespan`, usual: number): number {
  const own = nanosecondsIn(client[name] ?? '');
  return own === undefined ? usual : Math.floor(own / 1e9);
}
