/**
 * How often somebody may guess. Wrong attempts are counted where instances share what they know, or
 * else in memory: then each has its own counts, and starts with none.
 */
import { networksOf } from '../web/client-address.ts';
import type { Attempt, Stake } from './admission.ts';
import type { Standing, Limit } from './limit.ts';
import { doubling, type LimitRule } from './limit-rule.ts';
import { limitsInMemory, type LimitHome } from './limit-home.ts';
import { createNetworkLimits } from './networks.ts';

const minute = 60;
const hour = 60 * minute;
/** The most wrong passwords in a row for one account (NIST SP 800-63B, section 5.2.2). */
const mostInARow = 100;

export interface LimitsConfig {
  /** Wrong passwords from one address in 15 minutes before it slows down. */
  addressTries: number;
  /** Networks that never slow down as a whole, such as an office's. */
  trustedNetworks: readonly string[];
}

/** Whose wrong attempts to forget, as `portico limits clear` takes it. */
export type Culprit = { login: string } | { address: string } | 'all';

/** All limits of one kind of attempt. */
interface LimitSet {
  names: readonly string[];
  /** The keys that have used up their attempts. */
  list(): Promise<Standing[]>;
  /** @returns how many counts were forgotten */
  clear(culprit: Culprit): Promise<number>;
}

const accountHere: LimitRule = {
  name: 'account_from_address',
  mostKeys: 20_000,
  tries: 5,
  pause: doubling(30, 15 * minute),
  forgets: { how: 'at once', seconds: 15 * minute },
};
const account: LimitRule = {
  name: 'account',
  mostKeys: 20_000,
  tries: mostInARow,
  pause: doubling(hour, 24 * hour),
  forgets: { how: 'at once', seconds: 24 * hour },
};
const knownBrowser: LimitRule = {
  name: 'account_from_known_browser',
  mostKeys: 4_000,
  tries: 5,
  pause: doubling(30, 15 * minute),
  forgets: { how: 'at once', seconds: 24 * hour },
};
/** Until it has run out, the browser is a new one. */
const knownBrowserInARow: LimitRule = {
  ...knownBrowser,
  id: 'account_from_known_browser_in_a_row',
  tries: mostInARow,
  pause: () => 24 * hour,
};

/**
 * Limits how often passwords can be wrong. From a browser that is new to the account: 5 times for one
 * account from one address, then once after each pause of 30 seconds, 60 seconds and so on up to 15
 * minutes; 100 times in a row for one account from all addresses, then once after an hour, two hours
 * and so on up to a day; and 50 times in 15 minutes from one address, which then slows down to one
 * attempt after each pause of a second, two seconds and so on up to a minute.
 *
 * A browser that has signed in to the account before has a count of its own, with the pauses of one
 * address. So nobody else can lock it out. After 100 times in a row it is a new browser, until the
 * right password comes or a day has passed; then it has one attempt a day.
 */
export function createLoginLimiter(
  { addressTries, trustedNetworks }: LimitsConfig,
  home: LimitHome = limitsInMemory,
) {
  const attempt = home.createAdmission();
  const limits = {
    pair: home.createLimit(accountHere),
    account: home.createLimit(account),
    known: home.createLimit(knownBrowser),
    knownInARow: home.createLimit(knownBrowserInARow),
  };
  const networks = createNetworkLimits(
    { tries: addressTries, seconds: 15 * minute },
    trustedNetworks,
    home,
  );

  async function stakesOf({ login, address, browser }: Guesser): Promise<Stake[]> {
    const [group, ...wider] = networksOf(address);
    if (browser !== undefined) {
      const key = keyOfKnown(login, browser);
      const own = { key, group: login, isClearedOnSuccess: true };
      const { free } = await limits.knownInARow.standing(key);
      if (free > 0) {
        return [
          { limit: limits.known, ...own },
          { limit: limits.knownInARow, ...own },
        ];
      }
    }
    const widest = wider.at(-1) ?? group;
    return [
      {
        limit: limits.pair,
        key: `${login} ${group}`,
        group: widest,
        isClearedOnSuccess: true,
      },
      { limit: limits.account, key: login, group: widest, isClearedOnSuccess: true },
      ...networks.stakesOf(address),
    ];
  }

  /** The right password ends the row of wrong ones, also when it counted for a new browser. */
  async function endRowOf({ login, browser }: Guesser, stakes: readonly Stake[]): Promise<void> {
    if (browser === undefined || stakes.some(({ limit }) => limit === limits.knownInARow)) return;
    await limits.known.clear(keyOfKnown(login, browser));
    await limits.knownInARow.clear(keyOfKnown(login, browser));
  }

  return {
    /**
     * Makes an attempt, unless too many were wrong before.
     * @param prove checks the password; `undefined` counts as wrong, an exception does not count
     */
    async attempt<T>(guesser: Guesser, prove: () => Promise<T | undefined>): Promise<Attempt<T>> {
      const stakes = await stakesOf(guesser);
      const made = await attempt(stakes, prove);
      if (made.proven !== undefined) await endRowOf(guesser, stakes);
      return made;
    },
    ...limitSet([...Object.values(limits), ...networks.limits]),
  };
}

const keyOfKnown = (login: string, browser: string) => `${login} ${browser}`;

/** Who tries a password, and for whom. */
export interface Guesser {
  /** A mark of the login as typed, whether it exists or not. */
  login: string;
  /** As `clientAddress` gives it. */
  address: string;
  /** Identifies a browser that has signed in to this account before; `undefined` for all others. */
  browser: string | undefined;
}

export type LoginLimiter = ReturnType<typeof createLoginLimiter>;

/**
 * Limits how often device codes can be wrong: 5 times in 10 minutes in one browser, then once after
 * each pause of 30 seconds and so on up to 10 minutes; 20 times in 10 minutes from one address, which
 * then slows down as for passwords.
 */
export function createDeviceLimiter(
  { trustedNetworks }: Pick<LimitsConfig, 'trustedNetworks'>,
  home: LimitHome = limitsInMemory,
) {
  const attempt = home.createAdmission();
  const inBrowser = home.createLimit({
    name: 'device_code_in_browser',
    mostKeys: 5_000,
    tries: 5,
    pause: doubling(30, 10 * minute),
    forgets: { how: 'at once', seconds: 10 * minute },
  });
  const networks = createNetworkLimits(
    { tries: 20, seconds: 10 * minute, prefix: 'device_code_' },
    trustedNetworks,
    home,
  );

  return {
    /**
     * Makes an attempt, unless too many were wrong before.
     * @param who `browser` is a mark of the browser, `address` as `clientAddress` gives it
     * @param prove checks the code; `undefined` counts as wrong, an exception does not count
     */
    attempt<T>(
      { browser, address }: { browser: string; address: string },
      prove: () => Promise<T | undefined>,
    ): Promise<Attempt<T>> {
      const group = networksOf(address).at(-1) ?? '';
      const own = { limit: inBrowser, key: browser, group, isClearedOnSuccess: true };
      return attempt([own, ...networks.stakesOf(address)], prove);
    },
    ...limitSet([inBrowser, ...networks.limits]),
  };
}

export type DeviceLimiter = ReturnType<typeof createDeviceLimiter>;

function limitSet(limits: readonly Limit[]): LimitSet {
  return {
    names: [...new Set(limits.map(({ name }) => name))],
    list: async () => (await Promise.all(limits.map((limit) => limit.list()))).flat(),
    async clear(culprit) {
      const counts = await Promise.all(limits.map((limit) => limit.clearWhere(concerns(culprit))));
      return counts.reduce((sum, count) => sum + count, 0);
    },
  };
}

/** Whether a key is about a login or an address: keys are made of both. */
export function concerns(culprit: Culprit): (key: string) => boolean {
  if (culprit === 'all') return () => true;
  const parts = 'login' in culprit ? [culprit.login] : networksOf(culprit.address);
  return (key) => key.split(' ').some((part) => (parts as readonly string[]).includes(part));
}
