/** CHANGE HERE: what the tokens say about a person. The consent screen shows it before it is allowed. */
import type { Claims } from '@portico/hydra-admin';
import type { StandardClaims, User } from '../identity/backend.ts';
import type { Asked, Grant } from './consent.ts';

type ClaimName = keyof StandardClaims | 'email';

/** The claims that a scope stands for (OpenID Connect Core 5.4). Those of `openid` go to every app. */
const claimsOfScope = new Map<string, ClaimName[]>(
  Object.entries({
    profile: [
      'name',
      'given_name',
      'family_name',
      'middle_name',
      'nickname',
      'preferred_username',
      'profile',
      'picture',
      'website',
      'gender',
      'birthdate',
      'zoneinfo',
      'locale',
      'updated_at',
    ],
    email: ['email', 'email_verified'],
    phone: ['phone_number', 'phone_number_verified'],
    address: ['address'],
  } satisfies Record<string, ClaimName[]>),
);

/** What settings say of claims: `SCOPE_CLAIMS` and `ACCESS_TOKEN_CLAIMS`. */
export interface ClaimsByName {
  /** The claims that a scope opens beside those above. */
  ofScope: ReadonlyMap<string, readonly string[]>;
  /** Which claims go into the access token, too, if a granted scope opens them. */
  inAccessToken: readonly string[];
}

const noSettings: ClaimsByName = { ofScope: new Map(), inAccessToken: [] };

/** Which of them every API can read that introspects the access token: none, unless you need it. */
const alsoInAccessToken = new Set<string>([] satisfies ClaimName[]);

export interface TokenClaims {
  /** Go into the ID token and the userinfo response. */
  id_token: Claims;
  access_token: Claims;
}

/**
 * The claims for tokens, by the scope that opens them. It is asked once for a page with all scopes
 * that the app asks for, and once for an answer with those that are granted. Claims that the person
 * does not have are left out, never `null`.
 * @param user the subject of the consent request
 * @param _asked what the app asked for, and which app it is
 * @param settings see `ClaimsByName`
 */
export async function claimsFor(
  user: User,
  scopes: readonly string[],
  _asked: Asked,
  settings = noSettings,
): Promise<Map<string, TokenClaims>> {
  const known: Claims = { ...user.claims, preferred_username: user.username, ...user };
  const claims = new Map<string, TokenClaims>();
  for (const scope of scopes) {
    const opened: TokenClaims = { id_token: {}, access_token: {} };
    const names = [...(claimsOfScope.get(scope) ?? []), ...(settings.ofScope.get(scope) ?? [])];
    for (const name of names) {
      const value = Object.hasOwn(known, name) ? known[name] : undefined;
      if (value === undefined || value === null) continue;
      opened.id_token[name] = value;
      const isForApis = alsoInAccessToken.has(name) || settings.inAccessToken.includes(name);
      if (isForApis) opened.access_token[name] = value;
    }
    claims.set(scope, opened);
  }
  return claims;
}

/**
 * Whether the app asks for nothing but what it may know of the person: the screen says "share" then.
 * A scope that opens no claims here, and any audience, may let it act in their name.
 */
export function asksForClaimsOnly({ scopes, audiences }: Grant, settings = noSettings): boolean {
  const isClaims = (scope: string) => scope === 'openid' || opensClaims(scope, settings);
  return audiences.length === 0 && scopes.length > 0 && scopes.every(isClaims);
}

/** Whether a scope opens claims, whatever this person has of them. */
export function opensClaims(scope: string, { ofScope }: ClaimsByName = noSettings): boolean {
  const isOfflineAccess = scope === 'offline_access' || scope === 'offline';
  return !isOfflineAccess && (claimsOfScope.has(scope) || ofScope.has(scope));
}

/** What goes into the tokens: the claims of the granted scopes, and no others. */
export function claimsOfGranted(
  scopes: readonly string[],
  claims: ReadonlyMap<string, TokenClaims>,
): TokenClaims {
  const all: TokenClaims = { id_token: {}, access_token: {} };
  for (const scope of scopes) {
    Object.assign(all.id_token, claims.get(scope)?.id_token);
    Object.assign(all.access_token, claims.get(scope)?.access_token);
  }
  return all;
}
