import { misuse } from '@portico/command-line';
import type { NewClient, RegisteredClient } from '@portico/hydra-admin';

type Kind = keyof typeof kindsOfValue;

const isText = (value: unknown) => typeof value === 'string';
const isFlag = (value: unknown) => typeof value === 'boolean';
const isObject = (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const kindsOfValue = {
  text: { wants: 'a string', is: isText },
  texts: {
    wants: 'a list of strings',
    is: (value: unknown) => Array.isArray(value) && value.every(isText),
  },
  flag: { wants: 'true or false', is: isFlag },
  object: { wants: 'an object', is: isObject },
} as const;

/** Every member that can be set, except lifespans. */
const kinds: Record<Exclude<keyof NewClient, `${string}_lifespan`>, Kind> = {
  client_id: 'text',
  client_secret: 'text',
  client_name: 'text',
  redirect_uris: 'texts',
  grant_types: 'texts',
  response_types: 'texts',
  scope: 'text',
  audience: 'texts',
  owner: 'text',
  contacts: 'texts',
  client_uri: 'text',
  logo_uri: 'text',
  policy_uri: 'text',
  tos_uri: 'text',
  allowed_cors_origins: 'texts',
  subject_type: 'text',
  sector_identifier_uri: 'text',
  jwks: 'object',
  jwks_uri: 'text',
  token_endpoint_auth_method: 'text',
  token_endpoint_auth_signing_alg: 'text',
  request_uris: 'texts',
  request_object_signing_alg: 'text',
  userinfo_signed_response_alg: 'text',
  frontchannel_logout_uri: 'text',
  frontchannel_logout_session_required: 'flag',
  backchannel_logout_uri: 'text',
  backchannel_logout_session_required: 'flag',
  post_logout_redirect_uris: 'texts',
  metadata: 'object',
  access_token_strategy: 'text',
  skip_consent: 'flag',
  skip_logout_consent: 'flag',
};

/** Members that only the server sets. */
const readOnly = [
  'client_secret_expires_at',
  'created_at',
  'registration_access_token',
  'registration_client_uri',
  'updated_at',
];

/**
 * Checks a client from a file: servers ignore members that they do not know, so a typing mistake
 * would go unnoticed.
 * @param source the name of the file, for sentences
 * @param existing the client to change: its members are known too
 * @returns the members that can be set; `null` stands for the server's default
 * @throws Failure that names the member
 */
export function clientOf(
  json: Record<string, unknown>,
  source: string,
  existing: object = {},
): Record<string, unknown> {
  const members = Object.entries(json).filter(([name]) => !readOnly.includes(name));
  for (const [name, value] of members) {
    const kind = kindOf(name);
    if (kind === undefined && !Object.hasOwn(existing, name)) {
      throw misuse(`${source}: ${JSON.stringify(name)} is not a member of a client.`);
    }
    if (kind !== undefined && value !== null && !kindsOfValue[kind].is(value)) {
      throw misuse(`${source}: "${name}" must be ${kindsOfValue[kind].wants}.`);
    }
  }
  return Object.fromEntries(members);
}

/** The members to send back when a client is replaced. */
export function settableOf(client: RegisteredClient): Record<string, unknown> {
  return Object.fromEntries(Object.entries(client).filter(([name]) => !readOnly.includes(name)));
}

/** Drops members that are `null`: the server then uses its default. */
export function newClientOf(members: Record<string, unknown>): NewClient {
  const client: NewClient = Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== null),
  );
  // The server shows an empty jwks beside a jwks_uri, but refuses the two together.
  if (client.jwks_uri && (client.jwks?.keys ?? []).length === 0) delete client.jwks;
  return client;
}

function kindOf(name: string): Kind | undefined {
  if (name.endsWith('_lifespan')) return 'text';
  return Object.hasOwn(kinds, name) ? kinds[name as keyof typeof kinds] : undefined;
}
