/** The admin API of the OAuth2 server, as the sample app needs it. */
export interface AdminApi {
  url: string;
  /** Sent along, for an API behind a gateway. */
  headers: Record<string, string>;
}

export interface ClientRecord {
  client_id: string;
  [member: string]: unknown;
}

const timeoutMs = 5000;

/**
 * Registers clients, or brings those of an earlier run up to date.
 * @throws Error with a sentence that names the address
 */
export async function registerClients(api: AdminApi, clients: ClientRecord[]): Promise<void> {
  const address = await clientsAddress(api);
  await Promise.all(clients.map((client) => register(api, address, client)));
}

/** The operations lie under `/admin` since version 2, before that at the root. */
async function clientsAddress(api: AdminApi): Promise<string> {
  const candidates = [`${api.url}/admin/clients`, `${api.url}/clients`];
  const answers = await Promise.all(
    candidates.map((address) => ask(api, 'GET', `${address}?page_size=1&limit=1`)),
  );
  const index = answers.findIndex(({ ok }) => ok);
  if (index < 0) throw new Error(`There is no admin API at ${api.url}.`);
  return candidates[index]!;
}

async function register(api: AdminApi, address: string, client: ClientRecord): Promise<void> {
  const updated = await ask(api, 'PUT', `${address}/${client.client_id}`, client);
  const answer = updated.status === 404 ? await ask(api, 'POST', address, client) : updated;
  const text = await answer.text();
  if (!answer.ok) {
    const reason = text.slice(0, 500);
    throw new Error(`${address} does not take the client ${client.client_id}: ${reason}`);
  }
}

async function ask(
  api: AdminApi,
  method: string,
  url: string,
  body?: ClientRecord,
): Promise<Response> {
  try {
    return await fetch(url, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json', ...api.headers },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
  } catch (cause) {
    throw new Error(`The admin API at ${api.url} does not answer.`, { cause });
  }
}
