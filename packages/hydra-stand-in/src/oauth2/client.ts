import type { Json } from '@portico/hydra-admin';

/** A registered client, in the words of the admin API (OpenID Connect Dynamic Registration 2). */
export interface Client {
  client_id: string;
  client_name: string;
  client_secret?: string;
  redirect_uris: string[] | null;
  grant_types: string[] | null;
  response_types: string[] | null;
  scope: string;
  audience: string[];
  owner: string;
  policy_uri: string;
  allowed_cors_origins: string[];
  tos_uri: string;
  client_uri: string;
  logo_uri: string;
  contacts: string[] | null;
  client_secret_expires_at: 0;
  sector_identifier_uri?: string;
  subject_type: string;
  jwks: Json;
  jwks_uri?: string;
  token_endpoint_auth_method: string;
  token_endpoint_auth_signing_alg?: string;
  request_uris?: string[];
  request_object_signing_alg?: string;
  userinfo_signed_response_alg: string;
  frontchannel_logout_uri?: string;
  frontchannel_logout_session_required?: true;
  backchannel_logout_uri?: string;
  backchannel_logout_session_required?: true;
  post_logout_redirect_uris?: string[];
  metadata: Json;
  access_token_strategy?: string;
  /** Durations such as `1h30m0s`; `null` is the server's own. */
  [lifespan: `${string}_lifespan`]: string | null;
  skip_consent: boolean;
  skip_logout_consent: boolean | null;
  /** RFC 3339. */
  created_at: string;
  updated_at: string;
}

/** The client as everybody may read it: no secret, and no list that is `null`. */
export function publicView({ client_secret: _secret, ...client }: Client): Client {
  return {
    ...client,
    redirect_uris: client.redirect_uris ?? [],
    grant_types: client.grant_types ?? [],
    response_types: client.response_types ?? [],
    contacts: client.contacts ?? [],
  };
}

export function isPublic(client: Client): boolean {
  return client.token_endpoint_auth_method === 'none';
}

export function mayUseGrant(client: Client, grantType: string): boolean {
  const allowed = client.grant_types?.length ? client.grant_types : ['authorization_code'];
  return allowed.includes(grantType);
}

/** The order of the words in a response type has no meaning (OAuth 2.0 3.1.1). */
export function mayUseResponseType(client: Client, responseType: string): boolean {
  const allowed = client.response_types?.length ? client.response_types : ['code'];
  return allowed.some((type) => inOrder(type) === inOrder(responseType));
}

/** The words of a response type in alphabetical order. */
export function inOrder(responseType: string): string {
  return words(responseType).toSorted().join(' ');
}

/** The parts of a list that is written with blanks. */
export function words(list: string | null | undefined): string[] {
  return list?.split(' ').filter(Boolean) ?? [];
}
