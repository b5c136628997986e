import { createFairCache } from '../state/fair-cache.ts';

/** How many wrong attempts are allowed, and what happens then. Times are in seconds. */
export interface LimitRule {
  /** How `portico limits list` and the audit trail call it. */
  name: string;
  /** Wrong attempts before the first pause. */
  tries: number;
  /**
   * The pause before one more attempt is allowed.
   * @param more wrong attempts after the first `tries`
   */
  pause: (more: number) => number;
  /**
   * `at once`: wrong attempts are forgotten together, when there was none for `seconds` after the
   * pause. `steadily`: one by one, `tries` of them in `seconds`.
   */
  forgets: { how: 'at once' | 'steadily'; seconds: number };
  /**
   * How many keys are kept with fewer than five wrong attempts, and half as many with more. Each takes
   * about 500 bytes.
   */
  mostKeys: number;
}

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
  standing(key: string): Promise<{ free: number; waitSeconds: number }>;
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

interface Count {
  wrong: number;
  /** When the last one was counted, in milliseconds since 1970. */
  at: number;
}

/** What is kept of keys with so many wrong attempts does not give way to those with fewer. */
const worthKeeping = 5;
const longestKeptMs = 3 * 24 * 60 * 60 * 1000;

/**
 * A limit that counts in this process. Keys with five wrong attempts or more are kept apart from those
 * with one or two: neither a flood of invented logins nor one from many networks erases their counts.
 */
export function createLimit({ name, tries, pause, forgets, mostKeys }: LimitRule): Limit {
  const few = createFairCache<Count>({ maxSize: mostKeys, ttlMs: longestKeptMs });
  const many = createFairCache<Count>({ maxSize: mostKeys / 2, ttlMs: longestKeptMs });

  const pauseMs = (wrong: number) =>
    wrong > tries - 1 ? pause(Math.max(0, Math.ceil(wrong - tries))) * 1000 : 0;

  /** How many wrong attempts count now. */
  function wrongOf(count: Count | undefined): number {
    if (!count) return 0;
    const ageMs = Date.now() - count.at;
    const spanMs = forgets.seconds * 1000;
    if (forgets.how === 'steadily') return Math.max(0, count.wrong - (tries * ageMs) / spanMs);
    return ageMs >= pauseMs(count.wrong) + spanMs ? 0 : count.wrong;
  }

  const countOf = (key: string) => many.get(key) ?? few.get(key);

  function standingOf(count: Count | undefined): { free: number; waitSeconds: number } {
    const free = Math.floor(tries - wrongOf(count));
    if (!count || free > 0) return { free, waitSeconds: 0 };
    const waitMs = count.at + pauseMs(count.wrong) - Date.now();
    if (waitMs <= 0) return { free: 1, waitSeconds: 0 };
    return { free: 0, waitSeconds: Math.ceil(waitMs / 1000) };
  }

  function forget(key: string): void {
    few.delete(key);
    many.delete(key);
  }

  function* standings(): Generator<Standing> {
    for (const [key, count] of [...many.entries(), ...few.entries()]) {
      const { free, waitSeconds } = standingOf(count);
      const wrong = Math.ceil(wrongOf(count));
      if (free < 1 || wrong >= tries) yield { limit: name, key, wrong, waitSeconds };
    }
  }

  return {
    name,
    standing: async (key) => standingOf(countOf(key)),
    async charge(key, group) {
      const wrong = wrongOf(countOf(key)) + 1;
      const isPaused = wrong > tries - 1;
      forget(key);
      (wrong >= worthKeeping ? many : few).set(key, group, { wrong, at: Date.now() });
      return isPaused;
    },
    clear: async (key) => forget(key),
    list: async () => [...standings()],
    async clearWhere(holds) {
      const keys = [...many.entries(), ...few.entries()].map(([key]) => key).filter(holds);
      for (const key of keys) forget(key);
      return keys.length;
    },
  };
}

/** A pause that doubles each time. */
export function doubling(first: number, longest: number) {
  return (more: number) => Math.min(first * 2 ** Math.min(more, 30), longest);
}
