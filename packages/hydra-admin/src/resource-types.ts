/** What the admin API keeps beside clients: keys, sessions and tokens. */
import type { Claims, ConsentRequest, Json } from './types.ts';

/** A key (RFC 7517, section 4), with its private members: the admin API hides nothing. */
export interface Jwk {
  /** May be absent: then no path finds the key again. */
  kid?: string;
  kty: string;
  alg?: string;
  use?: string;
  [member: string]: unknown;
}

export interface JwkSet {
  keys: Jwk[];
}

/** What key to make. */
export interface KeyToMake {
  /** ES256 is made at once, RS256 (4096 bits) takes seconds. HS256 and HS512 only on 1.x. */
  alg: string;
  /** `sig` when left out. */
  use?: 'sig' | 'enc';
  /** A UUID when left out. */
  kid?: string;
}

/** A key that was made. On 1.x it is kept as two, `private:<kid>` and `public:<kid>`. */
export interface MadeKey {
  /** As the server answered. */
  keys: Jwk[];
  /** The secret one, with the `kid` that it is kept under. */
  privateKey: Jwk;
  /** Without secrets, for whoever verifies; none for a symmetric key. */
  publicKey?: Jwk;
}

/** What somebody allowed a client. */
export interface ConsentSession {
  /** Since 25.4. */
  consent_request_id?: string;
  grant_scope: string[];
  grant_access_token_audience: string[];
  session: { access_token?: Claims; id_token?: Claims };
  remember: boolean;
  /** Seconds; 0 is for ever. */
  remember_for: number;
  /** RFC 3339. */
  handled_at?: string | null;
  /** Since 2.2.0. */
  context?: Json;
  /** Its challenge is real up to 2.1 only. */
  consent_request: ConsentRequest;
}

/** Which consents to take back, with the tokens that came of them. */
export type ConsentSelector =
  | { subject: string; client: string }
  | { subject: string; all: true }
  /** Since 25.4. */
  | { consentRequestId: string };

/** Where somebody is no longer to be remembered: everywhere, or (since 2.1.0) in one browser. */
export type LoginSelector = { subject: string } | { sid: string };

/** What a token is worth (RFC 7662, section 2.2). */
export type Introspection = { active: false } | ActiveToken;

/** Times are seconds since 1970. */
export interface ActiveToken {
  active: true;
  scope?: string;
  client_id: string;
  /** The subject itself, also for pairwise clients; the client itself for client credentials. */
  sub: string;
  /** What a pairwise client knows the subject as. */
  obfuscated_subject?: string;
  exp: number;
  iat: number;
  nbf?: number;
  aud: string[];
  /** Ends with a slash on 1.x. */
  iss: string;
  username?: string;
  token_type?: string;
  token_use?: string;
  /** `session.access_token` of the consent. */
  ext?: Claims;
}

export interface PageOptions {
  /** Items at most, 1 to 500; 100 when left out. */
  size?: number;
  /** The `next` of the page before. From 25.4 on it serves for an hour. */
  after?: string;
  /** For this call alone. */
  timeoutMs?: number;
}

export type ListOptions = Pick<PageOptions, 'size' | 'timeoutMs'>;

export interface Page<T> {
  items: T[];
  /** For `after`; absent on the last page. */
  next?: string;
  /** How many there are, where the server says it (up to 2.3); it ignores filters. */
  total?: number;
}
