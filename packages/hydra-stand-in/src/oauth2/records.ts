import type { Claims } from '@portico/hydra-admin';
import type { Client } from './client.ts';
import { ExpiringMap } from './expiring-map.ts';
import type { Flow } from './flow.ts';

/** A sign-in, after which the browser may be remembered. */
export interface LoginSession {
  id: string;
  subject: string;
  isRemembered: boolean;
  /** Whole seconds since 1970. */
  authenticatedAt: number;
}

/** What somebody allowed a client: the source of its tokens. Times are whole seconds since 1970. */
export interface Grant {
  id: string;
  clientId: string;
  subject: string;
  scope: string[];
  audience: string[];
  /** What introspection shows under `ext`. */
  accessTokenClaims: Claims | null;
  /** All of the ID token but what depends on the moment it is made. */
  idTokenClaims: Claims;
}

export interface AuthorizationCode {
  grant: Grant;
  redirectUri: string | null;
  codeChallenge: string | null;
  /** Claims of the ID token that those after a refresh lack. */
  firstClaims: Claims;
  isUsed: boolean;
}

export interface Token {
  grant: Grant;
  issuedAt: number;
  expiresAt: number;
}

export interface RefreshToken extends Token {
  /** The access token that was given along with it. */
  accessToken: string;
  isUsed: boolean;
}

/** One `POST /oauth2/device/auth` (RFC 8628 3.2). */
export interface DeviceRequest {
  id: string;
  clientId: string;
  userCode: string;
  scope: string[];
  audience: string[];
  expiresAt: number;
  /** Once the person's consent has come back. */
  grant?: Grant;
}

export interface Logout {
  challenge: string;
  verifier: string;
  subject: string;
  sessionId: string;
  /** Path and query only. */
  requestUrl: string;
  isRpInitiated: boolean;
  client: Client | null;
  redirectTo: string;
  requestedAt?: number;
  expiresAt?: number;
  answer?: 'accepted' | 'rejected';
  isUsed: boolean;
}

/** All that the stand-in remembers. Nothing outlives the process. */
export type Records = ReturnType<typeof createRecords>;

/** @param now milliseconds since 1970 */
export function createRecords(now: () => number) {
  return {
    clients: new Map<string, Client>(),
    loginSessions: new ExpiringMap<LoginSession>(now),
    /** Flows whose accepted consent came back, by flow. */
    consents: new ExpiringMap<Flow>(now),
    /** Flows whose consent came back and counts, accepted or not. */
    finishedConsents: new ExpiringMap<true>(now),
    codes: new ExpiringMap<AuthorizationCode>(now),
    accessTokens: new ExpiringMap<Token>(now),
    refreshTokens: new ExpiringMap<RefreshToken>(now),
    /** By device code. */
    deviceRequests: new ExpiringMap<DeviceRequest>(now),
    /** By challenge. */
    logouts: new ExpiringMap<Logout>(now),
  };
}

/** Makes every token of these grants inactive. */
export function revokeGrants(records: Records, isMeant: (grant: Grant) => boolean): void {
  const isTokenMeant = ({ grant }: { grant: Grant }) => isMeant(grant);
  records.codes.deleteWhere(isTokenMeant);
  records.accessTokens.deleteWhere(isTokenMeant);
  records.refreshTokens.deleteWhere(isTokenMeant);
}
