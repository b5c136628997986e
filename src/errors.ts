/** Every fault that a person is told about, with the HTTP status of its page. Texts: `error.<code>` in `views/locales/`. */
export const statusOf = {
  decision_unknown: 400,
  challenge_missing: 400,
  request_malformed: 400,
  form_expired: 403,
  cookies_blocked: 403,
  account_unknown: 403,
  challenge_unknown: 404,
  page_unknown: 404,
  method_unknown: 405,
  challenge_used: 409,
  challenge_expired: 410,
  form_too_large: 413,
  challenge_too_long: 414,
  too_many_attempts: 429,
  headers_too_large: 431,
  unexpected: 500,
  oauth2_server_down: 502,
  oauth2_server_nonsense: 502,
  busy: 503,
  oauth2_server_slow: 504,
} as const;

export type ErrorCode = keyof typeof statusOf;

/** The codes behind the error kinds of `hydra/` and `identity/`, which know nothing of ours. */
const codeOfKind: Record<string, ErrorCode> = {
  'HydraError bad_request': 'challenge_unknown',
  'HydraError unknown': 'challenge_unknown',
  'HydraError expired': 'challenge_expired',
  'HydraError conflict': 'challenge_used',
  'HydraError gone': 'challenge_used',
  'HydraError unsupported': 'oauth2_server_nonsense',
  'HydraError route_unknown': 'oauth2_server_nonsense',
  'HydraError refused': 'oauth2_server_down',
  'HydraError down': 'oauth2_server_down',
  'HydraError slow': 'oauth2_server_slow',
  'HydraError nonsense': 'oauth2_server_nonsense',
  'IdentityError busy': 'busy',
  'IdentityError down': 'unexpected',
};

/** What a page needs to offer a way forward. All optional: a button without a target is left out. */
export interface WayForward {
  /** Where the sign-in can begin again: the address of the original authorization request. */
  startAgain?: string | undefined;
  /** The app that sent the person here. */
  app?: { name: string; initial: string; hue: number; href?: string } | undefined;
  /** Seconds until the next try makes sense. */
  retryAfterSeconds?: number | undefined;
}

/** A fault that the person should know of; `web/error-handler.ts` makes the page. */
export class PublicError extends Error {
  override readonly name = 'PublicError';
  readonly code: ErrorCode;
  readonly way: WayForward;

  constructor(code: ErrorCode, way: WayForward = {}, cause?: unknown) {
    super(code, { cause });
    this.code = code;
    this.way = way;
  }

  get status(): number {
    return statusOf[this.code];
  }
}

/** The public face of an error; `undefined` when it has none and must be logged whole. */
export function publicCodeOf(error: unknown): ErrorCode | undefined {
  if (error instanceof PublicError) return error.code;
  if (!(error instanceof Error) || !('kind' in error)) return undefined;
  return codeOfKind[`${error.name} ${String(error.kind)}`];
}
