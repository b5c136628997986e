import type { Rejection } from './flow.ts';

/** An error as OAuth2 writes it: `{error, error_description}` and an HTTP status. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  /** The value of `error`; may contain blanks. */
  readonly code: string;
  readonly status: number;

  constructor(code: string, status: number, description: string) {
    super(description);
    this.code = code;
    this.status = status;
  }

  toJSON() {
    return { error: this.code, error_description: this.message };
  }
}

/** What the app told the client, as an error. */
export function asError({ code, status, description }: Rejection): ProtocolError {
  return new ProtocolError(code, status, description);
}

const known = {
  invalid_request: [400, 'The request lacks something, or something in it is malformed.'],
  invalid_client: [401, 'The client is unknown or did not prove who it is.'],
  invalid_grant: [400, 'The grant is unknown, used, expired, revoked or of another client.'],
  invalid_scope: [400, 'A requested scope is unknown or not allowed.'],
  invalid_state: [400, 'The state is missing or too short to be hard to guess.'],
  insufficient_entropy: [400, 'A value that must be hard to guess is not.'],
  unauthorized_client: [400, 'The client may not use this grant type.'],
  unsupported_response_type: [400, 'This response type is not supported.'],
  unsupported_response_mode: [400, 'This response mode is not supported.'],
  registration_not_supported: [400, 'The registration parameter is not supported.'],
  access_denied: [403, 'The request was denied.'],
  request_forbidden: [403, 'The request is not allowed in this browser.'],
  request_unauthorized: [401, 'The request could not be authorized.'],
  login_required: [400, 'A person must sign in.'],
  consent_required: [400, 'A person must consent.'],
  authorization_pending: [400, 'Nobody has answered the request yet.'],
  expired_token: [400, 'The device code has expired.'],
  invalid_client_metadata: [400, 'A member of the client has a value that is not allowed.'],
  invalid_redirect_uri: [400, 'A redirect address of the client is not allowed.'],
  error: [500, 'The server cannot tell what went wrong.'],
  'Not Found': [404, 'There is no such thing.'],
  'Bad Request': [400, ''],
  Conflict: [409, 'It was answered before.'],
  'Unable to locate the resource': [404, ''],
  'Unable to insert or update resource because a resource with that value exists already': [
    409,
    '',
  ],
  'The request was malformed or contained invalid parameters': [400, ''],
} as const;

/**
 * An error that the protocol knows by name.
 * @param detail a sentence that is put after the general one
 */
export function fault(code: keyof typeof known, detail = ''): ProtocolError {
  const [status, sentence] = known[code];
  return new ProtocolError(code, status, [sentence, detail].filter(Boolean).join(' '));
}
