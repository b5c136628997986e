import { randomBytes } from 'node:crypto';
import type { Claims, Json, OidcContext } from '@portico/hydra-admin';
import type { Client } from './client.ts';

/**
 * One authorization, from the request to the client's answer. It is a value: a challenge or
 * verifier holds a copy of it as it was when that text was made, and an answer makes a new copy.
 */
export interface Flow {
  id: string;
  /** Only where challenges are kept: the one that the login page saw. */
  loginChallenge?: string;
  /** Whole seconds since 1970. */
  requestedAt: number;
  requestUrl: string;
  /** As it was when the flow began, without its secret. */
  client: Client;
  requestedScope: string[];
  requestedAudience: string[];
  /** `null` in a device flow. */
  oidcContext: OidcContext | null;
  /** Only in a device flow: the device request that is being answered. */
  deviceRequestId?: string;
  login: LoginStage;
  consent?: ConsentStage;
}

export interface LoginStage {
  csrf: string;
  skip: boolean;
  subject: string;
  sessionId: string;
  /** Whole seconds since 1970; 0 until somebody has signed in. */
  authenticatedAt: number;
  accepted?: AcceptedLogin;
  rejected?: Rejection;
}

export interface AcceptedLogin {
  remember: boolean;
  rememberSeconds: number;
  extendSession: boolean;
  acr: string;
  amr: string[];
  context: Json;
}

export interface ConsentStage {
  /** Also the id of the grant that comes of it. */
  id: string;
  csrf: string;
  skip: boolean;
  accepted?: AcceptedConsent;
  rejected?: Rejection;
}

export interface AcceptedConsent {
  scope: string[];
  audience: string[];
  session: { access_token: Claims | null; id_token: Claims | null };
  remember: boolean;
  /** 0 is for ever. */
  rememberSeconds: number;
  context: Json;
  /** Whole seconds since 1970. */
  handledAt: number;
  /** What lists show: where challenges are kept the one that was answered, else one of no use. */
  challenge: string;
}

/** What the app wants the client to be told. */
export interface Rejection {
  code: string;
  status: number;
  description: string;
}

/** A device flow before its user code is known. */
export interface DeviceStep {
  requestedAt: number;
  requestUrl: string;
  csrf: string;
  /** Once the user code is accepted. */
  deviceRequestId?: string;
  clientId?: string;
}

/** 32 hexadecimal digits, as the real server numbers its records. */
export function newId(): string {
  return randomBytes(16).toString('hex');
}
