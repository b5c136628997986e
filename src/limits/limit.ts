import { createFairCache } from '../state/fair-cache.ts';
import type { Count } from '../state/state.ts';
import {
  allowanceOf,
  charged,
  isPaused,
  wrongOf,
  type Allowance,
  type LimitRule,
} from './limit-rule.ts';

/** A key that has to wait, or would after one more wrong attempt. */
export interface Standing {
  limit: string;
  key: string;
  wrong: number;
  waitSeconds: number;
}

/** Counts wrong attempts by key. */
export interface Limit {
  name: string;
  /** How many wrong attempts are left; if none, the seconds until there is one. */
  standing(key: string): Promise<Allowance>;
  /**
   * Counts one more wrong attempt.
   * @param group whose attempt it was: see `createFairCache`
   * @returns whether it was the last one before a pause
   */
  charge(key: string, group: string): Promise<boolean>;
  /** Forgets the wrong attempts of this key. */
  clear(key: string): Promise<void>;
  /** The keys that have used up their attempts. */
  list(): Promise<Standing[]>;
  /** Forgets the wrong attempts of all keys that this holds for, and returns how many those were. */
  clearWhere(holds: (key: string) => boolean): Promise<number>;
}

/** What is kept of keys with so many wrong attempts does not give way to those with fewer. */
const worthKeeping = 5;
const longestKeptMs = 3 * 24 * 60 * 60 * 1000;

/**
 * A limit that counts in this process. Keys with five wrong attempts or more are kept apart from those
 * with one or two: neither a flood of invented logins nor one from many networks erases their counts.
 */
export function createLimit(rule: LimitRule): Limit {
  const { name, mostKeys } = rule;
  const few = createFairCache<Count>({ maxSize: mostKeys, ttlMs: longestKeptMs });
  const many = createFairCache<Count>({ maxSize: mostKeys / 2, ttlMs: longestKeptMs });

  const countOf = (key: string) => many.get(key) ?? few.get(key);
  const entries = () => [...many.entries(), ...few.entries()];

  function forget(key: string): void {
    few.delete(key);
    many.delete(key);
  }

  return {
    name,
    standing: async (key) => allowanceOf(rule, countOf(key), Date.now()),
    async charge(key, group) {
      const count = charged(rule, countOf(key), Date.now());
      forget(key);
      (count.wrong >= worthKeeping ? many : few).set(key, group, count);
      return isPaused(rule, count);
    },
    clear: async (key) => forget(key),
    list: async () =>
      entries().flatMap(([key, count]) => standingsOf(rule, key, count, Date.now())),
    async clearWhere(holds) {
      const keys = entries()
        .map(([key]) => key)
        .filter(holds);
      for (const key of keys) forget(key);
      return keys.length;
    },
  };
}

/** What `list` says of a key; empty when it has attempts left. */
export function standingsOf(rule: LimitRule, key: string, count: Count, now: number): Standing[] {
  const { free, waitSeconds } = allowanceOf(rule, count, now);
  const wrong = Math.ceil(wrongOf(rule, count, now));
  return free < 1 || wrong >= rule.tries ? [{ limit: rule.name, key, wrong, waitSeconds }] : [];
}
