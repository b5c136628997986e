import { isRecord, parseJson } from './json.ts';
import type { Query } from './query-string.ts';
import type { Answer } from './send.ts';
import type { Dialect } from './version.ts';

/** The page that was asked for. */
export interface Place {
  size: number;
  after: string | undefined;
  isEmpty: boolean;
}

const byOffset = { size: 'limit', place: 'offset' } as const;
const byToken = { size: 'page_size', place: 'page_token' } as const;

/** The parameters that say how long a page is and where it begins. */
export function wayOf(prefix: Dialect['prefix']): typeof byOffset | typeof byToken {
  return prefix === '' ? byOffset : byToken;
}

/**
 * What the `Link` header says of the next page (RFC 8288): its size and place alone. Where else the
 * address leads, to another host for one, does not matter. An empty page is the last: some versions
 * go on beyond the end for ever.
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
 * The next page of consents. Up to 2.3 those that have run out are missing from their page, which
 * may be empty in the middle of the list and then says nothing of itself; and from 2.0 to 2.3 the
 * links have wrong numbers. But those versions count, so the places follow from the count, which is
 * kept in the place of the next page.
 */
export function nextConsents(answer: Answer, place: Place): Query | undefined {
  const here = new URLSearchParams(place.after);
  const told = totalOf(answer);
  const total = told ?? Number(here.get('total') ?? Number.NaN);
  if (Number.isNaN(total)) return nextByLink(answer, place);
  if (place.isEmpty && told !== undefined) return undefined;
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

/** Tokens of 2.0 to 2.3 are offsets in disguise. */
function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url');
}

function offsetIn(token: string | null): number {
  const json = parseJson(Buffer.from(token ?? '', 'base64url').toString());
  return isRecord(json) ? Number(json['offset']) || 0 : 0;
}

/** `undefined` where the server does not count. */
export function totalOf({ headers }: Answer): number | undefined {
  const count = headers['x-total-count'];
  return typeof count === 'string' && /^\d+$/.test(count) ? Number(count) : undefined;
}
