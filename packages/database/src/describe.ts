import type { Pool, PoolClient } from 'pg';
import { connect } from './connect.ts';

/** What a query asks for and gives. */
export interface Description {
  /** How many parameters it has: `$1`, `$2` … */
  parameters: number;
  /** The names of its columns, in order; `undefined` when it gives no rows. */
  columns: string[] | undefined;
}

type Wire = PoolClient & { connection: WireConnection };

interface WireConnection {
  parse(query: { name: string; text: string; types: number[] }): void;
  describe(what: { type: 'S'; name: string }): void;
  sync(): void;
  once(event: string, take: (message: { dataTypeIDs: number[] }) => void): void;
}

/** By the messages Parse and Describe of the protocol, for which the driver has no method. */
export async function describe(pool: Pool, text: string): Promise<Description> {
  const client = (await connect(pool)) as Wire;
  try {
    return await new Promise((resolve, reject) => {
      const found: Description = { parameters: 0, columns: undefined };
      client.query({
        submit(connection: unknown) {
          const wire = connection as WireConnection;
          wire.once('parameterDescription', ({ dataTypeIDs }) => {
            found.parameters = dataTypeIDs.length;
          });
          wire.parse({ name: '', text, types: [] });
          wire.describe({ type: 'S', name: '' });
          wire.sync();
        },
        handleRowDescription({ fields }: { fields: { name: string }[] }) {
          found.columns = fields.map(({ name }) => name);
        },
        handleError: reject,
        handleReadyForQuery: () => resolve(found),
      } as never);
    });
  } finally {
    client.release(true); // whatever listens to it ends with it
  }
}
