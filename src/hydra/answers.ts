import type {
  ConsentRequest,
  LoginRequest,
  LogoutRequest,
  OAuth2Client,
  OidcContext,
} from './types.ts';

/** An answer that is not what its operation can answer; the message says what is wrong with it. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` when the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

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

type Test = (value: unknown) => boolean;

interface Member {
  is: Test;
  isRequired?: true;
  /** What stands for one that is not there. */
  absent?: () => unknown;
  /** Holds whatever its owner stored: left out when it is something else, instead of refused. */
  isAnybodys?: true;
}

/** All members of a type, so that none is read unchecked. */
type Shape<T> = { [name in keyof Required<T>]: Member };

const anything: Test = () => true;
const text: Test = (value) => typeof value === 'string';
const flag: Test = (value) => typeof value === 'boolean';
const texts: Test = (value) => Array.isArray(value) && value.every(text);
const orNull =
  (is: Test): Test =>
  (value) =>
    value === null || is(value);

function shaped<T>(shape: Shape<T>, path: string): Test {
  return (value) => {
    if (!isRecord(value)) return false;
    demand(value, shape, path);
    return true;
  };
}

const clientShape: Shape<OAuth2Client> = {
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

const consentShape: Shape<ConsentRequest> = {
  ...stepShape,
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

function read<T>(body: string, shape: Shape<T>): T {
  const json = jsonOf(body);
  if (!isRecord(json)) throw new Misshapen('it is no JSON object');
  demand(json, shape);
  return json;
}

/**
 * Members that are not in the shape are let through. `null` counts as absent where the type has no
 * `null`: the server's own language makes no difference either.
 */
function demand<T>(
  fields: Record<string, unknown>,
  shape: Shape<T>,
  path = '',
): asserts fields is Record<string, unknown> & T {
  for (const name in shape) {
    const { is, isRequired, absent, isAnybodys } = shape[name];
    const value = fields[name];
    if (value !== undefined && is(value)) continue;
    const isAbsent = value === undefined || value === null || isAnybodys;
    if (isRequired || !isAbsent) {
      const fault = value === undefined ? 'missing' : 'of the wrong type';
      throw new Misshapen(`"${path}${name}" is ${fault}`);
    }
    if (absent) fields[name] = absent();
    else if (value !== undefined) delete fields[name];
  }
}
