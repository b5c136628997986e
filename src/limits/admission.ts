import type { Limit } from './limit.ts';

/** The result of an attempt. */
export interface Attempt<T> {
  /** Whole seconds until the attempt is allowed; 0 when it was made. */
  waitSeconds: number;
  /** What the attempt proved; `undefined` when it was wrong or not made. */
  proven: T | undefined;
  /** The names of the limits that make this attempt wait, or the next one. */
  limits: string[];
}

/** A count to which an attempt is added if it is wrong. */
export interface Stake {
  limit: Limit;
  key: string;
  /** Whose attempt it is, see `createFairCache`. */
  group: string;
  isClearedOnSuccess: boolean;
}

interface Admission {
  waitSeconds: number;
  /** The names of the limits that it has to wait for. */
  limits: string[];
  /** When to ask again, because others are being made now. */
  until?: Promise<void>;
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

  async function admit(stakes: Stake[]): Promise<Admission> {
    const standings = await Promise.all(
      stakes.map(async (stake) => ({ ...stake, ...(await stake.limit.standing(stake.key)) })),
    );
    const waitSeconds = Math.max(...standings.map((standing) => standing.waitSeconds));
    if (waitSeconds > 0) {
      const held = standings.filter((standing) => standing.waitSeconds > 0);
      return { waitSeconds, limits: held.map(({ limit }) => limit.name) };
    }
    // No `await` from here on: the last attempt under way could end unnoticed, and wake nobody.
    if (standings.every(({ limit, key, free }) => countUnderWay(limit, key) < free)) {
      changeUnderWay(stakes, 1);
      return { waitSeconds: 0, limits: [] };
    }
    if (waiting.length >= mostWaiting) return { waitSeconds: 1, limits: [] };
    return { waitSeconds: 0, limits: [], until: new Promise((wake) => waiting.push(wake)) };
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

  /** @returns the names of the limits that are reached now */
  async function count(stakes: Stake[], isRight: boolean): Promise<string[]> {
    const reached: string[] = [];
    for (const { limit, key, group, isClearedOnSuccess } of stakes) {
      if (!isRight && (await limit.charge(key, group))) reached.push(limit.name);
      if (isRight && isClearedOnSuccess) await limit.clear(key);
    }
    return reached;
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
    const { waitSeconds, limits: held } = admission;
    if (waitSeconds > 0) return { waitSeconds, proven: undefined, limits: held };
    try {
      const proven = await prove();
      const limits = await inTurn(() => count(stakes, proven !== undefined));
      return { waitSeconds, proven, limits };
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
