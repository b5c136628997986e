/** What the admin API keeps beside clients: keys, sessions and tokens. */

/** What key to make. */
export interface KeyToMake {
  /** ES256 is made at once, RS256 (4096 bits) takes seconds. HS256 and HS512 only on 1.x. */
  alg: string;
  /** `sig` when left out. */
  use?: 'sig' | 'enc';
  /** A UUID when left out. */
  kid?: string;
}

/** Which consents to take back, with the tokens that came of them. */
export type ConsentSelector =
  | { subject: string; client: string }
  | { subject: string; all: true }
  /** Since 25.4. */
  | { consentRequestId: string };

/** Where somebody is no longer to be remembered: everywhere, or (since 2.1.0) in one browser. */
export type LoginSelector = { subject: string } | { sid: string };

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
