import type { Pool, PoolClient, QueryConfig, QueryResult } from 'pg';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { connect } from './connect.ts';
import { operationOf, reported, summaryOf, type Observe } from './query-report.ts';

const readOnly = '25006';

/** As the driver takes it; its types do not say so. */
type TimedQuery = QueryConfig & { query_timeout?: number };

export interface Limits {
  /** How long to wait for the answer to a query; 0 for ever. */
  queryTimeoutMs: number;
  /** Lift the limit of the server, too. */
  isSlow?: boolean;
  /** Gets how each query went. */
  observe?: Observe | undefined;
  /** Runs each query, such as in a span of a trace. */
  around?: Around | undefined;
  /** Asked each time a query is sent: what to add as a comment, without its marks. */
  comment?: Comment | undefined;
}

/** @param query what it is in few words, such as `select portico_sessions`: without values */
export type Around = <T>(query: string, work: () => Promise<T>) => Promise<T>;

/** Asterisks and slashes are taken out: with them a comment could end. */
export type Comment = () => string | undefined;

/**
 * A view of a pool for Kysely. A connection that did not answer in time, is read-only, or was left in
 * the middle of a transaction, is closed instead of used again.
 */
export function limitedPool(pool: Pool, limits: Limits): PostgresPool {
  return {
    async connect() {
      const client = await reported(
        limits.observe,
        () => 'connect',
        () => connect(pool),
      );
      if (limits.isSlow) await liftLimit(client);
      return limitedClient(client, limits);
    },
    async end() {
      throw new Error('close the database, not one view of it');
    },
  };
}

async function liftLimit(client: PoolClient): Promise<void> {
  try {
    await client.query('SET statement_timeout = 0');
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function limitedClient(
  client: PoolClient,
  { queryTimeoutMs, isSlow = false, observe, around, comment }: Limits,
): PostgresPoolClient {
  let isUnclear = false;

  async function query(text: string, values: readonly unknown[]): Promise<QueryResult> {
    const config: TimedQuery = { text: commented(text, comment?.()), values: [...values] };
    if (queryTimeoutMs > 0) config.query_timeout = queryTimeoutMs;
    const send = () => client.query(config);
    try {
      return await reported(
        observe,
        () => operationOf(text),
        () => (around ? around(summaryOf(text), send) : send()),
      );
    } catch (error) {
      // Its answer may still come, and would be taken for that of the next query.
      if (error instanceof Error && error.message === 'Query read timeout') isUnclear = true;
      // After a failover, another connection may lead to the server that takes changes.
      if ((error as { code?: unknown }).code === readOnly) isUnclear = true;
      throw error;
    }
  }

  return {
    query: query as unknown as PostgresPoolClient['query'], // there are no cursors
    release() {
      const isInTransaction = (client.getTransactionStatus() ?? 'I') !== 'I';
      client.release(isUnclear || isInTransaction || isSlow);
    },
  };
}

/**
 * At the end, where the server's log, its list of activities and slow queries show it. What the server
 * counts queries by does not hold comments.
 */
function commented(text: string, comment: string | undefined): string {
  return comment ? `${text} /*${comment.replaceAll(/[*/]/g, '')}*/` : text;
}
