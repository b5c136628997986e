import { type NewClient, type Hydra, HydraError } from '@portico/hydra-admin';

/** A client with a fixed id, so that the next run finds it again. */
export type KnownClient = NewClient & { client_id: string };

/** Registers clients, or updates those of an earlier run. */
export async function registerClients(
  { clients }: Pick<Hydra, 'clients'>,
  known: KnownClient[],
): Promise<void> {
  const register = (client: KnownClient) =>
    clients.replace(client.client_id, client).catch((error: unknown) => {
      if (error instanceof HydraError && error.kind === 'unknown') return clients.create(client);
      throw error;
    });
  await Promise.all(known.map(register));
}
