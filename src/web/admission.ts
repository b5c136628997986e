/** What became of a try. */
export interface Attempt<T> {
  /** 0: the try was made. More: it was not, and makes sense again after so many whole seconds. */
  waitSeconds: number;
  /** What the try proved; `undefined` when it was wrong or not made. */
  proven: T | undefined;
}

/** Counts wrong tries by key. */
export interface Limit {
  /** How many tries may be under way at once now, 1 or more; when none, for how many seconds. */
  standing(key: string): Promise<{ free: number; waitSeconds: number }>;
  /** Counts one more. */
  charge(key: string): Promise<void>;
  /** Forgets what was counted. */
  clear(key: string): Promise<void>;
}

/** A count that a try is charged to when it turns out wrong. */
export interface Stake {
  limit: Limit;
  key: string;
  isClearedByRight: boolean;
}

const mostWaiting = 200;

/**
 * Makes tries such that many at the same moment get no further than one after the other: no more
 * are under way than may all turn out wrong, and the others wait for what becomes of those.
 * @returns a function that makes one try, or tells how long to wait. `prove` gives `undefined` for
 *   a wrong try; when it throws, nothing is charged.
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
    // from here on nothing is awaited, or the last try under way could end unseen
    if (standings.every(({ limit, key, free }) => countUnderWay(limit, key) < free)) {
      changeUnderWay(stakes, 1);
      return { waitSeconds: 0 };
    }
    if (waiting.length >= mostWaiting) return { waitSeconds: 1 };
    return { waitSeconds: 0, until: new Promise((go) => waiting.push(go)) };
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

  async function settle(stakes: Stake[], isRight: boolean): Promise<void> {
    for (const { limit, key, isClearedByRight } of stakes) {
      if (!isRight) await limit.charge(key);
      else if (isClearedByRight) await limit.clear(key);
    }
  }

  function end(stakes: Stake[]): void {
    changeUnderWay(stakes, -1);
    const woken = waiting;
    waiting = [];
    for (const go of woken) go();
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
      await inTurn(() => settle(stakes, proven !== undefined));
      return { waitSeconds, proven };
    } finally {
      end(stakes);
    }
  };
}

/** Runs jobs one after the other: nobody gets between what a job reads and what it writes. */
function createTurns() {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(job: () => Promise<T>): Promise<T> => {
    const next = last.then(job);
    last = next.catch(() => undefined);
    return next;
  };
}
