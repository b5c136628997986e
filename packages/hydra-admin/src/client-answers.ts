/** Clients, as the admin API shows them. */
import {
  flag,
  listOf,
  maybe,
  object,
  orNull,
  readAs,
  record,
  text,
  texts,
  type Read,
} from './schema.ts';

const clientMembers = {
  client_id: text,
  /** The display name; may be empty. */
  client_name: maybe(text),
  redirect_uris: maybe(orNull(texts)),
  client_uri: maybe(text),
  logo_uri: maybe(text),
  policy_uri: maybe(text),
  tos_uri: maybe(text),
  post_logout_redirect_uris: maybe(texts),
  token_endpoint_auth_method: maybe(text),
  /** Holds whatever the owner stored. */
  metadata: maybe(record),
  /** RFC 3339. */
  created_at: maybe(text),
  /** Since 2.1.0: a hint for the consent app; the server itself ignores it. */
  skip_consent: maybe(flag),
  /** Since 2.2.0: a hint for the logout app. */
  skip_logout_consent: maybe(orNull(flag)),
};

export const client = object(clientMembers, ['metadata']);

/**
 * A client as a login, consent or logout request shows it. Whoever registered the client chose
 * everything in it: treat names as plain text, and check addresses before you link to them.
 */
export interface OAuth2Client extends Read<typeof client> {}

const lifespan = maybe(orNull(text));

export const lifespanMembers = {
  authorization_code_grant_access_token_lifespan: lifespan,
  authorization_code_grant_id_token_lifespan: lifespan,
  authorization_code_grant_refresh_token_lifespan: lifespan,
  client_credentials_grant_access_token_lifespan: lifespan,
  /** Since 25.4, as the next two. */
  device_authorization_grant_access_token_lifespan: lifespan,
  device_authorization_grant_id_token_lifespan: lifespan,
  device_authorization_grant_refresh_token_lifespan: lifespan,
  implicit_grant_access_token_lifespan: lifespan,
  implicit_grant_id_token_lifespan: lifespan,
  jwt_bearer_grant_access_token_lifespan: lifespan,
  refresh_token_grant_access_token_lifespan: lifespan,
  refresh_token_grant_id_token_lifespan: lifespan,
  refresh_token_grant_refresh_token_lifespan: lifespan,
};

const registeredClient = object(
  {
    ...clientMembers,
    ...lifespanMembers,
    /** Shown once: by `create`, and by `replace` if it set a new one. */
    client_secret: maybe(text),
    grant_types: maybe(orNull(texts)),
    response_types: maybe(orNull(texts)),
    scope: maybe(text),
    audience: maybe(orNull(texts)),
    owner: maybe(text),
    contacts: maybe(orNull(texts)),
    allowed_cors_origins: maybe(orNull(texts)),
    subject_type: maybe(text),
    sector_identifier_uri: maybe(text),
    jwks: maybe(record),
    jwks_uri: maybe(text),
    token_endpoint_auth_signing_alg: maybe(text),
    request_uris: maybe(orNull(texts)),
    request_object_signing_alg: maybe(text),
    userinfo_signed_response_alg: maybe(text),
    frontchannel_logout_uri: maybe(text),
    frontchannel_logout_session_required: maybe(flag),
    backchannel_logout_uri: maybe(text),
    backchannel_logout_session_required: maybe(flag),
    access_token_strategy: maybe(text),
    /** RFC 3339. Reliable in `get` and lists; `replace` answers with the time of the change. */
    updated_at: maybe(text),
  },
  ['metadata'],
);

/**
 * A client as the server keeps it. Lists may be `null` in the answers to `create` and `replace`.
 */
export interface RegisteredClient extends Read<typeof registeredClient> {}

const clientList = listOf(registeredClient);

/** @throws MalformedAnswer */
export function readClient(body: string): RegisteredClient {
  return readAs(body, registeredClient);
}

/** @throws MalformedAnswer */
export function readClients(body: string): RegisteredClient[] {
  return readAs(body, clientList);
}
