/** The login, consent and logout requests that the server wants answered. */
import { client } from './client-answers.ts';
import {
  anyJson,
  flag,
  MalformedAnswer,
  maybe,
  object,
  orNull,
  readAs,
  record,
  text,
  texts,
  withDefault,
  type Read,
} from './schema.ts';

/** Each request gets the challenge that was asked for: old servers leave it out of some answers. */
interface Challenged {
  challenge: string;
}

const oidcContext = object({
  acr_values: maybe(texts),
  ui_locales: maybe(texts),
  display: maybe(text),
  login_hint: maybe(text),
  id_token_hint_claims: maybe(record),
});

/** What the authorization request asked for besides scopes (OpenID Connect Core 3.1.2.1). */
export interface OidcContext extends Read<typeof oidcContext> {}

const stepMembers = {
  requested_scope: withDefault(texts, () => []),
  requested_access_token_audience: withDefault(texts, () => []),
  /** True if the server remembers: the app need not ask the person, but must still answer. */
  skip: flag,
  subject: text,
  /** `null` in a device flow. */
  oidc_context: withDefault(orNull(oidcContext), null),
  client,
  /** The absolute address of the authorization request, or of the device verification. */
  request_url: text,
};

const loginRequest = object({
  ...stepMembers,
  /** The future `sid` claim. */
  session_id: maybe(text),
});

export interface LoginRequest extends Challenged, Read<typeof loginRequest> {}

export const consentMembers = {
  ...stepMembers,
  /** Since 25.4: the id of this consent, which stays valid. */
  consent_request_id: maybe(text),
  /** Up to 2.1 the one of the login request; later an internal id that no operation accepts. */
  login_challenge: maybe(text),
  login_session_id: maybe(text),
  /** As accepted at login; empty if none was given. */
  acr: maybe(text),
  /** As accepted at login. Since 1.10.7. */
  amr: maybe(texts),
  /** As accepted at login. */
  context: maybe(anyJson),
};

const consentRequest = object(consentMembers);

export interface ConsentRequest extends Challenged, Read<typeof consentRequest> {}

const logoutRequest = object({
  subject: text,
  sid: maybe(text),
  /** Relative to the public address of the server. */
  request_url: text,
  /** True if a client asked, with an `id_token_hint`. */
  rp_initiated: flag,
  /** The client that asked. */
  client: withDefault(orNull(client), null),
});

/** Always has a challenge when the client read it. */
export interface LogoutRequest extends Partial<Challenged>, Read<typeof logoutRequest> {}

/** @throws MalformedAnswer */
export function readLoginRequest(body: string, challenge: string): LoginRequest {
  const request = readAs(body, loginRequest);
  if (request.skip && request.subject === '') {
    throw new MalformedAnswer('"skip" is true, but "subject" is empty');
  }
  return { ...request, challenge };
}

/** @throws MalformedAnswer */
export function readConsentRequest(body: string, challenge: string): ConsentRequest {
  return { ...readAs(body, consentRequest), challenge };
}

/** @throws MalformedAnswer */
export function readLogoutRequest(body: string, challenge: string): LogoutRequest {
  return { ...readAs(body, logoutRequest), challenge };
}
