/**
 * What can go wrong between us and the admin API:
 * - `bad_request`: a 400, or a call that makes no sense and was not sent;
 * - `unknown` (404 of a record), `expired` (401), `conflict` (409);
 * - `gone` (410): answered before; `redirectTo` says where the browser should go;
 * - `unsupported`: this version of the server has no such thing; it was not asked for;
 * - `route_unknown`: the server has no such operation (wrong prefix or version);
 * - `refused`: any other 4xx, as a gateway in front gives (401 or 403 without a challenge, 429);
 * - `down`: connection refused or reset, or a 5xx; `slow`: no whole answer in time;
 * - `nonsense`: an answer that is not what this operation can answer.
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
  | 'down'
  | 'slow'
  | 'nonsense';

/** For what can be done without. @throws any other error */
export function undefinedIfHydraError(error: unknown): undefined {
  if (!(error instanceof HydraError)) throw error;
}

/** The one error of this folder. Its message is for the log and holds no challenge and no token. */
export class HydraError extends Error {
  override readonly name = 'HydraError';
  readonly kind: HydraErrorKind;
  /** HTTP status, when there was an answer. */
  readonly status: number | undefined;
  /** Only with `gone`: http(s) or relative. */
  readonly redirectTo: string | undefined;
  /** It was sent and should change something, but no answer tells whether it has. */
  readonly mayBeDone: boolean;

  constructor(
    kind: HydraErrorKind,
    message: string,
    more: {
      status?: number | undefined;
      redirectTo?: string | undefined;
      mayBeDone?: boolean;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.kind = kind;
    this.status = more.status;
    this.redirectTo = more.redirectTo;
    this.mayBeDone = more.mayBeDone ?? false;
  }
}
