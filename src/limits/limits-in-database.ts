/** Limits whose counts are shared by all instances. */
import { randomBytes } from 'node:crypto';
import { StateError } from '../state/state-error.ts';
import type { CountChange, CountKey, CountRows, OpenCount } from '../state/state.ts';
import type { Attempting, Stake } from './admission.ts';
import type { LimitHome } from './limit-home.ts';
import { standingsOf, type Limit } from './limit.ts';
import {
  allowanceOf,
  charged,
  isPaused,
  verdictOf,
  withLapsed,
  worthMs,
  type LimitRule,
  type Verdict,
} from './limit-rule.ts';
import { createAdmissionInDatabase } from './admission-in-database.ts';
import { createFewAtOnce } from './few-at-once.ts';

/**
 * How long an attempt may take. After that it counts as wrong, because its instance was killed: a
 * guess is never free.
 */
const leaseMs = 2 * 60_000;
/**
 * How many attempts may ask the database for their places at a time. They wait for each other there, and
 * each has a connection meanwhile: a flood must leave some to pages, and to attempts that end.
 */
const asksAtOnce = 4;

/**
 * Every attempt takes a place at all of its counts, in one transaction, before anything is checked, and
 * gives it back with the result. So any number of attempts at the same time, at whichever instances,
 * get no further than one after the other.
 */
export function createLimitsInDatabase(rows: CountRows): LimitHome {
  const rules = new Map<Limit, LimitRule>();
  const inPlace = createFewAtOnce(asksAtOnce);
  const ruleOf = (stake: Stake): LimitRule => rules.get(stake.limit)!;
  const rowOf = (stake: Stake): CountKey => ({ limit: idOf(ruleOf(stake)), key: stake.key });

  function createLimit(rule: LimitRule): Limit {
    const id = idOf(rule);
    const limit: Limit = {
      name: rule.name,
      async standing(key) {
        const { count, now } = await rows.read({ limit: id, key });
        return allowanceOf(rule, withLapsed(rule, count, now), now);
      },
      async charge(key) {
        return rows.change([{ limit: id, key }], ([before], now) => {
          const count = { ...before!, ...charged(rule, before, now) };
          return { changes: [kept(rule, count, now)], result: isPaused(rule, count) };
        });
      },
      clear: (key) => rows.clear([{ limit: id, key }]),
      async list() {
        const { now, counts } = await rows.list(id, rule.tries - 1);
        return counts.flatMap(({ key, ...count }) =>
          standingsOf(rule, key, withLapsed(rule, count, now), now),
        );
      },
      clearWhere: (holds) => rows.clearWhere(id, holds),
    };
    rules.set(limit, rule);
    return limit;
  }

  /** Takes a place at all counts, unless there is none: tells how long to wait, or for which stake. */
  async function reserve(stakes: readonly Stake[], lease: string): Promise<Verdict> {
    const keys = stakes.map(rowOf);
    if (await rows.take(lease, keys, leaseMs)) return 'go';
    return rows.change(keys, (before, now) => {
      const counts = before.map((count, index) => {
        const { [lease]: own, ...others } = count.leases; // some may have been taken
        const leases = own === undefined ? count.leases : others;
        return withLapsed(ruleOf(stakes[index]!), { ...count, leases }, now);
      });
      const verdict = verdictOf(
        counts.map((count, index) => ({
          name: stakes[index]!.limit.name,
          ...allowanceOf(ruleOf(stakes[index]!), count, now),
          underWay: Object.keys(count.leases).length,
        })),
      );
      const until = verdict === 'go' ? { [lease]: now + leaseMs } : {};
      const isChanged =
        verdict === 'go' || counts.some(({ leases }, index) => leases !== before[index]!.leases);
      const changes = counts.map((count, index) =>
        kept(ruleOf(stakes[index]!), { ...count, leases: { ...count.leases, ...until } }, now),
      );
      return { ...(isChanged && { changes }), result: verdict };
    });
  }

  /** @returns the names of the limits that are reached now */
  function charge(stakes: readonly Stake[], lease: string): Promise<string[]> {
    return rows.change(stakes.map(rowOf), (before, now) => {
      const reached: string[] = [];
      const changes = before.map((count, index) => {
        const { limit } = stakes[index]!;
        const rule = rules.get(limit)!;
        const { [lease]: own, ...leases } = count.leases;
        // Without its place, the attempt took so long that it has been counted.
        const after = own === undefined ? count : { ...count, ...charged(rule, count, now) };
        if (isPaused(rule, after)) reached.push(limit.name);
        return kept(rule, { ...after, leases }, now);
      });
      return { changes, result: reached };
    });
  }

  const release = (stakes: readonly Stake[], lease: string, { isRight }: { isRight: boolean }) =>
    rows.release(
      lease,
      stakes.map(rowOf),
      stakes.filter((stake) => isRight && stake.isClearedOnSuccess).map(rowOf),
    );

  function createAdmission(): Attempting {
    const admit = createAdmissionInDatabase(
      (stakes, lease) => inPlace(() => reserve(stakes, lease)),
      (stake) => {
        const { limit, key } = rowOf(stake);
        return `${limit} ${key}`;
      },
    );

    return async function attempt(stakes, prove) {
      const lease = randomBytes(6).toString('base64url');
      const waited = await admit.take(stakes, lease);
      if (waited) return { ...waited, proven: undefined };
      let isSettled = false;
      try {
        const proven = await prove();
        isSettled = true;
        if (proven !== undefined) await release(stakes, lease, { isRight: true });
        // What cannot be counted now counts as wrong when its time is over.
        const counted = proven === undefined ? charge(stakes, lease).catch(noneIfAway) : [];
        return { waitSeconds: 0, proven, limits: await counted };
      } finally {
        if (!isSettled) await release(stakes, lease, { isRight: false });
        admit.pass(stakes);
      }
    };
  }

  return { createLimit, createAdmission };
}

const idOf = ({ id, name }: LimitRule): string => id ?? name;

/** With how long it is worth keeping: until nothing is left of it, and no attempt under way. */
function kept(rule: LimitRule, count: OpenCount, now: number): CountChange {
  const until = Math.max(0, ...Object.values(count.leases));
  const worthUntil = count.wrong > 0 ? count.at + worthMs(rule, count) : 0;
  return { ...count, keepMs: Math.max(0, until - now, worthUntil - now) };
}

function noneIfAway(error: unknown): string[] {
  if (error instanceof StateError) return [];
  throw error;
}
