import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type Kysely } from 'kysely';
import { isAway } from '@portico/database';
import type { StateTables } from './database-tables.ts';

interface SweeperParts {
  db: Kysely<StateTables>;
  log: { warn(details: object, message: string): void };
  everyMs?: number;
}

const steps = 200;
const pauseMs = 50;
/** How many rows one statement removes. */
const fewRows = 500;

/**
 * Removes what has expired, a few rows at a time, now and then. Several instances may do so at once:
 * none waits for rows that another one is removing.
 */
export function createSweeper({ db, log, everyMs = 60_000 }: SweeperParts) {
  const closing = new AbortController();

  const removals = [
    () => sql`delete from portico_answers where key in (
      select key from portico_answers where expires_at <= now()
      order by expires_at limit ${fewRows} for update skip locked)`,
    () => sql`delete from portico_sessions where key in (
      select key from portico_sessions where expires_at <= now()
      order by expires_at limit ${fewRows} for update skip locked)`,
    () => sql`delete from portico_counts where (limit_name, key) in (
      select limit_name, key from portico_counts where expires_at <= now()
      order by expires_at limit ${fewRows} for update skip locked)`,
  ];

  /** @returns how many rows it has removed */
  async function sweep(): Promise<number> {
    let removed = 0;
    for (const removal of removals) {
      for (let step = 0; step < steps && !closing.signal.aborted; step += 1) {
        // oxlint-disable-next-line no-await-in-loop -- small steps, with room for others between them
        const { numAffectedRows = 0n } = await removal().execute(db);
        removed += Number(numAffectedRows);
        if (numAffectedRows < fewRows) break;
        // oxlint-disable-next-line no-await-in-loop
        await sleep(pauseMs);
      }
    }
    return removed;
  }

  let sweeping: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    sweeping = sweep().catch((error: unknown) => {
      if (!isAway(error)) log.warn({ err: error }, 'expired rows cannot be removed');
    });
  }, everyMs).unref();

  return {
    sweep,
    async close(): Promise<void> {
      clearInterval(timer);
      closing.abort();
      await sweeping;
    },
  };
}
