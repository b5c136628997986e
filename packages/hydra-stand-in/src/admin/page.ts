import type { Response } from 'express';
import { setQuery } from '../oauth2/address.ts';
import type { Context } from '../oauth2/context.ts';
import type { Profile } from '../oauth2/profile.ts';
import type { List } from './list.ts';
import { offsetPage, offsetTokenPage } from './offset-page.ts';

const tokenLifetimeMs = 3600_000;

type Paging = <T>(context: Context, res: Response, list: List<T>) => T[];

const pagings: Record<Profile['paging'], Paging> = {
  offset: offsetPage,
  'offset-token': offsetTokenPage,
  'sealed-token': sealedTokenPage,
};

/**
 * The page of a list that the query asks for; its headers tell of the others (RFC 8288).
 * @throws ProtocolError
 */
export function pageOf<T>(context: Context, res: Response, list: List<T>): T[] {
  return pagings[context.profile.paging](context, res, list);
}

/** By `page_size` and a `page_token` that only the server can read. */
function sealedTokenPage<T>(context: Context, res: Response, list: List<T>): T[] {
  const { usual, most } = context.profile.pageSize;
  const { query, bad, path, keyOf } = list;
  const wanted = query.get('page_size') || String(usual);
  if (!/^[+-]?\d+$/.test(wanted)) throw bad('page_size is no number.');
  const size = Number(wanted) > 0 ? Math.min(Number(wanted), most) : usual;

  const token = query.get('page_token');
  const place = token
    ? context.sealer.open('page', token)
    : { list: path, after: '', endsAt: Infinity };
  if (place?.list !== path) throw bad('page_token is not of this list.');
  if (place.endsAt < context.now()) throw bad('page_token has expired.');

  const shown = list.items.filter((item) => !list.isHidden?.(item));
  const start = shown.findIndex((item) => keyOf(item) === place.after) + 1;
  const items = shown.slice(start, start + size);
  const last = items.at(-1);
  const hasMore = last !== undefined && start + size < shown.length;
  if (items.length > 0 || !list.isSilentWhenEmpty) {
    const first = link(context, list, { size, after: '', relation: 'first' });
    const next = hasMore && link(context, list, { size, after: keyOf(last), relation: 'next' });
    res.set('link', next ? `${first},${next}` : first);
  }
  return items;
}

function link<T>(
  context: Context,
  { path, query }: List<T>,
  { size, after, relation }: { size: number; after: string; relation: string },
): string {
  const [base = ''] = context.profile.adminPaths;
  const endsAt = context.now() + tokenLifetimeMs;
  const url = setQuery(`${base}${path}?${query.toString()}`, {
    page_size: String(size),
    page_token: context.sealer.seal('page', { list: path, after, endsAt }),
  });
  return `<${url}>; rel="${relation}"`;
}
