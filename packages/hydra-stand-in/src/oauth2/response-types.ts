import type { Claims } from '@portico/hydra-admin';
import { inOrder, mayUseGrant, mayUseResponseType, type Client } from './client.ts';
import type { Context } from './context.ts';
import { checkNonce } from './grant.ts';
import { fault } from './protocol-error.ts';
import { newToken } from './random.ts';
import type { Grant } from './records.ts';
import { leftHashOf, signIdToken } from './tokens.ts';

/** An authorization request that the person has consented to. */
interface Consented {
  client: Client;
  grant: Grant;
  parameters: URLSearchParams;
}

/** What each `response_type` of the authorization endpoint gives. All throw ProtocolError. */
const handlers = {
  code: giveCode,
  id_token: giveIdToken,
  'code id_token': giveCodeAndIdToken,
};

export type ResponseType = keyof typeof handlers;

/**
 * The response type that a client asks for, whatever the order of its words (OAuth 2.0 3.1.1).
 * @throws ProtocolError when the client did not register it, or it is none of ours
 */
export function readResponseType(client: Client, parameters: URLSearchParams): ResponseType {
  const given = parameters.get('response_type') ?? '';
  const responseType = inOrder(given);
  if (isResponseType(responseType) && mayUseResponseType(client, given)) return responseType;
  throw fault('unsupported_response_type', `The response type was "${given}".`);
}

function isResponseType(text: string): text is ResponseType {
  return Object.hasOwn(handlers, text);
}

/**
 * The parameters that answer the client. What is wrong with its request beyond what the person
 * has to do is told only here, at the end, as by the real server.
 * @throws ProtocolError
 */
export async function respond(
  context: Context,
  responseType: ResponseType,
  consented: Consented,
): Promise<Record<string, string>> {
  return handlers[responseType](context, consented);
}

/** OAuth 2.0 4.1.2. */
function giveCode(context: Context, consented: Consented) {
  const code = newToken('ac');
  keepCode(context, code, { ...consented, firstClaims: firstClaimsOf(consented) });
  return { code, scope: consented.grant.scope.join(' ') };
}

/** The implicit flow without an access token (OpenID Connect Core 3.2.2.5). */
async function giveIdToken(context: Context, consented: Consented) {
  const { client, grant } = consented;
  if (!grant.scope.includes('openid')) {
    throw fault('unsupported_response_type', 'There is no ID token without the scope openid.');
  }
  demandGrantType(client, 'implicit');
  demandNonce(grant);
  const own = firstClaimsOf(consented);
  return { id_token: await signIdToken(context, { client, grant, own }, 'implicit') };
}

/** The hybrid flow without an access token (OpenID Connect Core 3.3.2.5). */
async function giveCodeAndIdToken(context: Context, consented: Consented) {
  const { client, grant } = consented;
  demandNonce(grant);
  demandGrantType(client, 'authorization_code');
  const code = newToken('ac');
  const firstClaims = { ...firstClaimsOf(consented), c_hash: leftHashOf(code) };
  keepCode(context, code, { ...consented, firstClaims });
  if (!grant.scope.includes('openid')) return { code };
  const its = { client, grant, own: firstClaims };
  return { code, id_token: await signIdToken(context, its, 'implicit') };
}

function keepCode(
  context: Context,
  code: string,
  { grant, parameters, firstClaims }: Consented & { firstClaims: Claims },
): void {
  const codeChallenge = parameters.get('code_challenge') || null;
  if (codeChallenge && parameters.get('code_challenge_method') !== 'S256') {
    throw fault('invalid_request', 'The only code_challenge_method is S256.');
  }
  const redirectUri = parameters.get('redirect_uri');
  const record = { grant, redirectUri, codeChallenge, firstClaims, isUsed: false };
  context.records.codes.set(code, record, context.lifetimes.code);
}

/** Whoever asked how the person signed in is told "no special way" when the app names none. */
function firstClaimsOf({ grant, parameters }: Consented): Claims {
  return parameters.get('acr_values') && !grant.idTokenClaims['acr'] ? { acr: '0' } : {};
}

function demandGrantType(client: Client, grantType: string): void {
  if (mayUseGrant(client, grantType)) return;
  throw fault('invalid_grant', `The client is not registered for "${grantType}".`);
}

function demandNonce(grant: Grant): void {
  if (!grant.idTokenClaims['nonce']) throw fault('invalid_request', 'The nonce is missing.');
  checkNonce(grant);
}
