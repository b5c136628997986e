/**
 * How often somebody may guess. Wrong attempts are counted in memory: each instance of the app has
 * its own counts, and starts with none.
 */
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { addressGroup } from './address-group.ts';
import { createAdmission, type Attempt, type Limit } from './admission.ts';

const minute = 60;
const mostKeys = 50_000;

/**
 * Limits how often passwords can be wrong: 5 times in 15 minutes for one account from one address,
 * then once after each pause of 30 seconds, 60 seconds and so on up to 15 minutes; 50 times in 15
 * minutes from one address; 100 times in an hour for one account from all addresses.
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
     * Makes an attempt, unless too many were wrong before.
     * @param who `account` is `loginKey` of the login as typed, whether it exists or not;
     *   `isKnownBrowser` says that it has signed in in this browser before: attempts from elsewhere
     *   never lock out such a browser
     * @param prove checks the password; `undefined` counts as wrong, an exception does not count
     */
    attempt<T>(
      who: { account: string; address: string; isKnownBrowser: boolean },
      prove: () => Promise<T | undefined>,
    ): Promise<Attempt<T>> {
      const group = addressGroup(who.address);
      const stakes = [
        { limit: pair, key: `${who.account} ${group}`, isClearedOnSuccess: true },
        { limit: address, key: group, isClearedOnSuccess: false },
      ];
      const anywhere = { limit: account, key: who.account, isClearedOnSuccess: false };
      return attempt(who.isKnownBrowser ? stakes : [...stakes, anywhere], prove);
    },
  };
}

export type LoginLimiter = ReturnType<typeof createLoginLimiter>;

/** Limits how often device codes can be wrong in 10 minutes: 5 times in a browser, 20 from an address. */
export function createDeviceLimiter() {
  const attempt = createAdmission();
  const browser = createLimit({ tries: 5, seconds: 10 * minute });
  const address = createLimit({ tries: 20, seconds: 10 * minute });

  return {
    /**
     * Makes an attempt, unless too many were wrong before.
     * @param who `browser` is anything that identifies the browser
     * @param prove checks the code; `undefined` counts as wrong, an exception does not count
     */
    attempt<T>(
      who: { browser: string; address: string },
      prove: () => Promise<T | undefined>,
    ): Promise<Attempt<T>> {
      const stakes = [
        { limit: browser, key: who.browser, isClearedOnSuccess: true },
        { limit: address, key: addressGroup(who.address), isClearedOnSuccess: false },
      ];
      return attempt(stakes, prove);
    },
  };
}

export type DeviceLimiter = ReturnType<typeof createDeviceLimiter>;

interface LimitOptions {
  tries: number;
  /** Counted from the first wrong attempt. */
  seconds: number;
  /** The pause after this many wrong attempts, then one more is allowed. Default: the rest of `seconds`. */
  pauseSeconds?: (wrong: number) => number;
}

/** Keeps a limited number of keys, so that a flood cannot fill the memory: the oldest are forgotten. */
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
      // Outlive the pause by `seconds`, so that the next pause is longer.
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
