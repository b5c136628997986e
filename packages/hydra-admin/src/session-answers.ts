/** The consents that the server keeps. */
import { consentMembers } from './request-answers.ts';
import {
  anyJson,
  flag,
  listOf,
  maybe,
  number,
  object,
  orNull,
  readAs,
  record,
  text,
  texts,
  withDefault,
  type Read,
} from './schema.ts';

const consentSession = object({
  /** Since 25.4. */
  consent_request_id: maybe(text),
  grant_scope: withDefault(texts, () => []),
  grant_access_token_audience: withDefault(texts, () => []),
  session: withDefault(
    object({ access_token: maybe(record), id_token: maybe(record) }),
    () => ({}),
  ),
  remember: withDefault(flag, false),
  /** Seconds; 0 means for ever. */
  remember_for: withDefault(number, 0),
  /** RFC 3339. */
  handled_at: maybe(orNull(text)),
  /** Since 2.2.0. */
  context: maybe(anyJson),
  /** Its challenge is a real one up to 2.1 only. */
  consent_request: object({ ...consentMembers, challenge: maybe(text) }),
});

/** What a person allowed a client to do. */
export interface ConsentSession extends Read<typeof consentSession> {}

const consentSessions = listOf(consentSession);

/** @throws MalformedAnswer */
export function readConsentSessions(body: string): ConsentSession[] {
  return readAs(body, consentSessions);
}
