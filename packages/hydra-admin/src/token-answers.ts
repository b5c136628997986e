/** What introspection tells about a token. */
import {
  exactly,
  flag,
  maybe,
  number,
  object,
  readAs,
  record,
  text,
  texts,
  withDefault,
  type Read,
} from './schema.ts';

const state = object({ active: flag });

const activeToken = object({
  active: exactly(true),
  scope: maybe(text),
  client_id: text,
  /** The subject itself, also for pairwise clients; the client's id for client credentials. */
  sub: withDefault(text, ''),
  /** The name under which a pairwise client knows the subject. */
  obfuscated_subject: maybe(text),
  exp: number,
  iat: number,
  nbf: maybe(number),
  aud: withDefault(texts, () => []),
  /** Ends with a slash on 1.x. */
  iss: withDefault(text, ''),
  username: maybe(text),
  token_type: maybe(text),
  token_use: maybe(text),
  /** `session.access_token` of the consent. */
  ext: maybe(record),
});

/** Times are in seconds since 1970. */
export interface ActiveToken extends Read<typeof activeToken> {}

/** Whether a token is valid, and what it stands for (RFC 7662, section 2.2). */
export type Introspection = { active: false } | ActiveToken;

/** @throws MalformedAnswer */
export function readIntrospection(body: string): Introspection {
  return readAs(body, state).active ? readAs(body, activeToken) : { active: false };
}
