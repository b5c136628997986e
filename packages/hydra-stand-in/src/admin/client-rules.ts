import type { Client } from '../oauth2/client.ts';
import type { Profile } from '../oauth2/profile.ts';
import { fault } from '../oauth2/protocol-error.ts';

const pageAddresses = ['tos_uri', 'policy_uri', 'logo_uri', 'client_uri'] as const;

/**
 * Refuses what the real server refuses, and nothing more: unknown grant types or odd ids pass.
 * @throws ProtocolError
 */
export function checkClient(client: Client, { has }: Profile): void {
  const refuse = (detail: string) => fault('invalid_client_metadata', detail);
  const { client_secret: secret, token_endpoint_auth_method: method, jwks_uri: jwksUri } = client;
  const hasKeys = Object.keys(client.jwks ?? {}).length > 0;
  if (method === 'private_key_jwt' && !hasKeys && !jwksUri) throw refuse('There are no keys.');
  if (hasKeys && jwksUri) throw refuse('Only one of jwks and jwks_uri may be given.');
  if (secret && secret.length < 6) throw refuse('The client_secret is too short.');
  for (const name of has.checkedClientUris ? pageAddresses : []) {
    if (client[name] && !isWebAddress(client[name])) throw refuse(`The ${name} is no web address.`);
  }
  if (!['none', 'RS256'].includes(client.userinfo_signed_response_alg)) {
    throw refuse('The userinfo_signed_response_alg is unknown.');
  }
  // Nobody asks what stands there: pairwise subjects are not offered.
  if (client.sector_identifier_uri) throw refuse('The sector_identifier_uri cannot be read.');
  if (client.subject_type !== 'public') throw refuse('The subject_type is not supported.');
  if (!['', 'jwt', 'opaque'].includes(client.access_token_strategy ?? '')) {
    throw refuse('The access_token_strategy is unknown.');
  }
  client.allowed_cors_origins = client.allowed_cors_origins.map(checkOrigin);
  checkRedirectUris(client);
}

function checkRedirectUris(client: Client): void {
  const redirectUris = client.redirect_uris ?? [];
  for (const uri of redirectUris) {
    if (uri.includes('#')) throw fault('invalid_redirect_uri', 'No fragment is allowed.');
    if (!isReference(uri)) throw fault('invalid_redirect_uri', `"${uri}" cannot be read.`);
  }
  const origins = new Set(redirectUris.map(originOf));
  for (const uri of client.post_logout_redirect_uris ?? []) {
    if (!isReference(uri) || !origins.has(originOf(uri))) {
      throw fault('invalid_client_metadata', `"${uri}" is not where a redirect address is.`);
    }
  }
}

/** An absolute address, a path, or a star: even these are taken. */
function isReference(uri: string): boolean {
  return uri.startsWith('/') || uri === '*' || URL.canParse(uri);
}

/** Also for schemes that `URL` has no origin for. */
function originOf(uri: string): string {
  if (!URL.canParse(uri)) return '';
  const { protocol, host } = new URL(uri);
  return `${protocol}//${host}`;
}

function isWebAddress(uri: string): boolean {
  return URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol);
}

function checkOrigin(text: string): string {
  const origin = text.replace(/\/+$/, '');
  if (isWebAddress(origin) && new URL(origin).origin === origin) return origin;
  throw fault('invalid_client_metadata', `"${text}" is no origin.`);
}
