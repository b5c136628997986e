import { isRecord, jsonOf } from './shapes.ts';
import type { Query } from './query-string.ts';
import type { Answer } from './send.ts';
import type { Dialect } from './version.ts';

/** The page that was asked for. */
export interface Place {
  size: number;
  after: string | undefined;
}

const byOffset = { size: 'limit', place: 'offset' } as const;
const byToken = { size: 'page_size', place: 'page_token' } as const;

/** The parameters that say how long a page is and where it begins. */
export function wayOf(prefix: Dialect['prefix']): typeof byOffset | typeof byToken {
  return prefix === '' ? byOffset : byToken;
}

/**
 * What the `Link` header says of the next page (RFC 8288): its size and place alone. Where else the
 * address leads, to another host for one, does not matter.
 */
export function nextByLink({ headers }: Answer): Query | undefined {
  const links = [headers['link'] ?? ''].flat().join(',');
  const target = /<([^>]*)>\s*;\s*rel="?next"?/.exec(links)?.[1];
  if (target === undefined) return undefined;
  const query = new URLSearchParams(target.replace(/^[^?]*/, '').replace(/#.*/, ''));
  const way = [byToken, byOffset].find(({ place }) => query.has(place));
  return (
    way && { [way.size]: query.get(way.size) ?? undefined, [way.place]: query.get(way.place)! }
  );
}

/**
 * For the consents of 2.0 to 2.3, whose links have wrong numbers: the next place as their tokens
 * write it. Those versions alone count the items and know tokens.
 */
export function nextConsents(answer: Answer, { size, after }: Place): Query | undefined {
  const total = totalOf(answer);
  const isByOffset =
    after === undefined ? linksByOffset(answer) : new URLSearchParams(after).has('offset');
  if (total === undefined || isByOffset) return nextByLink(answer);
  const given = new URLSearchParams(after);
  const length = Number(given.get(byToken.size) ?? size);
  const offset = offsetIn(given.get(byToken.place)) + length;
  if (offset >= total) return undefined;
  const token = Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url');
  return { [byToken.size]: String(length), [byToken.place]: token };
}

function linksByOffset({ headers }: Answer): boolean {
  return /[?&]offset=/.test(String(headers['link'] ?? ''));
}

function offsetIn(token: string | null): number {
  const json = jsonOf(Buffer.from(token ?? '', 'base64url').toString());
  return isRecord(json) ? Number(json['offset']) || 0 : 0;
}

/** `undefined` where the server does not count. */
export function totalOf({ headers }: Answer): number | undefined {
  const count = headers['x-total-count'];
  return typeof count === 'string' && /^\d+$/.test(count) ? Number(count) : undefined;
}
