/**
 * What can go wrong with a call of the admin API:
 * - `bad_request`: a 400, or a call that no server would accept, so it was not sent;
 * - `unknown`: a 404, the server has no such record;
 * - `expired`: a 401 of the server, the challenge is too old;
 * - `conflict`: a 409;
 * - `gone`: a 410, the challenge was answered before; `redirectTo` is where the browser should go;
 * - `unsupported`: this version of the server cannot do it, so it was not sent;
 * - `route_unknown`: a 404, the server has no such operation (wrong address or version);
 * - `refused`: any other 4xx, mostly of a gateway in front of the server (401, 403);
 * - `limited`: a 429, mostly of a gateway: too many calls; `retryAfterSeconds` may say how long to wait;
 * - `unavailable`: a 503: the server or its gateway asks to come back later, as above;
 * - `down`: no connection, a broken connection or any other 5xx;
 * - `slow`: no complete answer in time;
 * - `nonsense`: a malformed answer.
 */
export type HydraErrorKind =
  | 'bad_request'
  | 'unknown'
  | 'expired'
  | 'conflict'
  | 'gone'
  | 'unsupported'
  | 'route_unknown'
  | 'refused'
  | 'limited'
  | 'unavailable'
  | 'down'
  | 'slow'
  | 'nonsense';

/**
 * Turns a `HydraError` into `undefined`, for calls that the caller can do without.
 * @throws any other error
 */
export function undefinedIfHydraError(error: unknown): undefined {
  if (!(error instanceof HydraError)) throw error;
}

/**
 * The one error of this package. Its message is for the log; it holds no challenge and no token.
 */
export class HydraError extends Error {
  override readonly name = 'HydraError';
  readonly kind: HydraErrorKind;
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined;
  /** Only with `gone`: an address, http(s) or relative. */
  readonly redirectTo: string | undefined;
  /** Only with `limited` and `unavailable`, if the answer said so: 1 to 3600. */
  readonly retryAfterSeconds: number | undefined;
  /** True if the call may have changed something although no answer says so. */
  readonly mayBeDone: boolean;

  constructor(
    kind: HydraErrorKind,
    message: string,
    more: {
      status?: number | undefined;
      redirectTo?: string | undefined;
      retryAfterSeconds?: number | undefined;
      mayBeDone?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
    this.redirectTo = more.redirectTo;
    this.retryAfterSeconds = more.retryAfterSeconds;
    this.mayBeDone = more.mayBeDone ?? false;
  }
}
