import { isRecord, parseJson } from './json.ts';
import type { Query } from './query-string.ts';
import type { Answer } from './send.ts';
import type { Dialect } from './version.ts';

/** Where a page is in its list. */
export interface Place {
  size: number;
  after: string | undefined;
  isEmpty: boolean;
}

const byOffset = { size: 'limit', place: 'offset' } as const;
const byToken = { size: 'page_size', place: 'page_token' } as const;

/** The names of the parameters for the size and the place of a page. */
export function wayOf(prefix: Dialect['prefix']): typeof byOffset | typeof byToken {
  return prefix === '' ? byOffset : byToken;
}

/**
 * Reads the next page from the `Link` header (RFC 8288). Takes only its size and place: the host
 * and the path of the address are not trusted. An empty page is the last, because some versions
 * link to a next page for ever.
 */
export function nextByLink({ headers }: Answer, { isEmpty }: Place): Query | undefined {
  const target = isEmpty ? undefined : /<([^>]*)>\s*;\s*rel="?next"?/.exec(linksOf(headers))?.[1];
  if (target === undefined) return undefined;
  const query = new URLSearchParams(target.replace(/^[^?]*/, '').replace(/#.*/, ''));
  const way = [byToken, byOffset].find(({ place }) => query.has(place));
  return (
    way && { [way.size]: query.get(way.size) ?? undefined, [way.place]: query.get(way.place)! }
  );
}

/**
 * Finds the next page of consents. Up to 2.3, expired consents are missing from their page, so a
 * page in the middle of the list may be empty, without any header; and from 2.0 to 2.3 the links
 * have wrong numbers. But those versions send the total, so the next place follows from it. `after`
 * carries the total on, for the empty pages.
 */
export function nextConsents(answer: Answer, place: Place): Query | undefined {
  const here = new URLSearchParams(place.after);
  const sent = totalOf(answer);
  const total = sent ?? Number(here.get('total') ?? Number.NaN);
  if (Number.isNaN(total)) return nextByLink(answer, place);
  if (place.isEmpty && sent !== undefined) return undefined;
  const isByOffset = here.has(byOffset.place) || /[?&]limit=/.test(linksOf(answer.headers));
  const way = isByOffset ? byOffset : byToken;
  const size = Number(here.get(way.size) ?? place.size);
  const start = here.get(way.place);
  const next = (isByOffset ? Number(start ?? 0) : offsetIn(start)) + size;
  if (!(next < total)) return undefined;
  const where = isByOffset ? String(next) : tokenOf(next);
  return { [way.size]: String(size), [way.place]: where, total: String(total) };
}

function linksOf(headers: Answer['headers']): string {
  return [headers['link'] ?? ''].flat().join(',');
}

/** The page tokens of 2.0 to 2.3 are encoded offsets. */
function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url');
}

function offsetIn(token: string | null): number {
  const json = parseJson(Buffer.from(token ?? '', 'base64url').toString());
  return isRecord(json) ? Number(json['offset']) || 0 : 0;
}

/** `undefined` if the server does not send it. */
export function totalOf({ headers }: Answer): number | undefined {
  const count = headers['x-total-count'];
  return typeof count === 'string' && /^\d+$/.test(count) ? Number(count) : undefined;
}
