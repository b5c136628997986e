/** The tables of the state. All times are of the database's clock, whatever those of instances say. */
import { sql, type Kysely } from 'kysely';
import type { Migrations } from '@portico/database';

export interface AnswerTable {
  key: string;
  stage: 'claimed' | 'given' | 'ended';
  decision: string;
  browsers: string[] | null;
  content: string;
  claim: string;
  claimed_until: Date;
  expires_at: Date;
}

export interface SessionTable {
  key: string;
  person: string;
  content: string;
  expires_at: Date;
}

export interface CountTable {
  limit_name: string;
  key: string;
  wrong: number;
  counted_at: Date;
  leases: Record<string, number>;
  expires_at: Date;
}

export interface StateTables {
  portico_answers: AnswerTable;
  portico_sessions: SessionTable;
  portico_counts: CountTable;
}

export const migrations: Migrations = {
  '2026-11-27-state': {
    async up(db: Kysely<unknown>) {
      await sql`create table portico_answers (
        key text primary key,
        stage text not null check (stage in ('claimed', 'given', 'ended')),
        decision text not null,
        browsers jsonb,
        content text not null,
        claim text not null,
        claimed_until timestamptz not null,
        expires_at timestamptz not null
      )`.execute(db);
      await sql`create table portico_sessions (
        key text primary key,
        person text not null,
        content text not null,
        expires_at timestamptz not null
      )`.execute(db);
      await sql`create table portico_counts (
        limit_name text not null,
        key text not null,
        wrong double precision not null,
        counted_at timestamptz not null,
        leases jsonb not null,
        expires_at timestamptz not null,
        primary key (limit_name, key)
      )`.execute(db);
      await sql`create index portico_answers_expire on portico_answers (expires_at)`.execute(db);
      await sql`create index portico_sessions_expire on portico_sessions (expires_at)`.execute(db);
      await sql`create index portico_sessions_of on portico_sessions (person, expires_at)`.execute(
        db,
      );
      await sql`create index portico_counts_expire on portico_counts (expires_at)`.execute(db);
    },
  },
};

/** This many milliseconds, for arithmetic with times. */
export const span = (ms: number) => sql<string>`(${ms}::float8 * interval '1 millisecond')`;
