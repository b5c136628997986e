/** Operation 19: all clients, page by page. */
import { expect } from '@jest/globals';
import { differs, everywhere, holds, promised, type Check } from '../promise.ts';
import type { Trial } from '../trial.ts';
import { linksOf, type Body } from '../wire.ts';

/** Registers some clients that a filter finds, and tells their ids. */
async function registered(trial: Trial, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) {
    ids.push((await trial.client({ owner: trial.subject })).client_id);
  }
  return ids.toSorted();
}

async function page(trial: Trial, query: string): Promise<string[]> {
  const { status, body } = await trial.admin('GET', `/clients?owner=${trial.subject}&${query}`);
  expect(status).toBe(200);
  return body.map(({ client_id }: Body) => client_id);
}

const pagesBySize: Check = async (trial) => {
  const ids = await registered(trial, 3);
  expect(await page(trial, 'limit=2')).toHaveLength(3);
  expect(await page(trial, 'page_size=2')).toHaveLength(2);
  const first = await trial.hydra.clients.page({ owner: trial.subject, size: 2 });
  expect(first.items).toHaveLength(2);
  const all = await collect(trial.hydra.clients.list({ owner: trial.subject, size: 1 }));
  expect(all).toEqual(ids);
};

const ignoresOffset: Check = async (trial) => {
  await registered(trial, 2);
  expect(await page(trial, 'offset=1&page_size=9')).toEqual(await page(trial, 'page_size=9'));
  const { items, next } = await trial.hydra.clients.page({ owner: trial.subject, size: 1 });
  const second = await trial.hydra.clients.page({
    owner: trial.subject,
    size: 1,
    after: next ?? '',
  });
  expect(second.items).toHaveLength(1);
  expect(second.items[0]!.client_id).not.toBe(items[0]!.client_id);
};

/** Looks at all clients, not at some: the numbers of the header know no filter. */
const linksAll: Check = async (trial) => {
  await registered(trial, 3);
  const first = await trial.admin('GET', `/clients?${one[trial.version]}`);
  expect(Object.keys(linksOf(first)).toSorted()).toEqual(['last', 'next']);
  expect(Number(first.headers.get('x-total-count'))).toBeGreaterThanOrEqual(3);
  const { next } = linksOf(first);
  expect(first.headers.get('link')).toMatch(/^<\//);
  const second = await trial.admin('GET', `/clients${next!.search}`);
  expect(Object.keys(linksOf(second)).toSorted()).toEqual(['first', 'last', 'next', 'prev']);
};

const one = { '1.11': 'limit=1', '2.3': 'page_size=1', '26.2': 'page_size=1' };

const collect = async (list: AsyncIterable<{ client_id: string }>): Promise<string[]> => {
  const ids: string[] = [];
  for await (const { client_id } of list) ids.push(client_id);
  return ids.toSorted();
};

export const listsOfClients = [
  promised(
    'S19.a',
    'lists all clients',
    everywhere(
      holds(async (trial) => {
        const ids = await registered(trial, 2);
        const all = await collect(trial.hydra.clients.list({ size: 500 }));
        expect(all).toEqual(expect.arrayContaining(ids));
        const clientName = `${trial.subject} by name`;
        const { client_id } = await trial.client({ client_name: clientName });
        expect(await collect(trial.hydra.clients.list({ clientName }))).toEqual([client_id]);
        expect(await page(trial, '')).toHaveLength(2);
      }),
    ),
  ),
  promised(
    'S19.b',
    'the list of clients shows no secret',
    everywhere(
      holds(async (trial) => {
        await registered(trial, 1);
        const { body } = await trial.admin('GET', `/clients?owner=${trial.subject}`);
        expect(body).toHaveLength(1);
        expect(body[0]).not.toHaveProperty('client_secret');
        const { items } = await trial.hydra.clients.page({ owner: trial.subject });
        expect(items[0]).not.toHaveProperty('client_secret');
      }),
    ),
  ),
  promised('S19.c', '`limit` sets the maximum number of clients', {
    '1.11': holds(async (trial) => {
      const ids = await registered(trial, 3);
      expect(await page(trial, 'limit=2')).toHaveLength(2);
      const first = await trial.hydra.clients.page({ owner: trial.subject, size: 2 });
      expect(first.items).toHaveLength(2);
      const all = await collect(trial.hydra.clients.list({ owner: trial.subject, size: 1 }));
      expect(all).toEqual(ids);
    }),
    '2.3': differs('its name is `page_size`; `limit` is ignored', pagesBySize),
    '26.2': differs('its name is `page_size`; `limit` is ignored', pagesBySize),
  }),
  promised('S19.d', '`offset` sets the client to begin with', {
    '1.11': differs('it is rounded down to a multiple of `limit`', async (trial) => {
      await registered(trial, 4);
      const all = await page(trial, 'limit=4');
      expect(await page(trial, 'limit=2&offset=2')).toEqual(all.slice(2));
      expect(await page(trial, 'limit=2&offset=3')).toEqual(all.slice(2));
      const options = { owner: trial.subject, size: 2 };
      const { next } = await trial.hydra.clients.page(options);
      const { items } = await trial.hydra.clients.page({ ...options, after: next ?? '' });
      expect(items.map(({ client_id }) => client_id)).toEqual(all.slice(2));
    }),
    '2.3': differs('it is ignored; `page_token` is used instead', ignoresOffset),
    '26.2': differs('it is ignored; `page_token` is used instead', ignoresOffset),
  }),
  promised('S19.e', 'the `Link` header of the clients has first, next, last and previous', {
    '1.11': differs('its name for the last one is `prev`', linksAll),
    '2.3': differs('its name for the last one is `prev`', linksAll),
    '26.2': differs('it has only first and next', async (trial) => {
      await registered(trial, 2);
      const first = await trial.admin('GET', '/clients?page_size=1');
      expect(Object.keys(linksOf(first)).toSorted()).toEqual(['first', 'next']);
      expect(first.headers.get('x-total-count')).toBeNull();
      const { next } = linksOf(first);
      const second = await trial.admin('GET', `/clients${next!.search}`);
      expect(Object.keys(linksOf(second))).toContain('first');
      expect(Object.keys(linksOf(second))).not.toContain('prev');
      const mine = await trial.admin('GET', `/clients?page_size=9&owner=${trial.subject}`);
      expect(Object.keys(linksOf(mine))).toEqual(['first']);
    }),
  }),
];
