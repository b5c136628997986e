import {
  anything,
  flag,
  isRecord,
  Misshapen,
  orNull,
  read,
  shaped,
  text,
  texts,
  type Shape,
} from './shapes.ts';
import type {
  ConsentRequest,
  LoginRequest,
  LogoutRequest,
  OAuth2Client,
  OidcContext,
} from './types.ts';

/** @throws Misshapen */
export function readLoginRequest(body: string, challenge: string): LoginRequest {
  const request = read(body, loginShape);
  if (request.skip && request.subject === '') throw new Misshapen('it skips the login of nobody');
  return { ...request, challenge };
}

/** @throws Misshapen */
export function readConsentRequest(body: string, challenge: string): ConsentRequest {
  return { ...read(body, consentShape), challenge };
}

/** @throws Misshapen */
export function readLogoutRequest(body: string, challenge: string): LogoutRequest {
  return { ...read(body, logoutShape), challenge };
}

/** @throws Misshapen */
export function readVersion(body: string): string {
  return read(body, versionShape).version;
}

/** @throws Misshapen unless it is well: proxies have pages of their own, with a 200. */
export function readHealth(body: string): true {
  if (read(body, healthShape).status !== 'ok') throw new Misshapen('"status" is not "ok"');
  return true;
}

export const clientShape: Shape<OAuth2Client> = {
  client_id: { is: text, isRequired: true },
  client_name: { is: text },
  redirect_uris: { is: orNull(texts) },
  client_uri: { is: text },
  logo_uri: { is: text },
  policy_uri: { is: text },
  tos_uri: { is: text },
  post_logout_redirect_uris: { is: texts },
  token_endpoint_auth_method: { is: text },
  metadata: { is: isRecord, isAnybodys: true },
  created_at: { is: text },
  skip_consent: { is: flag },
  skip_logout_consent: { is: orNull(flag) },
};

const contextShape: Shape<OidcContext> = {
  acr_values: { is: texts },
  ui_locales: { is: texts },
  display: { is: text },
  login_hint: { is: text },
  id_token_hint_claims: { is: isRecord },
};

const client = shaped(clientShape, 'client.');

const stepShape: Shape<Omit<LoginRequest, 'session_id'>> = {
  challenge: { is: anything },
  requested_scope: { is: texts, absent: () => [] },
  requested_access_token_audience: { is: texts, absent: () => [] },
  skip: { is: flag, isRequired: true },
  subject: { is: text, isRequired: true },
  oidc_context: { is: orNull(shaped(contextShape, 'oidc_context.')), absent: () => null },
  client: { is: client, isRequired: true },
  request_url: { is: text, isRequired: true },
};

const loginShape: Shape<LoginRequest> = { ...stepShape, session_id: { is: text } };

export const consentShape: Shape<ConsentRequest> = {
  ...stepShape,
  consent_request_id: { is: text },
  login_challenge: { is: text },
  login_session_id: { is: text },
  acr: { is: text },
  amr: { is: texts },
  context: { is: anything },
};

const logoutShape: Shape<LogoutRequest> = {
  challenge: { is: anything },
  subject: { is: text, isRequired: true },
  sid: { is: text },
  request_url: { is: text, isRequired: true },
  rp_initiated: { is: flag, isRequired: true },
  client: { is: orNull(client), absent: () => null },
};

const healthShape: Shape<{ status: string }> = { status: { is: text, isRequired: true } };
const versionShape: Shape<{ version: string }> = { version: { is: text, isRequired: true } };
