import type { ProtocolError } from '../oauth2/protocol-error.ts';

/** What a list has to show, and what was asked of it. */
export interface List<T> {
  /** Below the base of the admin API. */
  path: string;
  /** All that the filters let through. */
  items: T[];
  keyOf: (item: T) => string;
  /** Items that are counted but not shown, such as a consent that has run out. */
  isHidden?: (item: T) => boolean;
  query: URLSearchParams;
  /** How many there are without the filters, where the server counts. */
  total: number;
  /** A page without items says nothing of itself. */
  isSilentWhenEmpty?: boolean;
  /** The links have wrong numbers, as some versions make them for consents. */
  hasWrongLinks?: boolean;
  /** Makes the error for a place or size that is none. */
  bad: (detail: string) => ProtocolError;
}
