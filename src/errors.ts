import { HydraError, type HydraErrorKind } from '@portico/hydra-admin';
import { IdentityError, type IdentityErrorKind } from './identity/backend.ts';
import { StateError } from './state/state-error.ts';
import type { AppView } from './clients/app-view.ts';

/** Every fault that has a page, with its HTTP status. Its words: `error.<code>.…` in `views/locales`. */
export const statusOf = {
  decision_unknown: 400,
  challenge_missing: 400,
  request_malformed: 400,
  form_expired: 403,
  cookies_blocked: 403,
  account_unknown: 403,
  challenge_elsewhere: 403,
  departure_unknown: 403,
  challenge_unknown: 404,
  page_unknown: 404,
  method_unknown: 405,
  challenge_used: 409,
  challenge_expired: 410,
  form_too_large: 413,
  challenge_too_long: 414,
  too_many_attempts: 429,
  oauth2_server_limited: 429,
  headers_too_large: 431,
  unexpected: 500,
  oauth2_server_down: 502,
  oauth2_server_nonsense: 502,
  busy: 503,
  oauth2_server_unavailable: 503,
  user_store_down: 503,
  oauth2_server_slow: 504,
} as const;

export type ErrorCode = keyof typeof statusOf;

const codeOfHydraError = {
  bad_request: 'challenge_unknown',
  unknown: 'challenge_unknown',
  expired: 'challenge_expired',
  conflict: 'challenge_used',
  gone: 'challenge_used',
  unsupported: 'oauth2_server_nonsense',
  route_unknown: 'oauth2_server_nonsense',
  refused: 'oauth2_server_down',
  limited: 'oauth2_server_limited',
  unavailable: 'oauth2_server_unavailable',
  down: 'oauth2_server_down',
  slow: 'oauth2_server_slow',
  nonsense: 'oauth2_server_nonsense',
} as const satisfies Record<HydraErrorKind, ErrorCode>;

const codeOfIdentityError = {
  busy: 'busy',
  down: 'user_store_down',
} as const satisfies Record<IdentityErrorKind, ErrorCode>;

/** What an error page can offer. Nothing here is required: a button without a target is left out. */
export interface WayForward {
  /** Where the sign-in can start again: the address of the original authorization request. */
  startAgain?: string | undefined;
  /** Where the same can be tried once more, if it is not the same address. */
  tryAgain?: string | undefined;
  /** The app that sent the person here. */
  app?: AppView | undefined;
  /** Seconds until another attempt makes sense. */
  retryAfterSeconds?: number | undefined;
}

/** A fault that the person should know about; `screens/error-handler.ts` renders its page. */
export class PublicError extends Error {
  override readonly name = 'PublicError';
  readonly code: ErrorCode;
  readonly way: WayForward;

  constructor(code: ErrorCode, way: WayForward = {}, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.way = way;
  }
}

/** The code whose page an error gets; `undefined` when it has none of its own and must be logged in full. */
export function publicCodeOf(error: unknown): ErrorCode | undefined {
  if (error instanceof PublicError) return error.code;
  if (error instanceof HydraError) return codeOfHydraError[error.kind];
  if (error instanceof IdentityError) return codeOfIdentityError[error.kind];
  if (error instanceof StateError) return 'user_store_down';
  return undefined;
}

/** How many seconds the server or the user store wants to be left alone, if it says so. */
export function waitOf(error: unknown): number | undefined {
  const isTold = error instanceof HydraError || error instanceof IdentityError;
  return isTold ? error.retryAfterSeconds : undefined;
}
