import { readClient, readClients, type RegisteredClient } from './client-answers.ts';
import type { ClientFilter, NewClient } from './client-types.ts';
import { noContent, textOf } from './operations.ts';
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
const remove = { name: 'clients.delete', method: 'DELETE', path, ...noContent } as const;
const list = { name: 'clients.list', path } as const;

/** OAuth2 clients. */
export function clientOperations(call: Call) {
  const { page, all } = createList<RegisteredClient>(call, {
    operation: list,
    readItems: readClients,
  });

  return {
    /**
     * Registers a client. The answer holds its secret, which is never shown again, unless the
     * client is public. To choose the `client_id` is `unsupported` on 2.0 and 2.1.
     * @throws HydraError `conflict` if the `client_id` is taken, `bad_request` if the server
     *   refuses the client
     */
    create: async (client: NewClient): Promise<RegisteredClient> =>
      call(create, {
        ...bodyOf(client),
        needs: client.client_id === undefined ? [] : ['chosen_client_id'],
      }),

    /** Without the secret. @throws HydraError `unknown` */
    get: async (id: string): Promise<RegisteredClient> => call(get, item(path, id)),

    /**
     * Replaces a client: members that are left out are reset to their defaults. Only the secret
     * stays if none is given; the answer holds it only if it is new.
     * @throws HydraError `unknown`, `bad_request`
     */
    replace: async (id: string, client: NewClient): Promise<RegisteredClient> =>
      call(replace, { ...item(path, id), ...bodyOf(client) }),

    /** Also deletes its consents and makes its tokens inactive. @throws HydraError `unknown` */
    delete: async (id: string): Promise<void> => call(remove, item(path, id)),

    /** @throws HydraError `bad_request` for an `after` that has expired, or a size out of bounds */
    page: async (options: PageOptions & ClientFilter = {}): Promise<Page<RegisteredClient>> =>
      page(options, filterOf(options)),

    /** All clients. Fetches page after page as the caller reads on. */
    list: (options: ListOptions & ClientFilter = {}): AsyncIterable<RegisteredClient> =>
      all(options, filterOf(options)),
  };
}

function bodyOf(client: NewClient): Pick<CallOptions, 'body' | 'secrets'> {
  return { body: () => client, secrets: [client.client_secret ?? ''] };
}

function filterOf({
  clientName,
  owner,
}: ClientFilter): Pick<CallOptions, 'needs'> & { query: Query } {
  const query = { client_name: clientName || undefined, owner: owner || undefined };
  return { query, needs: clientName || owner ? ['client_filter'] : [] };
}
