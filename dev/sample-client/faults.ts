import { AuthorizationResponseError, ClientError, ResponseBodyError } from 'openid-client';

/** An error of the protocol, and what it means in plain words. */
export interface Fault {
  code: string;
  description: string;
  meaning: string;
}

/** Errors of the authorization and the token endpoint, of Hydra, and of this app itself. */
const meanings: Record<string, string> = {
  access_denied: 'Somebody said no: you, or the server for you. This app got nothing.',
  login_required: 'The app asked for a silent sign-in, but nobody is signed in any more.',
  consent_required: 'The app asked for a silent sign-in, but you have not allowed it yet.',
  interaction_required: 'The app asked for a silent sign-in, but you need to answer a question.',
  request_forbidden:
    'The browser came back without its cookie: another tab came in between, or cookies are blocked. Start again, in one tab.',
  request_unauthorized: 'The sign-in took too long. Start again.',
  invalid_scope: 'The app asked for a scope that it is not registered for.',
  invalid_request: 'The server did not understand what the app sent.',
  invalid_client: 'The server does not know the app, or the secret was wrong.',
  invalid_grant: 'The code was used before, or it is too old.',
  unauthorized_client: 'The app may not sign people in this way.',
  server_error: 'The server had an error of its own.',
  temporarily_unavailable: 'The server is too busy. Try again later.',
  expired_token: 'The code on the TV is too old. Ask for a new one.',
  state_unknown:
    'This browser did not start this sign-in. The response is ignored: somebody else may have made the link.',
  answer_refused: 'The response does not match what the app asked for, so it is refused.',
  server_unreachable: 'The app could not reach the server to get the tokens.',
};

export function faultOf(code: string, description = ''): Fault {
  const meaning = meanings[code] ?? 'The server did not say what that means.';
  return { code, description, meaning };
}

/** A code for the terminal: whoever made the link may have written anything into it. */
export function printable(code: string): string {
  return /^\w{1,40}$/.test(code) ? code : 'an error without a proper name';
}

/** What went wrong between this app and the OAuth2 server; anything else is thrown again. */
export function readFault(error: unknown): Fault {
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    return faultOf(error.error, error.error_description);
  }
  if (error instanceof ClientError) return faultOf('answer_refused', error.message);
  if (error instanceof TypeError) return faultOf('server_unreachable', error.message);
  throw error;
}
