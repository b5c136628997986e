import { HydraError } from './hydra-error.ts';
import type { Operation } from './operations.ts';
import { nextByLink, totalOf, wayOf, type Place } from './page-links.ts';
import { queryString, type Query } from './query-string.ts';
import type { ListOptions, Page, PageOptions } from './resource-types.ts';
import type { Answer } from './send.ts';
import type { Call, CallOptions } from './transport.ts';
import type { Dialect } from './version.ts';

/** What a list asks for besides a page. */
export interface Filter extends Pick<CallOptions, 'needs'> {
  query: Query;
}

interface ListOf<T> {
  operation: Pick<Operation<T>, 'name' | 'path'>;
  /** @throws MalformedAnswer */
  readItems: (body: string) => T[];
  /** Finds the next page; by the `Link` header when not given. */
  nextOf?: (answer: Answer, place: Place) => Query | undefined;
}

/** Some versions refuse or cut larger pages. */
const maxSize = 500;

/** Reads a list page by page: by `limit` and `offset` on 1.x, later by size and token. */
export function createList<T>(
  call: Call,
  { operation, readItems, nextOf = nextByLink }: ListOf<T>,
) {
  async function page(options: PageOptions, { query, needs = [] }: Filter): Promise<Page<T>> {
    const { size = 100, after, timeoutMs } = options;
    if (!Number.isInteger(size) || size < 1 || size > maxSize) {
      throw new HydraError('bad_request', `${operation.name}: a page has 1 to ${maxSize} items`);
    }
    const read = (answer: Answer): Page<T> => {
      const items = readItems(answer.body);
      const next = queryString(nextOf(answer, { size, after, isEmpty: items.length === 0 }));
      const total = totalOf(answer);
      return {
        items,
        ...(next !== '' && next !== after && { next }),
        ...(total !== undefined && { total }),
      };
    };
    return call<Page<T>>(
      { method: 'GET', status: 200, isLong: true, read, ...operation },
      {
        query: (dialect) => Object.assign({}, query, placeIn(dialect, { size, after })),
        needs,
        timeoutMs,
      },
    );
  }

  async function* all(options: ListOptions, filter: Filter): AsyncGenerator<T, void, undefined> {
    const seen = new Set<string>();
    for (let after: string | undefined = ''; after !== undefined;) {
      seen.add(after);
      // oxlint-disable-next-line no-await-in-loop -- each page names the next one
      const { items, next }: Page<T> = await page({ ...options, ...(after && { after }) }, filter);
      yield* items;
      after = next !== undefined && !seen.has(next) ? next : undefined;
    }
  }

  return { page, all };

  function placeIn(dialect: Dialect, { size, after }: Omit<Place, 'isEmpty'>): Query {
    const way = wayOf(dialect.prefix);
    if (after === undefined) return { [way.size]: String(size) };
    const given = new URLSearchParams(after);
    const place = given.get(way.place);
    if (place === null) {
      throw new HydraError(
        'bad_request',
        `${operation.name}: "after" does not belong to this list`,
      );
    }
    return { [way.size]: given.get(way.size) ?? String(size), [way.place]: place };
  }
}
