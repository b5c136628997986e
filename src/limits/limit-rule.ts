/** What wrong attempts lead to, wherever they are counted. */
import type { Count, OpenCount } from '../state/state.ts';

/** How many wrong attempts are allowed, and what happens then. Times are in seconds. */
export interface LimitRule {
  /** How `portico limits list` and the audit trail call it. */
  name: string;
  /** What its counts are stored by, where two limits have one name. */
  id?: string;
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
   * How many keys are kept in memory with fewer than five wrong attempts, and half as many with more.
   * Each takes about 500 bytes.
   */
  mostKeys: number;
}

/** How many attempts may be made now; if none, the seconds until there is one. */
export interface Allowance {
  free: number;
  waitSeconds: number;
}

/** What a limit says to one more attempt. */
export interface Position extends Allowance {
  name: string;
  /** Attempts that are being made and may still be wrong. */
  underWay: number;
}

/** An attempt has to wait so long. */
export interface Refusal {
  waitSeconds: number;
  /** The names of the limits that hold it. */
  limits: string[];
}

/** Whether an attempt may be made, has to wait for a while, or for others that are being made. */
export type Verdict = 'go' | (Refusal & { heldAt: number[] }) | { full: number };

function pauseMs({ tries, pause }: LimitRule, wrong: number): number {
  return wrong > tries - 1 ? pause(Math.max(0, Math.ceil(wrong - tries))) * 1000 : 0;
}

/** How many wrong attempts count at this time. */
export function wrongOf(rule: LimitRule, count: Count | undefined, now: number): number {
  if (!count) return 0;
  const ageMs = now - count.at;
  const spanMs = rule.forgets.seconds * 1000;
  if (rule.forgets.how === 'steadily') {
    return Math.max(0, count.wrong - (rule.tries * ageMs) / spanMs);
  }
  return ageMs >= pauseMs(rule, count.wrong) + spanMs ? 0 : count.wrong;
}

export function allowanceOf(rule: LimitRule, count: Count | undefined, now: number): Allowance {
  const free = Math.floor(rule.tries - wrongOf(rule, count, now));
  if (!count || free > 0) return { free, waitSeconds: 0 };
  const waitMs = count.at + pauseMs(rule, count.wrong) - now;
  if (waitMs <= 0) return { free: 1, waitSeconds: 0 };
  return { free: 0, waitSeconds: Math.ceil(waitMs / 1000) };
}

/** The count after one more wrong attempt. */
export function charged(rule: LimitRule, count: Count | undefined, now: number): Count {
  return { wrong: wrongOf(rule, count, now) + 1, at: now };
}

/** Whether the last attempt that was counted led to a pause. */
export function isPaused({ tries }: LimitRule, { wrong }: Count): boolean {
  return wrong > tries - 1;
}

/** How long a count says anything, from its last wrong attempt. */
export function worthMs(rule: LimitRule, { wrong }: Count): number {
  const spanMs = rule.forgets.seconds * 1000;
  if (rule.forgets.how === 'steadily') return Math.max(spanMs, (spanMs * wrong) / rule.tries);
  return pauseMs(rule, wrong) + spanMs;
}

/** Attempts whose result nobody told in time count as wrong. */
export function withLapsed(rule: LimitRule, count: OpenCount, now: number): OpenCount {
  const leases = Object.entries(count.leases);
  const lapsed = leases.filter(([, until]) => until <= now).toSorted(([, a], [, b]) => a - b);
  if (lapsed.length === 0) return count;
  const { wrong, at } = lapsed.reduce<Count>((sum, [, until]) => charged(rule, sum, until), count);
  return { wrong, at, leases: Object.fromEntries(leases.filter(([, until]) => until > now)) };
}

/**
 * Whether an attempt may be made. Only as many are made at once as may still be wrong, so that many at
 * the same time get no further than one after the other.
 * @returns `heldAt`: which of the limits hold it; `full`: which one it has to wait at
 */
export function verdictOf(positions: readonly Position[]): Verdict {
  const heldAt = positions.flatMap(({ waitSeconds }, index) => (waitSeconds > 0 ? [index] : []));
  if (heldAt.length > 0) {
    const waitSeconds = Math.max(...positions.map((position) => position.waitSeconds));
    return { waitSeconds, limits: heldAt.map((index) => positions[index]!.name), heldAt };
  }
  const full = positions.findIndex(({ free, underWay }) => underWay >= free);
  return full < 0 ? 'go' : { full };
}

/** A pause that doubles each time. */
export function doubling(first: number, longest: number) {
  return (more: number) => Math.min(first * 2 ** Math.min(more, 30), longest);
}
