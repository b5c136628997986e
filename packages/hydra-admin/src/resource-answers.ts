import { clientShape, consentShape } from './answers.ts';
import type { RegisteredClient } from './client-types.ts';
import {
  anything,
  flag,
  isRecord,
  jsonOf,
  listOf,
  Misshapen,
  number,
  orNull,
  read,
  shaped,
  text,
  texts,
  type Member,
  type Shape,
} from './shapes.ts';
import type {
  ActiveToken,
  ConsentSession,
  Introspection,
  Jwk,
  JwkSet,
  MadeKey,
} from './resource-types.ts';

type OwnMember = Exclude<keyof RegisteredClient, keyof typeof clientShape | `${string}_lifespan`>;

/** Lifespans are looked at by whoever uses them: their number grows with the versions. */
const registeredShape: Shape<Pick<RegisteredClient, OwnMember | keyof typeof clientShape>> = {
  ...clientShape,
  client_secret: { is: text },
  grant_types: { is: orNull(texts) },
  response_types: { is: orNull(texts) },
  scope: { is: text },
  audience: { is: orNull(texts) },
  owner: { is: text },
  contacts: { is: orNull(texts) },
  allowed_cors_origins: { is: orNull(texts) },
  subject_type: { is: text },
  sector_identifier_uri: { is: text },
  jwks: { is: isRecord },
  jwks_uri: { is: text },
  token_endpoint_auth_signing_alg: { is: text },
  request_uris: { is: orNull(texts) },
  request_object_signing_alg: { is: text },
  userinfo_signed_response_alg: { is: text },
  frontchannel_logout_uri: { is: text },
  frontchannel_logout_session_required: { is: flag },
  backchannel_logout_uri: { is: text },
  backchannel_logout_session_required: { is: flag },
  access_token_strategy: { is: text },
  updated_at: { is: text },
};

/** @throws Misshapen */
export function readClient(body: string): RegisteredClient {
  return read(body, registeredShape);
}

/** @throws Misshapen */
export function readClients(body: string): RegisteredClient[] {
  return readList<RegisteredClient>(body, shaped(registeredShape, 'client.'));
}

const sessionShape: Shape<ConsentSession['session']> = {
  access_token: { is: isRecord },
  id_token: { is: isRecord },
};

const consentSessionShape: Shape<ConsentSession> = {
  consent_request_id: { is: text },
  grant_scope: { is: texts, absent: () => [] },
  grant_access_token_audience: { is: texts, absent: () => [] },
  session: { is: shaped(sessionShape, 'session.'), absent: () => ({}) },
  remember: { is: flag, absent: () => false },
  remember_for: { is: number, absent: () => 0 },
  handled_at: { is: orNull(text) },
  context: { is: anything },
  consent_request: { is: shaped(consentShape, 'consent_request.'), isRequired: true },
};

/** @throws Misshapen */
export function readConsentSessions(body: string): ConsentSession[] {
  return readList<ConsentSession>(body, shaped(consentSessionShape, 'consent.'));
}

const keyShape: Record<'kid' | 'kty' | 'alg' | 'use', Member> = {
  kid: { is: text },
  kty: { is: text, isRequired: true },
  alg: { is: text },
  use: { is: text },
};
const key = shaped(keyShape, 'key.');
const setShape: Shape<JwkSet> = { keys: { is: listOf(key), absent: () => [] } };

/** @throws Misshapen */
export function readKeySet(body: string): JwkSet {
  return read(body, setShape);
}

/** @throws Misshapen */
export function readKey(body: string): Jwk {
  const json = jsonOf(body);
  if (!key(json)) throw new Misshapen('it is no key');
  return json as Jwk;
}

/** A set that holds one key. @throws Misshapen */
export function readOnlyKey(body: string): Jwk {
  const [only, ...more] = readKeySet(body).keys;
  if (!only || more.length > 0) throw new Misshapen('it is not one key');
  return only;
}

/** Of every type of key (RFC 7518, section 6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** @param alg what was asked for: 1.x leaves it out. @throws Misshapen */
export function readMadeKey(body: string, alg: string): MadeKey {
  const { keys } = readKeySet(body);
  const secret = keys.find((one) => 'd' in one || 'k' in one) ?? keys[0];
  if (!secret) throw new Misshapen('it holds no key');
  const privateKey = { alg, ...secret };
  if (privateKey.kty === 'oct') return { keys, privateKey };
  const publicKey: Jwk = { alg, ...(keys.find((one) => one !== secret) ?? secret) };
  for (const name of privateMembers) delete publicKey[name];
  return { keys, privateKey, publicKey };
}

const activeShape: Shape<ActiveToken> = {
  active: { is: flag, isRequired: true },
  scope: { is: text },
  client_id: { is: text, isRequired: true },
  sub: { is: text, absent: () => '' },
  obfuscated_subject: { is: text },
  exp: { is: number, isRequired: true },
  iat: { is: number, isRequired: true },
  nbf: { is: number },
  aud: { is: texts, absent: () => [] },
  iss: { is: text, absent: () => '' },
  username: { is: text },
  token_type: { is: text },
  token_use: { is: text },
  ext: { is: isRecord },
};

/** @throws Misshapen */
export function readIntrospection(body: string): Introspection {
  const { active } = read<{ active: boolean }>(body, { active: { is: flag, isRequired: true } });
  return active ? read(body, activeShape) : { active: false };
}

function readList<T>(body: string, is: (value: unknown) => boolean): T[] {
  const json = jsonOf(body);
  if (!Array.isArray(json) || !json.every(is)) throw new Misshapen('it is no list of objects');
  return json as T[];
}
