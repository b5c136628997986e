/** What the caller says about keys, sessions and pages. */

/** The key to create. */
export interface KeyToMake {
  /** ES256 takes no time, RS256 (4096 bits) takes seconds. HS256 and HS512 exist only on 1.x. */
  alg: string;
  /** `sig` by default. */
  use?: 'sig' | 'enc';
  /** A UUID by default. */
  kid?: string;
}

/** Which consents to revoke, together with the tokens that were issued for them. */
export type ConsentSelector =
  | { subject: string; client: string }
  | { subject: string; all: true }
  /** Since 25.4. */
  | { consentRequestId: string };

/** Which login sessions to end: all of a subject, or (since 2.1.0) the one in one browser. */
export type LoginSelector = { subject: string } | { sid: string };

export interface PageOptions {
  /** The maximum number of items, 1 to 500. 100 by default. */
  size?: number;
  /** The `next` of the previous page. From 25.4 on it is valid for an hour. */
  after?: string;
  /** For each call; overrides the client's. */
  timeoutMs?: number;
}

export type ListOptions = Pick<PageOptions, 'size' | 'timeoutMs'>;

export interface Page<T> {
  items: T[];
  /** The `after` of the next page; missing on the last page. */
  next?: string;
  /** The number of all items, filters ignored. Only servers up to 2.3 send it. */
  total?: number;
}
