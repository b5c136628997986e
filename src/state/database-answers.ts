import { randomBytes } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import { askDatabase } from './ask-database.ts';
import { span, type StateTables } from './database-tables.ts';
import type { Later } from './later.ts';
import type { AnswerRow, AnswerRows, Claim } from './state.ts';

/** How long a claim holds when its instance is not heard of any more. */
const leaseMs = 10_000;
const renewEveryMs = 3_000;
/** As long as `challenge/bounds.ts` keeps them in memory. */
const lifeMs = 2 * 60 * 60 * 1000;

/** Answers in a table: one row for each challenge, claimed before the OAuth2 server is told. */
export function createDatabaseAnswers(db: Kysely<StateTables>, later: Later): AnswerRows {
  /**
   * The right to answer, which is renewed until it is used. After one that was taken over, no other
   * decision can follow, because the instance that had it may have given the answer.
   */
  function claimOf(key: string, id: string, { isTakenOver = false } = {}): Claim {
    const renewing = setInterval(() => {
      const renewal = sql`update portico_answers set claimed_until = now() + ${span(leaseMs)}
        where key = ${key} and claim = ${id} and stage = 'claimed'`.execute(db);
      renewal.catch(() => undefined); // it lapses, or the next one works
    }, renewEveryMs).unref();

    return {
      async save(content, ended) {
        clearInterval(renewing);
        const text = content();
        const save = () =>
          ended === undefined ? saveRow(key, id, text) : saveWithEnd(key, id, text, ended);
        await later.unlessNow(save, 'an answer that was given could not be noted yet');
      },
      async release() {
        clearInterval(renewing);
        const mine = sql`key = ${key} and claim = ${id} and stage = 'claimed'`;
        const leave = isTakenOver
          ? sql`update portico_answers set claimed_until = now() where ${mine}`
          : sql`delete from portico_answers where ${mine}`;
        await later.unlessNow(
          () => askDatabase(leave.execute(db)),
          'an answer that failed could not be noted yet',
        );
      },
    };
  }

  const given = (key: string, id: string, content: string) => sql`
    update portico_answers
    set stage = 'given', content = ${content}, expires_at = now() + ${span(lifeMs)}
    where key = ${key} and claim = ${id}`;

  const saveRow = (key: string, id: string, content: string) =>
    askDatabase(given(key, id, content).execute(db));

  /** What has ended stays ended, as long as anybody could come back to it. */
  const saveWithEnd = (key: string, id: string, content: string, ended: string) =>
    askDatabase(
      sql`with given as (${given(key, id, content)})
        insert into portico_answers
          (key, stage, decision, browsers, content, claim, claimed_until, expires_at)
        values (${ended}, 'ended', '', null, '', '', now(), now() + ${span(lifeMs)})
        on conflict (key) do update set stage = 'ended', expires_at = excluded.expires_at`.execute(
        db,
      ),
    );

  return {
    async find(key) {
      const { rows } = await askDatabase(
        sql<AnswerRow & { browsers: string[] | null }>`
          select
            case when stage = 'claimed' and claimed_until <= now() then 'lapsed' else stage end
              as stage,
            decision, browsers, content, claim
          from portico_answers where key = ${key} and expires_at > now()`.execute(db),
      );
      const [row] = rows;
      return row && { ...row, browsers: row.browsers ?? undefined };
    },

    async claim(key, { decision, browsers, content }) {
      const id = newClaim();
      const marks = browsers ? JSON.stringify(browsers) : null;
      const { rows } = await askDatabase(
        sql`insert into portico_answers as existing
            (key, stage, decision, browsers, content, claim, claimed_until, expires_at)
          values (${key}, 'claimed', ${decision}, ${marks}::jsonb, ${content()}, ${id},
            now() + ${span(leaseMs)}, now() + ${span(lifeMs)})
          on conflict (key) do update set
            stage = 'claimed', decision = excluded.decision, browsers = excluded.browsers,
            content = excluded.content, claim = excluded.claim,
            claimed_until = excluded.claimed_until, expires_at = excluded.expires_at
          where existing.expires_at <= now()
          returning key`.execute(db),
      );
      return rows.length > 0 ? claimOf(key, id) : undefined;
    },

    async takeOver(key, row) {
      const id = newClaim();
      const { rows } = await askDatabase(
        sql`update portico_answers set claim = ${id}, claimed_until = now() + ${span(leaseMs)}
          where key = ${key} and claim = ${row.claim} and stage = 'claimed'
            and claimed_until <= now()
          returning key`.execute(db),
      );
      return rows.length > 0 ? claimOf(key, id, { isTakenOver: true }) : undefined;
    },
  };
}

const newClaim = (): string => randomBytes(9).toString('base64url');
