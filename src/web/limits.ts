/**
 * How often a person may guess. Counted in memory: each instance of the app counts on its own, and
 * begins anew when it starts.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { addressGroup } from './address-group.ts';
import { createAdmission, type Attempt, type Limit } from './admission.ts';

const minute = 60;
const mostKeys = 50_000;

/**
 * Limits the guessing of passwords: 5 wrong for one account from one address in 15 minutes, then
 * one try after each pause of 30 seconds, 60 seconds and so on up to 15 minutes; 50 wrong from one
 * address in 15 minutes; 100 wrong for one account in an hour, from wherever.
 */
export function createLoginLimiter() {
  const attempt = createAdmission();
  const address = createLimit({ tries: 50, seconds: 15 * minute });
  const account = createLimit({ tries: 100, seconds: 60 * minute });
  const pair = createLimit({
    tries: 5,
    seconds: 15 * minute,
    pauseSeconds: (wrong) => Math.min(30 * 2 ** (wrong - 5), 15 * minute),
  });

  return {
    /**
     * Makes a try unless too many were wrong before it.
     * @param who `account` as `identity.accountKey` has it, known or not; `isKnownBrowser` when this
     *   account signed in here before: tries from elsewhere never lock such a browser out
     * @param prove finds out who it is; `undefined` is a wrong try, an exception is none
     */
    attempt<T>(
      who: { account: string; address: string; isKnownBrowser: boolean },
      prove: () => Promise<T | undefined>,
    ): Promise<Attempt<T>> {
      const group = addressGroup(who.address);
      const stakes = [
        { limit: pair, key: `${who.account} ${group}`, isClearedByRight: true },
        { limit: address, key: group, isClearedByRight: false },
      ];
      const anywhere = { limit: account, key: who.account, isClearedByRight: false };
      return attempt(who.isKnownBrowser ? stakes : [...stakes, anywhere], prove);
    },
  };
}

export type LoginLimiter = ReturnType<typeof createLoginLimiter>;

/** Limits the guessing of device codes: in 10 minutes 5 wrong from one browser, 20 from one address. */
export function createDeviceLimiter() {
  const attempt = createAdmission();
  const browser = createLimit({ tries: 5, seconds: 10 * minute });
  const address = createLimit({ tries: 20, seconds: 10 * minute });

  return {
    /**
     * Makes a try unless too many were wrong before it.
     * @param who `browser` is anything that stays the same in one browser
     * @param prove asks whether there is such a code; `undefined` is a wrong try, an exception none
     */
    attempt<T>(
      who: { browser: string; address: string },
      prove: () => Promise<T | undefined>,
    ): Promise<Attempt<T>> {
      const stakes = [
        { limit: browser, key: who.browser, isClearedByRight: true },
        { limit: address, key: addressGroup(who.address), isClearedByRight: false },
      ];
      return attempt(stakes, prove);
    },
  };
}

export type DeviceLimiter = ReturnType<typeof createDeviceLimiter>;

interface LimitOptions {
  tries: number;
  /** From the first wrong try on. */
  seconds: number;
  /** The pause after so many wrong tries, then there is one more; without it until `seconds` are over. */
  pauseSeconds?: (wrong: number) => number;
}

/** Beyond a number of keys the least recently charged one is forgotten: floods fill no memory. */
function createLimit({ tries, seconds, pauseSeconds }: LimitOptions): Limit {
  const counts = new RateLimiterMemory({ points: tries, duration: seconds, keyPrefix: '' });
  const keys = new Set<string>();

  async function standing(key: string) {
    const count = await counts.get(key);
    if (!count || count.msBeforeNext <= 0) return { free: tries, waitSeconds: 0 };
    const free = tries - count.consumedPoints;
    if (free > 0) return { free, waitSeconds: 0 };
    const pauseMs = count.msBeforeNext - (pauseSeconds ? seconds * 1000 : 0);
    if (pauseMs <= 0) return { free: 1, waitSeconds: 0 };
    return { free: 0, waitSeconds: Math.ceil(pauseMs / 1000) };
  }

  async function charge(key: string) {
    const { consumedPoints: wrong } = await counts.penalty(key);
    if (pauseSeconds && wrong >= tries) {
      // outlives the pause by `seconds`, so that the next pause is longer
      await counts.set(key, wrong, pauseSeconds(wrong) + seconds);
    }
    keys.delete(key);
    keys.add(key);
    const [oldest] = keys;
    if (keys.size > mostKeys && oldest !== undefined) await clear(oldest);
  }

  async function clear(key: string) {
    keys.delete(key);
    await counts.delete(key);
  }

  return { standing, charge, clear };
}
