import type { Response } from 'express';
import type { Context } from '../oauth2/context.ts';
import type { List } from './list.ts';

/** One link: to a page of so many items, the first of which has this number. */
interface Target {
  relation: 'first' | 'next' | 'prev' | 'last';
  size: number;
  offset: number;
}

/** By `limit` and `offset`. No size at all is a division by zero, which ends the connection. */
export function offsetPage<T>(context: Context, res: Response, list: List<T>): T[] {
  const { usual, most } = context.profile.pageSize;
  const size = Math.min(numberIn(list.query.get('limit')) ?? usual, most);
  if (size <= 0) {
    res.destroy();
    return [];
  }
  const page = Math.floor(Math.max(0, numberIn(list.query.get('offset')) ?? 0) / size);
  const links = linksOf(list.total, { size, page });
  // A page that is just full has a page before it, before the beginning.
  const isJustFull = page === 0 && list.total === size;
  const all = isJustFull ? [...links, { relation: 'prev', size, offset: -size } as const] : links;
  return cut(context, res, {
    list,
    size,
    page,
    links: all.map((target) => ({
      ...target,
      query: { limit: String(target.size), offset: String(target.offset) },
    })),
  });
}

/** By `page_size` and a `page_token` that is an offset in disguise. */
export function offsetTokenPage<T>(context: Context, res: Response, list: List<T>): T[] {
  const { usual, most } = context.profile.pageSize;
  const size = Math.min(Math.max(1, numberIn(list.query.get('page_size')) ?? usual), most);
  const offset = offsetIn(list.query.get('page_token'));
  const page = Math.floor(offset / size);
  const links = list.hasWrongLinks
    ? linksOf(list.total, { size: Math.max(1, offset), page: size })
    : linksOf(list.total, { size, page });
  return cut(context, res, {
    list,
    size,
    page,
    links: links.map((target) => ({
      ...target,
      query: { page_size: String(target.size), page_token: tokenOf(target.offset) },
    })),
  });
}

function cut<T>(
  context: Context,
  res: Response,
  {
    list,
    size,
    page,
    links,
  }: {
    list: List<T>;
    size: number;
    page: number;
    links: (Target & { query: Record<string, string> })[];
  },
): T[] {
  const items = list.items
    .slice(page * size, (page + 1) * size)
    .filter((item) => !list.isHidden?.(item));
  if (items.length === 0 && list.isSilentWhenEmpty) return items;
  const base = context.profile.adminPaths[0] === '/' ? '' : context.profile.adminPaths[0];
  const texts = links.map(({ relation, query: own }) => {
    const query = new URLSearchParams([...list.query].filter(([name]) => !(name in own)));
    for (const [name, value] of Object.entries(own)) query.set(name, value);
    query.sort();
    return `<${base}${list.path}?${query.toString()}>; rel="${relation}"`;
  });
  res.set({ link: texts.join(','), 'x-total-count': String(list.total) });
  return items;
}

function linksOf(total: number, { size, page }: { size: number; page: number }): Target[] {
  const first = { relation: 'first', size, offset: 0 } as const;
  if (total <= size) return [{ ...first, size: Math.max(1, Math.min(size, total)) }];
  const offset = page * size;
  const end = Math.floor((total - 1) / size) * size;
  const next = { relation: 'next', size, offset: offset + size } as const;
  const last = { relation: 'last', size, offset: end } as const;
  if (page === 0) return [next, last];
  if (offset >= end) return [first, { relation: 'prev', size, offset: end - size }];
  return [first, next, { relation: 'prev', size, offset: offset - size }, last];
}

function numberIn(text: string | null): number | undefined {
  return text && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

function tokenOf(offset: number): string {
  return Buffer.from(JSON.stringify({ offset: String(offset), v: 2 })).toString('base64url');
}

/** A token that cannot be read is the first page. */
function offsetIn(token: string | null): number {
  const text = Buffer.from(token ?? '', 'base64url').toString();
  const offset = /^\{"offset":"(\d+)","v":2\}$/.exec(text)?.[1];
  return Number(offset ?? 0);
}
