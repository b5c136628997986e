/** What the OAuth2 server's admin API says and hears, in the protocol's own words. */

/** Any JSON value, as handed through without being looked at. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A map of claims for a token or for introspection. */
export type Claims = Record<string, unknown>;

/**
 * An OAuth2 client as it stands inside a request. Everything in it was chosen by whoever registered
 * the client: treat names as text and addresses as unchecked.
 */
export interface OAuth2Client {
  client_id: string;
  /** Display name; may be empty. */
  client_name?: string;
  redirect_uris?: string[] | null;
  client_uri?: string;
  logo_uri?: string;
  policy_uri?: string;
  tos_uri?: string;
  post_logout_redirect_uris?: string[];
  token_endpoint_auth_method?: string;
  metadata?: Record<string, unknown>;
  /** RFC 3339. */
  created_at?: string;
  /** Since 2.1.0: a hint for the consent app; the server itself never acts on it. */
  skip_consent?: boolean;
  /** Since 2.2.0: a hint for the logout app. */
  skip_logout_consent?: boolean | null;
}

/** What the authorization request asked for beside scopes (OpenID Connect Core 3.1.2.1). */
export interface OidcContext {
  acr_values?: string[];
  ui_locales?: string[];
  display?: string;
  login_hint?: string;
  id_token_hint_claims?: Claims;
}

interface AuthorizationStep {
  challenge: string;
  requested_scope: string[];
  requested_access_token_audience: string[];
  /** True when the server remembers: the app need not ask, but must still answer. */
  skip: boolean;
  subject: string;
  /** `null` in a device flow. */
  oidc_context: OidcContext | null;
  client: OAuth2Client;
  /** Absolute address of the authorization request; of the device verification in a device flow. */
  request_url: string;
}

export interface LoginRequest extends AuthorizationStep {
  /** The future `sid` claim. */
  session_id?: string;
}

export interface ConsentRequest extends AuthorizationStep {
  /** Since 25.4: names this consent for good. */
  consent_request_id?: string;
  /** Up to 2.1 that of the login request; later an internal id that no operation knows. */
  login_challenge?: string;
  login_session_id?: string;
  /** As accepted at login; empty when none was given. */
  acr?: string;
  amr?: string[];
  /** As accepted at login. */
  context?: Json;
}

export interface LogoutRequest {
  challenge?: string;
  subject: string;
  sid?: string;
  /** Relative to the public address of the server. */
  request_url: string;
  /** True when a client asked, with an `id_token_hint`. */
  rp_initiated: boolean;
  client: OAuth2Client | null;
}

export interface AcceptLogin {
  subject: string;
  remember?: boolean;
  /** Seconds; 0 means whatever the server's version makes of it. */
  remember_for?: number;
  /** Since 2.1.0; dropped for older servers. */
  extend_session_lifespan?: boolean;
  acr?: string;
  /** Since 1.10.7; dropped for older servers. */
  amr?: string[];
  /** What this client alone is to call the subject; only for clients of subject type `pairwise`. */
  force_subject_identifier?: string;
  /** Since 2.2.0, dropped for older servers: ended along with this sign-in. */
  identity_provider_session_id?: string;
  context?: Json;
}

export interface AcceptConsent {
  grant_scope: string[];
  grant_access_token_audience: string[];
  session: { access_token: Claims; id_token: Claims };
  remember?: boolean;
  /** Seconds; 0 is for ever. */
  remember_for?: number;
  /** Since 2.2.0, dropped for older servers: kept with the consent. */
  context?: Json;
}

/** The server makes an illegal error code of its own when `error` is left out, so it is required. */
export interface Reject {
  /** A code such as `access_denied` (RFC 6749, section 4.1.2.1); never empty. */
  error: string;
  error_description?: string;
  /** Joined to the description. */
  error_hint?: string;
  /** Told only by a server that exposes internal errors. */
  error_debug?: string;
  /** Of the page that the server shows in a device flow; 400 when not given. */
  status_code?: number;
}
