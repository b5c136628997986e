import type { Stake } from './admission.ts';
import type { Verdict } from './limit-rule.ts';
import { createTurns } from './turns.ts';
import { createWaitingLines } from './waiting-lines.ts';

interface Waited {
  waitSeconds: number;
  limits: string[];
}

/** After that, who waits for attempts of others has to come again. */
const patienceMs = 20_000;
const firstPauseMs = 20;
const longestPauseMs = 500;
const comeAgain: Waited = { waitSeconds: 1, limits: [] };

/** Makes attempts of this instance wait, in their order, for places that there are none of. */
export function createAdmissionInDatabase(
  reserve: (stakes: readonly Stake[], lease: string) => Promise<Verdict>,
  placeOf: (stake: Stake) => string,
) {
  const inTurn = createTurns<Verdict>();
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

  async function ask(stakes: readonly Stake[], lease: string, from: string | undefined) {
    try {
      // Attempts of one address come one after the other, so that a crowd does not take all connections.
      const places = stakes.map(placeOf);
      const verdict = await inTurn({
        queue: places.at(-1)!,
        about: places.join('\n'),
        isForAll: (found) => typeof found === 'object' && 'limits' in found,
        run: () => reserve(stakes, lease),
      });
      const full = typeof verdict === 'object' && 'full' in verdict ? verdict.full : undefined;
      const place = full === undefined ? undefined : placeOf(stakes[full]!);
      if (from !== undefined && place !== from) lines.wakeNext(from);
      return { verdict, place };
    } catch (error) {
      if (from !== undefined) lines.wakeAll(from);
      throw error;
    }
  }

  return {
    /** @returns `undefined` when the attempt has its places, else how long it has to wait */
    async take(stakes: readonly Stake[], lease: string): Promise<Waited | undefined> {
      const end = performance.now() + patienceMs;
      // Where others wait already, there is nothing to ask.
      let from = stakes.map(placeOf).find((place) => lines.has(place));
      if (from !== undefined && !(await wait(from, false, firstPauseMs))) return comeAgain;
      for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
        // oxlint-disable-next-line no-await-in-loop -- it asks again when others have ended
        const { verdict, place } = await ask(stakes, lease, from);
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
