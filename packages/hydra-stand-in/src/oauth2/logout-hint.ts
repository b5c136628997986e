import { setQuery } from './address.ts';
import type { Client } from './client.ts';
import { seconds, type Context } from './context.ts';
import { fault } from './protocol-error.ts';

/** What a client says about the sign-out that it wants (RP-Initiated Logout 2). */
export interface LogoutHint {
  client: Client;
  sessionId: string;
  redirectTo: string;
}

/**
 * @param parameters with an `id_token_hint`; that token may have expired
 * @throws ProtocolError
 */
export async function readLogoutHint(
  context: Context,
  parameters: URLSearchParams,
): Promise<LogoutHint> {
  const claims = await context.keys.verify(parameters.get('id_token_hint') ?? '');
  if (!claims) throw fault('invalid_request', 'The id_token_hint is not a token of this server.');
  const { iss, iat, sid, sub, aud } = claims;
  if (iss !== context.urls.issuer) throw fault('invalid_request', 'The hint is of another issuer.');
  if (typeof iat !== 'number' || iat > seconds(context)) {
    throw fault('invalid_request', 'The hint is of the future.');
  }
  if (typeof sid !== 'string' || !sid || typeof sub !== 'string' || !sub) {
    throw fault('invalid_request', 'The hint has no sid or no sub.');
  }
  const [clientId] = [aud].flat();
  const client = context.records.clients.get(String(clientId));
  if (!client) throw fault('error', 'The client of the hint is unknown.');
  return { client, sessionId: sid, redirectTo: redirectOf(context, client, parameters) };
}

function redirectOf(context: Context, client: Client, parameters: URLSearchParams): string {
  const wanted = parameters.get('post_logout_redirect_uri');
  if (!wanted) return context.urls.loggedOut;
  if (!client.post_logout_redirect_uris?.includes(wanted)) {
    throw fault('invalid_request', 'The post_logout_redirect_uri is not registered.');
  }
  const state = parameters.get('state');
  return state ? setQuery(wanted, { state }) : wanted;
}
