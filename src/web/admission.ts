/** The result of an attempt. */
export interface Attempt<T> {
  /** Whole seconds until the attempt is allowed; 0 when it was made. */
  waitSeconds: number;
  /** What the attempt proved; `undefined` when it was wrong or not made. */
  proven: T | undefined;
}

/** Counts wrong attempts by key. */
export interface Limit {
  /** How many wrong attempts are left; if none, the seconds until there is one. */
  standing(key: string): Promise<{ free: number; waitSeconds: number }>;
  /** Counts one more wrong attempt. */
  charge(key: string): Promise<void>;
  /** Forgets all wrong attempts. */
  clear(key: string): Promise<void>;
}

/** A count to which an attempt is added if it is wrong. */
export interface Stake {
  limit: Limit;
  key: string;
  isClearedOnSuccess: boolean;
}

const mostWaiting = 200;

/**
 * Applies limits to attempts, so that many at the same time get no further than one after the other.
 * Only as many are made at once as may still be wrong; the others wait for their results.
 * @returns makes one attempt, or tells how long to wait. `prove` returns `undefined` for a wrong
 *   attempt; when it throws, nothing is counted.
 */
export function createAdmission() {
  const inTurn = createTurns();
  const underWay = new Map<Limit, Map<string, number>>();
  let waiting: (() => void)[] = [];

  async function admit(stakes: Stake[]): Promise<{ waitSeconds: number; until?: Promise<void> }> {
    const standings = await Promise.all(
      stakes.map(async (stake) => ({ ...stake, ...(await stake.limit.standing(stake.key)) })),
    );
    const waitSeconds = Math.max(...standings.map((standing) => standing.waitSeconds));
    if (waitSeconds > 0) return { waitSeconds };
    // No `await` from here on: the last attempt under way could end unnoticed, and wake nobody.
    if (standings.every(({ limit, key, free }) => countUnderWay(limit, key) < free)) {
      changeUnderWay(stakes, 1);
      return { waitSeconds: 0 };
    }
    if (waiting.length >= mostWaiting) return { waitSeconds: 1 };
    return { waitSeconds: 0, until: new Promise((wake) => waiting.push(wake)) };
  }

  function countUnderWay(limit: Limit, key: string): number {
    return underWay.get(limit)?.get(key) ?? 0;
  }

  function changeUnderWay(stakes: Stake[], by: 1 | -1): void {
    for (const { limit, key } of stakes) {
      const ofLimit = underWay.get(limit) ?? new Map<string, number>();
      underWay.set(limit, ofLimit);
      const count = countUnderWay(limit, key) + by;
      if (count > 0) ofLimit.set(key, count);
      else ofLimit.delete(key);
    }
  }

  async function count(stakes: Stake[], isRight: boolean): Promise<void> {
    for (const { limit, key, isClearedOnSuccess } of stakes) {
      if (!isRight) await limit.charge(key);
      else if (isClearedOnSuccess) await limit.clear(key);
    }
  }

  function end(stakes: Stake[]): void {
    changeUnderWay(stakes, -1);
    const woken = waiting;
    waiting = [];
    for (const wake of woken) wake();
  }

  return async function attempt<T>(
    stakes: Stake[],
    prove: () => Promise<T | undefined>,
  ): Promise<Attempt<T>> {
    let admission = await inTurn(() => admit(stakes));
    while (admission.until) {
      await admission.until;
      admission = await inTurn(() => admit(stakes));
    }
    const { waitSeconds } = admission;
    if (waitSeconds > 0) return { waitSeconds, proven: undefined };
    try {
      const proven = await prove();
      await inTurn(() => count(stakes, proven !== undefined));
      return { waitSeconds, proven };
    } finally {
      end(stakes);
    }
  };
}

/** Runs jobs one after the other, so that no other job comes between a read and a write. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job);
    last = next.catch(() => undefined);
    return next;
  };
}
