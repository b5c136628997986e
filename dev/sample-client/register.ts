import { type NewClient, type Hydra, HydraError } from '@portico/hydra-admin';

/** A client whose id is chosen, so that each run finds it again. */
export type KnownClient = NewClient & { client_id: string };

/** Registers clients, or brings those of an earlier run up to date. */
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
