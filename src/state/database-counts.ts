import { tryAgain } from '@portico/database';
import { sql, type Kysely, type RawBuilder } from 'kysely';
import { askDatabase } from './ask-database.ts';
import { span, type StateTables } from './database-tables.ts';
import type { Later } from './later.ts';
import type { CountChange, CountKey, CountRows, OpenCount } from './state.ts';

interface StoredCount extends OpenCount {
  limit_name: string;
  key: string;
  now: number;
}

/** Rolls a transaction back: nothing has to be written to the disk then. */
const nothingChanged = new Error('nothing has changed');

/** Beside how long a count says anything. */
const slackMs = 60_000;
/** How many keys are looked at in one statement. */
const fewKeys = 2_000;

/**
 * Counts in a table. Rows are always locked in the same order, so that no two instances wait for each
 * other.
 */
export function createDatabaseCounts(db: Kysely<StateTables>, later: Later): CountRows {
  return {
    async read({ limit, key }) {
      const { rows } = await askDatabase(
        sql<StoredCount & { now: number }>`
          select ${times}, wrong, leases from (values (1)) as one
          left join portico_counts on limit_name = ${limit} and key = ${key}`.execute(db),
      );
      const { now, wrong, at, leases } = rows[0]!;
      return { now, count: { wrong: wrong ?? 0, at: at ?? 0, leases: leases ?? {} } };
    },

    async take(lease, keys, leaseMs) {
      const order = inOrder(keys);
      const leases = sql`jsonb_build_object(${lease}::text,
        (extract(epoch from clock_timestamp()) * 1000 + ${leaseMs}::float8)::float8)`;
      const isBlank = sql`(counts.expires_at <= now() or
        (counts.wrong = 0 and counts.leases = '{}'::jsonb))`;
      const { rows } = await askDatabase(
        tryAgain(() =>
          sql`with asked as (
              select * from unnest(${limitsOf(order)}, ${keysOf(order)})
                with ordinality as one (limit_name, key, place)
            )
            insert into portico_counts as counts
              (limit_name, key, wrong, counted_at, leases, expires_at)
            select limit_name, key, 0, now(), ${leases}, now() + ${span(leaseMs + slackMs)}
            from asked
            where not exists (
              select 1 from portico_counts as counts join asked
                on counts.limit_name = asked.limit_name and counts.key = asked.key
              where not ${isBlank}
            )
            order by place
            on conflict (limit_name, key) do update set
              wrong = 0, leases = excluded.leases, expires_at = excluded.expires_at
            where ${isBlank}
            returning key`.execute(db),
        ),
      );
      return rows.length === keys.length;
    },

    async change<T>(
      keys: readonly CountKey[],
      decide: (counts: OpenCount[], now: number) => { changes?: CountChange[]; result: T },
    ): Promise<T> {
      let unchanged: { result: T } | undefined;
      const changing = tryAgain(() =>
        db.transaction().execute(async (transaction) => {
          const locked = await lockRows(transaction, inOrder(keys));
          const byKey = new Map(locked.map((row) => [nameOf(row.limit_name, row.key), row]));
          const counts = keys.map(({ limit, key }) => {
            const { wrong, at, leases } = byKey.get(nameOf(limit, key))!;
            return { wrong, at, leases };
          });
          const { changes, result } = decide(counts, Math.max(...locked.map(({ now }) => now)));
          unchanged = changes ? undefined : { result };
          if (!changes) throw nothingChanged;
          await writeRows(transaction, keys, changes);
          return result;
        }),
      );
      return askDatabase(
        changing.catch((error: unknown) => {
          if (error === nothingChanged && unchanged) return unchanged.result;
          throw error;
        }),
      );
    },

    release: (lease, keys, cleared) => {
      const order = inOrder(keys);
      const isCleared = order.map((key) => cleared.some((one) => isSame(one, key)));
      return later.unlessNow(
        () =>
          askDatabase(
            tryAgain(() =>
              sql`with locked as (
                  select counts.limit_name, counts.key, asked.is_cleared
                  from unnest(${limitsOf(order)}, ${keysOf(order)}, ${isCleared}::boolean[])
                    with ordinality as asked (limit_name, key, is_cleared, place)
                  join portico_counts as counts
                    on counts.limit_name = asked.limit_name and counts.key = asked.key
                  order by asked.place
                  for update of counts
                )
                update portico_counts as counts set
                  leases = counts.leases - ${lease}::text,
                  wrong = case when locked.is_cleared then 0 else counts.wrong end
                from locked
                where counts.limit_name = locked.limit_name and counts.key = locked.key`.execute(
                db,
              ),
            ),
          ),
        'an attempt that was right could not be noted yet',
      );
    },

    async list(limit, least) {
      const { rows } = await askDatabase(
        sql<StoredCount>`
          select key, ${times}, wrong, leases from portico_counts
          where limit_name = ${limit} and (wrong > ${least} or leases <> '{}'::jsonb)
          order by wrong desc, key limit ${fewKeys}`.execute(db),
      );
      const counts = rows.map(({ key, wrong, at, leases }) => ({ key, wrong, at, leases }));
      return { now: rows[0]?.now ?? 0, counts };
    },

    async clearWhere(limit, holds) {
      let cleared = 0;
      let after: string | undefined = '';
      while (after !== undefined) {
        // oxlint-disable-next-line no-await-in-loop -- there may be many: a part at a time
        const keys: string[] = await keysAfter(limit, after);
        const meant = keys.filter(holds).map((key) => ({ limit, key }));
        // oxlint-disable-next-line no-await-in-loop
        if (meant.length > 0) await clear(meant);
        cleared += meant.length;
        after = keys.length === fewKeys ? keys.at(-1) : undefined;
      }
      return cleared;
    },

    clear,
  };

  /** Attempts under way keep their places. */
  async function clear(keys: readonly CountKey[]): Promise<void> {
    await askDatabase(
      tryAgain(() =>
        sql`with locked as (
            select counts.limit_name, counts.key
            from unnest(${limitsOf(keys)}, ${keysOf(keys)})
              with ordinality as asked (limit_name, key, place)
            join portico_counts as counts
              on counts.limit_name = asked.limit_name and counts.key = asked.key
            order by asked.place
            for update of counts
          )
          update portico_counts as counts set wrong = 0 from locked
          where counts.limit_name = locked.limit_name and counts.key = locked.key`.execute(db),
      ),
    );
  }

  async function keysAfter(limit: string, after: string): Promise<string[]> {
    const { rows } = await askDatabase(
      sql<{ key: string }>`
        select key from portico_counts
        where limit_name = ${limit} and wrong > 0 and key > ${after}
        order by key limit ${fewKeys}`.execute(db),
    );
    return rows.map(({ key }) => key);
  }
}

/** Makes the rows that are missing. @returns all of them; nobody else can change them until the end */
async function lockRows(
  transaction: Kysely<StateTables>,
  keys: readonly CountKey[],
): Promise<StoredCount[]> {
  const { rows } = await sql<StoredCount>`
    insert into portico_counts as counts (limit_name, key, wrong, counted_at, leases, expires_at)
    select limit_name, key, 0, now(), '{}'::jsonb, now() + ${span(slackMs)}
    from unnest(${limitsOf(keys)}, ${keysOf(keys)})
      with ordinality as asked (limit_name, key, place)
    order by place
    on conflict (limit_name, key) do update set expires_at = counts.expires_at
    returning limit_name, key, ${times}, wrong, leases`.execute(transaction);
  return rows;
}

async function writeRows(
  transaction: Kysely<StateTables>,
  keys: readonly CountKey[],
  changes: readonly CountChange[],
): Promise<void> {
  await sql`
    update portico_counts as counts set
      wrong = changed.wrong,
      counted_at = to_timestamp(changed.at / 1000),
      leases = changed.leases::jsonb,
      expires_at = now() + (changed.keep_ms * interval '1 millisecond')
    from unnest(
      ${limitsOf(keys)}, ${keysOf(keys)},
      ${changes.map(({ wrong }) => wrong)}::float8[],
      ${changes.map(({ at }) => at)}::float8[],
      ${changes.map(({ leases }) => JSON.stringify(leases))}::text[],
      ${changes.map(({ keepMs }) => keepMs + slackMs)}::float8[]
    ) as changed (limit_name, key, wrong, at, leases, keep_ms)
    where counts.limit_name = changed.limit_name and counts.key = changed.key`.execute(transaction);
}

/** Now, and when the last attempt was counted, in milliseconds since 1970. */
const times = sql`
  (extract(epoch from clock_timestamp()) * 1000)::float8 as now,
  (extract(epoch from counted_at) * 1000)::float8 as at`;

const nameOf = (limit: string, key: string): string => `${limit} ${key}`;

function inOrder(keys: readonly CountKey[]): CountKey[] {
  return keys.toSorted((one, other) =>
    nameOf(one.limit, one.key) < nameOf(other.limit, other.key) ? -1 : 1,
  );
}

const isSame = (one: CountKey, other: CountKey): boolean =>
  one.limit === other.limit && one.key === other.key;

const limitsOf = (keys: readonly CountKey[]): RawBuilder<unknown> =>
  sql`${keys.map(({ limit }) => limit)}::text[]`;

const keysOf = (keys: readonly CountKey[]): RawBuilder<unknown> =>
  sql`${keys.map(({ key }) => key)}::text[]`;
