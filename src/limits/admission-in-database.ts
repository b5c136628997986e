import type { Stake } from './admission.ts';
import type { Refusal, Verdict } from './limit-rule.ts';
import { createTurns } from './turns.ts';
import { createWaitingLines } from './waiting-lines.ts';

/** After that, who waits for attempts of others has to come again. */
const patienceMs = 20_000;
const firstPauseMs = 20;
const longestPauseMs = 500;
const comeAgain: Refusal = { waitSeconds: 1, limits: [] };

interface Asking {
  stakes: readonly Stake[];
  lease: string;
  /** When the attempt came, by `performance.now`. */
  came: number;
}

/** Makes attempts of this instance wait, in their order, for places that there are none of. */
export function createAdmissionInDatabase(
  reserve: (stakes: readonly Stake[], lease: string) => Promise<Verdict>,
  placeOf: (stake: Stake) => string,
) {
  const inTurn = createTurns();
  const refusals = createRefusals();
  const lines = createWaitingLines<string>();
  const looking = new Set<string>();

  /** Attempts of other instances wake nobody here: so the first of a line looks every now and then. */
  function lookSoon(place: string, pauseMs: number): void {
    if (looking.has(place)) return;
    looking.add(place);
    setTimeout(() => {
      looking.delete(place);
      lines.wakeNext(place);
    }, pauseMs).unref();
  }

  /** Waits at the place; @returns whether the attempt may ask once more. */
  async function wait(place: string, isFirst: boolean, pauseMs: number): Promise<boolean> {
    const woken = lines.join(place, { isFirst });
    lookSoon(place, pauseMs);
    return woken ?? false;
  }

  async function ask({ stakes, lease, came }: Asking, from: string | undefined) {
    try {
      // Attempts of one address come one after the other, so that a crowd does not take all connections.
      const places = stakes.map(placeOf);
      const verdict = await inTurn(places.at(-1)!, async (): Promise<Verdict> => {
        // Where others wait already, there is nothing to ask.
        const line = from === undefined ? places.findIndex((place) => lines.has(place)) : -1;
        if (line >= 0) return { full: line };
        return refusals.since(came, places) ?? refusals.noted(places, await reserve(stakes, lease));
      });
      const isRefused = typeof verdict === 'object' && 'limits' in verdict;
      const full = typeof verdict === 'object' && 'full' in verdict ? verdict.full : undefined;
      const place = full === undefined ? undefined : places[full]!;
      if (from !== undefined && isRefused) lines.wakeAll(from);
      else if (from !== undefined && place !== from) lines.wakeNext(from);
      return { verdict, place };
    } catch (error) {
      if (from !== undefined) lines.wakeAll(from);
      throw error;
    }
  }

  return {
    /** @returns `undefined` when the attempt has its places, else how long it has to wait */
    async take(stakes: readonly Stake[], lease: string): Promise<Refusal | undefined> {
      const came = performance.now();
      const end = came + patienceMs;
      let from: string | undefined;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        // oxlint-disable-next-line no-await-in-loop -- it asks again when others have ended
        const { verdict, place } = await ask({ stakes, lease, came }, from);
        if (verdict === 'go') return undefined;
        if (place === undefined) return 'limits' in verdict ? verdict : comeAgain;
        const isInTime = performance.now() < end;
        if (!isInTime && place === from) lines.wakeNext(place);
        // oxlint-disable-next-line no-await-in-loop
        if (!isInTime || !(await wait(place, place === from, pauseMs))) return comeAgain;
        from = place;
      }
    },

    /** An attempt has ended: others may have its places. */
    pass(stakes: readonly Stake[]): void {
      for (const stake of stakes) lines.wakeNext(placeOf(stake));
    },
  };
}

/**
 * Who was held just now: all who have to pass the same place, and had come by then, are held too, and
 * nobody needs to be asked again.
 */
function createRefusals() {
  const freshMs = 1_000;
  const latest = new Map<string, Refusal & { at: number }>();
  return {
    /** @returns the verdict */
    noted(places: string[], verdict: Verdict): Verdict {
      if (typeof verdict === 'string' || 'full' in verdict) return verdict;
      const { heldAt, limits, waitSeconds } = verdict;
      // Where several hold it, who passes but one of them may have to wait less long.
      if (heldAt.length > 1) return verdict;
      const at = performance.now();
      const place = places[heldAt[0]!]!;
      latest.delete(place);
      latest.set(place, { waitSeconds, limits, at });
      for (const [other, refusal] of latest) {
        if (at - refusal.at < freshMs) break;
        latest.delete(other);
      }
      return verdict;
    },
    since(came: number, places: string[]): Extract<Verdict, Refusal> | undefined {
      const now = performance.now();
      for (const [index, place] of places.entries()) {
        const found = latest.get(place);
        const isFresh = found && found.at > came && now - found.at < freshMs;
        if (isFresh) return { ...found, heldAt: [index] };
      }
      return undefined;
    },
  };
}
