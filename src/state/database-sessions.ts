import { sql, type Kysely } from 'kysely';
import { askDatabase } from './ask-database.ts';
import { span, type StateTables } from './database-tables.ts';
import type { Later } from './later.ts';
import { mostSessions, sessionIdleMs, type SessionRows } from './state.ts';

/** A session that is used lives on, but is written for that no more than once a day. */
const prolongAfterMs = 24 * 60 * 60 * 1000;

export function createDatabaseSessions(db: Kysely<StateTables>, later: Later): SessionRows {
  return {
    async read(key) {
      const { rows } = await askDatabase(
        sql<{ content: string; is_old: boolean }>`
          select content, expires_at < now() + ${span(sessionIdleMs - prolongAfterMs)} as is_old
          from portico_sessions where key = ${key} and expires_at > now()`.execute(db),
      );
      const [session] = rows;
      if (session?.is_old) await prolong(key);
      return session?.content;
    },

    /** The one that was used least lately makes room, if the person has too many. */
    async write(key, person, content) {
      await askDatabase(
        sql`with surplus as (
            delete from portico_sessions where key in (
              select key from portico_sessions where person = ${person} and key <> ${key}
              order by expires_at desc offset ${mostSessions - 1}
            )
          )
          insert into portico_sessions (key, person, content, expires_at)
          values (${key}, ${person}, ${content}, now() + ${span(sessionIdleMs)})
          on conflict (key) do update set
            person = excluded.person, content = excluded.content, expires_at = excluded.expires_at`.execute(
          db,
        ),
      );
    },

    remove: (key) =>
      later.unlessNow(
        () => askDatabase(sql`delete from portico_sessions where key = ${key}`.execute(db)),
        'a session could not be ended yet',
      ),
  };

  async function prolong(key: string): Promise<void> {
    await askDatabase(
      sql`update portico_sessions set expires_at = now() + ${span(sessionIdleMs)}
        where key = ${key}`.execute(db),
    );
  }
}
