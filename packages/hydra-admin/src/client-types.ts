/** Clients as the admin API keeps them, in the words of their registration. */
import type { lifespanMembers } from './client-answers.ts';
import type { Json } from './json.ts';
import type { JwkSet } from './key-answers.ts';

/**
 * How long tokens of a client live, such as `1h30m0s`; `null` is as long as the server's own. Since
 * 1.11.9, those of `device_authorization` since 25.4. Not every kind of token comes of every grant.
 */
export type Lifespans = Partial<Record<keyof typeof lifespanMembers, string | null>>;

/**
 * All that can be said of a client (OpenID Connect Dynamic Client Registration 1.0, section 2). What
 * is left out gets the server's default: also when a client is replaced.
 */
export interface NewClient extends Lifespans {
  /** Made by the server when left out; 2.0 and 2.1 let nobody choose it. */
  client_id?: string;
  /** At least 6 characters. Made by the server when left out, unless the client is public. */
  client_secret?: string;
  client_name?: string;
  redirect_uris?: string[];
  /** None is `authorization_code`. */
  grant_types?: string[];
  /** None is `code`. */
  response_types?: string[];
  /** What it may ask for, separated by spaces. */
  scope?: string;
  /** What its tokens may be meant for. */
  audience?: string[];
  owner?: string;
  contacts?: string[];
  client_uri?: string;
  logo_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
  allowed_cors_origins?: string[];
  subject_type?: 'public' | 'pairwise';
  sector_identifier_uri?: string;
  /** Not together with `jwks_uri`. */
  jwks?: Partial<JwkSet>;
  jwks_uri?: string;
  /** `none` makes it a public client. */
  token_endpoint_auth_method?:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'private_key_jwt'
    | 'none';
  token_endpoint_auth_signing_alg?: string;
  request_uris?: string[];
  request_object_signing_alg?: string;
  userinfo_signed_response_alg?: 'none' | 'RS256';
  frontchannel_logout_uri?: string;
  frontchannel_logout_session_required?: boolean;
  backchannel_logout_uri?: string;
  backchannel_logout_session_required?: boolean;
  /** Each of the origin of a redirect URI. */
  post_logout_redirect_uris?: string[];
  metadata?: Record<string, Json>;
  /** Since 2.1.0. */
  access_token_strategy?: 'jwt' | 'opaque';
  /** Since 2.1.0: a hint for the consent app. */
  skip_consent?: boolean;
  /** Since 2.2.0: a hint for the logout app. */
  skip_logout_consent?: boolean | null;
}

/** Both match exactly. */
export interface ClientFilter {
  clientName?: string;
  owner?: string;
}
