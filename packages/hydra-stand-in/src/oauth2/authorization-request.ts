import { allowedRedirectUri, forbiddenAudience, forbiddenScope } from './allowed.ts';
import { words, type Client } from './client.ts';
import type { Context } from './context.ts';
import { fault } from './protocol-error.ts';
import { responseModes, type ReplyTo } from './reply.ts';
import { readResponseType, type ResponseType } from './response-types.ts';

/** A request of `/oauth2/auth` that may go on (OAuth 2.0 4.1.1). */
export interface AuthorizationRequest {
  client: Client;
  redirectUri: string;
  responseType: ResponseType;
  scope: string[];
  audience: string[];
  parameters: URLSearchParams;
}

const leastStateLength = 8;

/**
 * @param to is filled on the way, so that an error goes where the client wants it
 * @throws ProtocolError
 */
export function readAuthorizationRequest(
  context: Context,
  parameters: URLSearchParams,
  to: ReplyTo,
): AuthorizationRequest {
  to.state = parameters.get('state') ?? '';
  const client = context.records.clients.get(parameters.get('client_id') ?? '');
  if (!client) throw fault('invalid_client', 'There is no such client.');
  const scope = words(parameters.get('scope'));
  if (scope.includes('openid') && (parameters.get('request') || parameters.get('request_uri'))) {
    throw fault('invalid_request', 'Request objects are not supported.');
  }
  readResponseMode(parameters, to);
  const redirectUri = readRedirectUri(client, parameters);
  to.redirectUri = redirectUri;

  const audience = audiencesOf(parameters);
  checkAllowed(client, scope, audience);
  if (parameters.get('registration')) throw fault('registration_not_supported');
  const responseType = readResponseType(client, parameters);
  // An ID token is not for the logs, where a query ends up.
  if (responseType !== 'code' && !parameters.get('response_mode')) to.responseMode = 'fragment';
  if (to.state.length < leastStateLength) {
    throw fault('invalid_state', `It must have ${leastStateLength} characters or more.`);
  }
  return { client, redirectUri, responseType, scope, audience, parameters };
}

/** One parameter with blanks, or several parameters. */
export function audiencesOf(parameters: URLSearchParams): string[] {
  const given = parameters.getAll('audience');
  return given.length > 1 ? given.filter(Boolean) : words(given[0]);
}

/** @throws ProtocolError when the client may not ask for one of these */
export function checkAllowed(client: Client, scope: string[], audience: string[]): void {
  const badScope = forbiddenScope(words(client.scope), scope);
  if (badScope !== undefined) {
    throw fault('invalid_scope', `The client may not ask for "${badScope}".`);
  }
  const badAudience = forbiddenAudience(client.audience, audience);
  if (badAudience !== undefined) {
    throw fault('invalid_request', `The client may not ask for the audience "${badAudience}".`);
  }
}

function readResponseMode(parameters: URLSearchParams, to: ReplyTo): void {
  const given = parameters.get('response_mode') || 'query';
  const responseMode = responseModes.find((mode) => mode === given);
  if (!responseMode) throw fault('unsupported_response_mode', `It was "${given}".`);
  to.responseMode = responseMode;
}

function readRedirectUri(client: Client, parameters: URLSearchParams): string {
  const given = parameters.get('redirect_uri');
  if (!given && words(parameters.get('scope')).includes('openid')) {
    throw fault('invalid_request', 'With the scope openid, redirect_uri is required.');
  }
  const redirectUri = allowedRedirectUri(client.redirect_uris ?? [], given);
  if (redirectUri === undefined) {
    throw fault('invalid_request', 'The redirect_uri is not one that the client has registered.');
  }
  return redirectUri;
}
