import type { Response } from 'express';
import { setQuery } from '../oauth2/address.ts';
import type { Context } from '../oauth2/context.ts';
import type { ProtocolError } from '../oauth2/protocol-error.ts';

const tokenLifetimeMs = 3600_000;

interface List<T> {
  /** Below the base of the admin API. */
  path: string;
  items: T[];
  keyOf(item: T): string;
  query: URLSearchParams;
}

interface Page<T> {
  items: T[];
  list: Pick<List<T>, 'path' | 'query'>;
  size: number;
  /** Key of the last item, when there are more. */
  last?: string;
}

/**
 * The page of a list that the query asks for with `page_size` and `page_token`.
 * @param bad makes the error of this list
 * @throws ProtocolError
 */
export function readPage<T>(
  context: Context,
  list: List<T>,
  bad: (detail: string) => ProtocolError,
): Page<T> {
  const { usual, most } = context.profile.pageSize;
  const wanted = list.query.get('page_size') || String(usual);
  if (!/^[+-]?\d+$/.test(wanted)) throw bad('page_size is no number.');
  const size = Number(wanted) > 0 ? Math.min(Number(wanted), most) : usual;

  const token = list.query.get('page_token');
  const place = token
    ? context.sealer.open('page', token)
    : { list: list.path, after: '', endsAt: Infinity };
  if (place?.list !== list.path) throw bad('page_token is not of this list.');
  if (place.endsAt < context.now()) throw bad('page_token has expired.');

  const start = list.items.findIndex((item) => list.keyOf(item) === place.after) + 1;
  const items = list.items.slice(start, start + size);
  const last = items.at(-1);
  const hasMore = last !== undefined && start + size < list.items.length;
  return { items, list, size, ...(hasMore && { last: list.keyOf(last) }) };
}

/** Sets the `Link` header, with the first page and, if there is more, the next (RFC 8288). */
export function setLink<T>(context: Context, res: Response, { list, size, last }: Page<T>): void {
  const [base = ''] = context.profile.adminPaths;
  const link = (after: string, relation: string) => {
    const endsAt = context.now() + tokenLifetimeMs;
    const token = context.sealer.seal('page', { list: list.path, after, endsAt });
    const url = setQuery(`${base}${list.path}?${list.query.toString()}`, {
      page_size: String(size),
      page_token: token,
    });
    return `<${url}>; rel="${relation}"`;
  };
  res.set(
    'link',
    [link('', 'first'), last === undefined ? [] : link(last, 'next')].flat().join(','),
  );
}
