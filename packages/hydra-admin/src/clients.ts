import { readClient, readClients, type RegisteredClient } from './client-answers.ts';
import type { ClientFilter, NewClient } from './client-types.ts';
import { silence, textOf } from './operations.ts';
import { createList } from './pages.ts';
import { item } from './paths.ts';
import type { Query } from './query-string.ts';
import type { ListOptions, Page, PageOptions } from './resource-types.ts';
import type { Call, CallOptions } from './transport.ts';

const path = '/clients';
const read = textOf(readClient);
const create = { name: 'clients.create', method: 'POST', path, status: 201, read } as const;
const get = { name: 'clients.get', method: 'GET', path, status: 200, read } as const;
const replace = { name: 'clients.replace', method: 'PUT', path, status: 200, read } as const;
const remove = { name: 'clients.delete', method: 'DELETE', path, ...silence } as const;
const list = { name: 'clients.list', path } as const;

/** OAuth2 clients. */
export function clientOperations(call: Call) {
  const { page, all } = createList<RegisteredClient>(call, {
    operation: list,
    readItems: readClients,
  });

  return {
    /**
     * Registers a client. The answer has its secret, which is never told again, unless the client
     * is public. On 2.0 and 2.1 a `client_id` of one's own is `unsupported`.
     * @throws HydraError `conflict` when the `client_id` is taken, `bad_request` for what the server
     *   does not take
     */
    create: async (client: NewClient): Promise<RegisteredClient> =>
      call(create, {
        ...saying(client),
        needs: client.client_id === undefined ? [] : ['chosen_client_id'],
      }),

    /** Has no secret. @throws HydraError `unknown` */
    get: async (id: string): Promise<RegisteredClient> => call(get, item(path, id)),

    /**
     * Puts a client in the place of another: whatever is left out is reset to the default. Only the
     * secret stays when none is given; the answer tells it only when it is new.
     * @throws HydraError `unknown`, `bad_request`
     */
    replace: async (id: string, client: NewClient): Promise<RegisteredClient> =>
      call(replace, { ...item(path, id), ...saying(client) }),

    /** Its tokens become inactive and its consents go. @throws HydraError `unknown` */
    delete: async (id: string): Promise<void> => call(remove, item(path, id)),

    /** @throws HydraError `bad_request` for an `after` that has expired, or a size out of bounds */
    page: async (options: PageOptions & ClientFilter = {}): Promise<Page<RegisteredClient>> =>
      page(options, filterOf(options)),

    /** All of them, page by page as they are looked at. */
    list: (options: ListOptions & ClientFilter = {}): AsyncIterable<RegisteredClient> =>
      all(options, filterOf(options)),
  };
}

function saying(client: NewClient): Pick<CallOptions, 'body' | 'secrets'> {
  return { body: () => client, secrets: [client.client_secret ?? ''] };
}

function filterOf({
  clientName,
  owner,
}: ClientFilter): Pick<CallOptions, 'needs'> & { query: Query } {
  const query = { client_name: clientName || undefined, owner: owner || undefined };
  return { query, needs: clientName || owner ? ['client_filter'] : [] };
}
