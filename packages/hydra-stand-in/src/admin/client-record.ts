import { randomBytes, randomUUID } from 'node:crypto';
import { isPublic, publicView, type Client } from '../oauth2/client.ts';
import { seconds, type Context } from '../oauth2/context.ts';
import type { Profile } from '../oauth2/profile.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { checkClient } from './client-rules.ts';
import type { Decoded } from './decode.ts';
import { timestamp } from './timestamp.ts';

/** How long tokens serve, by grant type: durations such as `1h30m`. */
export const lifespanShape = {
  authorization_code_grant_access_token_lifespan: 'string',
  authorization_code_grant_id_token_lifespan: 'string',
  authorization_code_grant_refresh_token_lifespan: 'string',
  client_credentials_grant_access_token_lifespan: 'string',
  implicit_grant_access_token_lifespan: 'string',
  implicit_grant_id_token_lifespan: 'string',
  jwt_bearer_grant_access_token_lifespan: 'string',
  refresh_token_grant_id_token_lifespan: 'string',
  refresh_token_grant_access_token_lifespan: 'string',
  refresh_token_grant_refresh_token_lifespan: 'string',
  device_authorization_grant_id_token_lifespan: 'string',
  device_authorization_grant_access_token_lifespan: 'string',
  device_authorization_grant_refresh_token_lifespan: 'string',
  password_grant_access_token_lifespan: 'string',
  password_grant_refresh_token_lifespan: 'string',
} as const;

const lifespanNames = Object.keys(lifespanShape) as (keyof typeof lifespanShape)[];

/** Members that some versions do not know, and so leave out. */
function unknownMembers({ has }: Profile): RegExp {
  const names = [
    has.skipConsent ? [] : ['skip_consent', 'access_token_strategy'],
    has.skipLogoutConsent ? [] : 'skip_logout_consent',
    has.deviceFlow ? [] : 'device_\\w+',
    has.passwordGrant ? [] : 'password_\\w+',
  ];
  return new RegExp(`^(${names.flat().join('|')})$`);
}

/** What can be said about a client when it is registered. Anything else is ignored. */
export const clientShape = {
  client_id: 'string',
  client_name: 'string',
  client_secret: 'string',
  redirect_uris: 'strings',
  grant_types: 'strings',
  response_types: 'strings',
  scope: 'string',
  audience: 'strings',
  owner: 'string',
  policy_uri: 'string',
  allowed_cors_origins: 'strings',
  tos_uri: 'string',
  client_uri: 'string',
  logo_uri: 'string',
  contacts: 'strings',
  sector_identifier_uri: 'string',
  subject_type: 'string',
  jwks: 'object',
  jwks_uri: 'string',
  token_endpoint_auth_method: 'string',
  token_endpoint_auth_signing_alg: 'string',
  request_uris: 'strings',
  request_object_signing_alg: 'string',
  userinfo_signed_response_alg: 'string',
  frontchannel_logout_uri: 'string',
  frontchannel_logout_session_required: 'boolean',
  backchannel_logout_uri: 'string',
  backchannel_logout_session_required: 'boolean',
  post_logout_redirect_uris: 'strings',
  metadata: 'any',
  access_token_strategy: 'string',
  skip_consent: 'boolean',
  skip_logout_consent: 'boolean',
  ...lifespanShape,
} as const;

export type ClientBody = Decoded<typeof clientShape>;

/**
 * Registers a client; one without a secret gets one, unless it is public.
 * @returns the client with its secret, which is never shown again
 * @throws ProtocolError
 */
export function addClient(context: Context, body: ClientBody): Client {
  const id = body.client_id || randomUUID();
  if (context.records.clients.has(id)) {
    throw fault(
      'Unable to insert or update resource because a resource with that value exists already',
    );
  }
  const now = timestamp(seconds(context));
  const kept = { client_id: id, created_at: now, updated_at: now };
  const client = newClient(context.profile, body, kept);
  checkClient(client, context.profile);
  if (isPublic(client)) delete client.client_secret;
  else client.client_secret ??= randomBytes(20).toString('base64url').slice(0, 26);
  context.records.clients.set(id, client);
  return client;
}

/**
 * Replaces all of a client but its id, its age and, when no new one is given, its secret.
 * @returns the client, with its secret only if that is new
 * @throws ProtocolError
 */
export function replaceClient(context: Context, former: Client, body: ClientBody): Client {
  const client = newClient(context.profile, body, {
    client_id: former.client_id,
    created_at: former.created_at,
    updated_at: timestamp(seconds(context)),
  });
  checkClient(client, context.profile);
  const secret = client.client_secret ?? former.client_secret;
  context.records.clients.set(client.client_id, {
    ...client,
    ...(secret !== undefined && { client_secret: secret }),
  });
  return client;
}

/**
 * Sets all lifespans; those that are not given are the server's own again.
 * @returns the client, without its secret
 */
export function setLifespans(
  context: Context,
  former: Client,
  lifespans: Decoded<typeof lifespanShape>,
): Client {
  const client: Client = { ...former, updated_at: timestamp(seconds(context)) };
  for (const name of lifespanNames) {
    // A version shows those that it knows.
    if (name in former) client[name] = lifespans[name] ?? null;
  }
  context.records.clients.set(client.client_id, client);
  return publicView(client);
}

/** Lists that are left out when there is nothing in them. */
const hiddenWhenEmpty = new Set(['request_uris', 'post_logout_redirect_uris']);

function isEmpty(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

type Kept = Pick<Client, 'client_id' | 'created_at' | 'updated_at'>;

function newClient(profile: Profile, body: ClientBody, kept: Kept): Client {
  const {
    client_id: _id,
    frontchannel_logout_session_required: isFrontSessionRequired,
    backchannel_logout_session_required: isBackSessionRequired,
    ...given
  } = body;
  const filled = Object.entries(given).filter(
    ([name, value]) => value !== '' && !(hiddenWhenEmpty.has(name) && isEmpty(value)),
  );
  const client: Client = {
    ...kept,
    client_name: '',
    redirect_uris: null,
    grant_types: null,
    response_types: null,
    audience: [],
    owner: '',
    policy_uri: '',
    allowed_cors_origins: [],
    tos_uri: '',
    client_uri: '',
    logo_uri: '',
    contacts: null,
    jwks: {},
    metadata: {},
    skip_consent: false,
    skip_logout_consent: null,
    ...Object.fromEntries(lifespanNames.map((name) => [name, null])),
    scope: 'offline_access offline openid',
    subject_type: 'public',
    token_endpoint_auth_method: 'client_secret_basic',
    userinfo_signed_response_alg: 'none',
    ...Object.fromEntries(filled),
    ...(isFrontSessionRequired && { frontchannel_logout_session_required: true }),
    ...(isBackSessionRequired && { backchannel_logout_session_required: true }),
    client_secret_expires_at: 0,
  };
  const isUnknown = unknownMembers(profile);
  const members = Object.entries(client).filter(([name]) => !isUnknown.test(name));
  return Object.fromEntries(members) as unknown as Client;
}
