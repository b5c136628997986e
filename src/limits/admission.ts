import type { Limit } from './limit.ts';
import { verdictOf, type Allowance } from './limit-rule.ts';
import { createWaitingLines } from './waiting-lines.ts';

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
  /** Where it waits, because others are being made now. */
  place?: Place;
  /** When to ask again; `false` when somebody else waits instead. */
  woken?: Promise<boolean>;
}

/** One key of one limit, while attempts on it are being made. */
interface Place {
  underWay: number;
}

/** Makes one attempt, or tells how long to wait. */
export type Attempting = <T>(
  stakes: Stake[],
  prove: () => Promise<T | undefined>,
) => Promise<Attempt<T>>;

/**
 * Applies limits that count in this process. Only as many attempts are made at once as may still be
 * wrong; the others wait for their results.
 * @returns makes one attempt, or tells how long to wait. `prove` returns `undefined` for a wrong
 *   attempt; when it throws, nothing is counted.
 */
export function createAdmission(): Attempting {
  const inTurn = createTurns();
  const places = new Map<Limit, Map<string, Place>>();
  const lines = createWaitingLines<Place>();

  function placeOf({ limit, key }: Stake): Place {
    const ofLimit = places.get(limit) ?? new Map<string, Place>();
    places.set(limit, ofLimit);
    const place = ofLimit.get(key) ?? { underWay: 0 };
    ofLimit.set(key, place);
    return place;
  }

  /** @param from where it has waited; it is woken first there, and wakes the next unless it stays */
  async function admit(stakes: Stake[], from?: Place): Promise<Admission> {
    let admission: Admission | undefined;
    try {
      const standings = await Promise.all(
        stakes.map(async (stake) => {
          const { free, waitSeconds } = await stake.limit.standing(stake.key);
          return { free, waitSeconds, ...stake };
        }),
      );
      admission = decide(standings, from);
      return admission;
    } finally {
      if (from && admission?.place !== from) lines.wakeNext(from);
      tidy(stakes);
    }
  }

  /** Has no `await`: the last attempt under way could end unnoticed, and wake nobody. */
  function decide(asked: (Stake & Allowance)[], from: Place | undefined): Admission {
    const verdict = verdictOf(
      asked.map((stake) => ({
        name: stake.limit.name,
        underWay: placeOf(stake).underWay,
        ...stake,
      })),
    );
    if (verdict === 'go') {
      for (const stake of asked) placeOf(stake).underWay += 1;
      return { waitSeconds: 0, limits: [] };
    }
    if ('limits' in verdict) {
      return { waitSeconds: verdict.waitSeconds, limits: verdict.limits };
    }
    const place = placeOf(asked[verdict.full]!);
    const woken = lines.join(place, { isFirst: place === from });
    return woken ? { waitSeconds: 0, limits: [], place, woken } : { waitSeconds: 1, limits: [] };
  }

  function tidy(stakes: Stake[]): void {
    for (const { limit, key } of stakes) {
      const place = places.get(limit)?.get(key);
      if (place?.underWay === 0 && !lines.has(place)) places.get(limit)?.delete(key);
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
    for (const stake of stakes) placeOf(stake).underWay -= 1;
    for (const stake of stakes) lines.wakeNext(placeOf(stake));
    tidy(stakes);
  }

  async function admitted(stakes: Stake[]): Promise<Admission> {
    let admission = await inTurn(() => admit(stakes));
    while (admission.woken) {
      const { place, woken } = admission;
      if (!(await woken)) return { waitSeconds: 1, limits: [] };
      admission = await inTurn(() => admit(stakes, place));
    }
    return admission;
  }

  return async function attempt<T>(
    stakes: Stake[],
    prove: () => Promise<T | undefined>,
  ): Promise<Attempt<T>> {
    const { waitSeconds, limits: held } = await admitted(stakes);
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
