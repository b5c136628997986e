import { sql } from 'kysely';
import type { IdentityLog } from './backend.ts';
import type { PeopleDb } from './sql-tables.ts';

/**
 * Notes that the credentials of these people changed, so that a Portico ends their sign-ins at the
 * OAuth2 server, now or when one runs again. Call it in the transaction of the change.
 */
export async function noteChanges(db: PeopleDb, subjects: readonly string[]): Promise<void> {
  if (subjects.length === 0) return;
  await db
    .insertInto('portico_people_changes')
    .values([...new Set(subjects)].toSorted().map((subject) => ({ subject })))
    .onConflict((conflict) =>
      conflict.column('subject').doUpdateSet({ changed_at: sql`now()`, claimed_until: sql`now()` }),
    )
    .execute();
}

export interface ChangesParts {
  log: IdentityLog;
  /** See `BackendParts`. */
  endSignIns: (subject: string) => Promise<boolean>;
  everyMs: number;
  /** Whatever else is looked for in the same rhythm. */
  alsoLook?: () => Promise<void>;
}

/** How many are taken at a time, and how long the others leave them to us. */
const batch = 20;
const claimSeconds = 300;

/**
 * Looks for noted changes every few seconds: one query that finds nothing, mostly. Several instances
 * share the work; what one has taken and not done, another one takes after five minutes.
 */
export function watchChanges(db: PeopleDb, { log, endSignIns, everyMs, alsoLook }: ChangesParts) {
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let working: Promise<void> = Promise.resolve();
  let lastFault: string | undefined;

  async function claim() {
    const free = db
      .selectFrom('portico_people_changes')
      .select('subject')
      .where('claimed_until', '<=', sql<Date>`now()`)
      .orderBy('claimed_until')
      .limit(batch);
    return (
      db
        .updateTable('portico_people_changes')
        .set({ claimed_until: sql`now() + ${sql.lit(claimSeconds)} * interval '1 second'` })
        .where('subject', 'in', free)
        .where('claimed_until', '<=', sql<Date>`now()`) // by now, another instance may have it
        // As text: a date of JavaScript has too few digits to find it again.
        .returning(['subject', sql<string>`cast(changed_at as text)`.as('changedAt')])
        .execute()
    );
  }

  async function work(): Promise<void> {
    const claimed = await claim();
    for (const { subject, changedAt } of claimed) {
      if (isClosed) return;
      // oxlint-disable-next-line no-await-in-loop -- one person after the other
      if (!(await endSignIns(subject))) continue;
      // oxlint-disable-next-line no-await-in-loop
      await db
        .deleteFrom('portico_people_changes')
        .where('subject', '=', subject)
        .where(sql<boolean>`cast(changed_at as text) = ${changedAt}`)
        .execute();
    }
    if (claimed.length === batch && !isClosed) await work();
  }

  async function look(): Promise<void> {
    try {
      await work();
      await alsoLook?.();
      lastFault = undefined;
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'no reason given';
      if (reason !== lastFault) log.warn({ reason }, 'changed credentials cannot be looked for');
      lastFault = reason;
    }
    if (!isClosed) timer = setTimeout(begin, everyMs).unref();
  }

  function begin(): void {
    working = look();
  }

  begin();
  return {
    async close(): Promise<void> {
      isClosed = true;
      clearTimeout(timer);
      await working;
    },
  };
}
