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
  /** Where it waits, because others are being made now. */
  place?: Place;
  /** When to ask again; `false` when somebody else waits instead. */
  woken?: Promise<boolean>;
}

/** One key of one limit, while attempts on it are being made. */
interface Place {
  underWay: number;
  /** Who waits for their results, the first first. */
  waiting: ((mayAsk: boolean) => void)[];
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
  const places = new Map<Limit, Map<string, Place>>();
  let waiting = 0;

  function placeOf({ limit, key }: Stake): Place {
    const ofLimit = places.get(limit) ?? new Map<string, Place>();
    places.set(limit, ofLimit);
    const place = ofLimit.get(key) ?? { underWay: 0, waiting: [] };
    ofLimit.set(key, place);
    return place;
  }

  /** @param from where it has waited; it is woken first there, and wakes the next unless it stays */
  async function admit(stakes: Stake[], from?: Place): Promise<Admission> {
    let admission: Admission | undefined;
    try {
      const standings = await Promise.all(
        stakes.map(async (stake) => ({ ...stake, ...(await stake.limit.standing(stake.key)) })),
      );
      admission = decide(standings, from);
      return admission;
    } finally {
      if (from && admission?.place !== from) wakeNext(from);
      tidy(stakes);
    }
  }

  /** Has no `await`: the last attempt under way could end unnoticed, and wake nobody. */
  function decide(
    standings: (Stake & Awaited<ReturnType<Limit['standing']>>)[],
    from: Place | undefined,
  ): Admission {
    const waitSeconds = Math.max(...standings.map((standing) => standing.waitSeconds));
    if (waitSeconds > 0) {
      const held = standings.filter((standing) => standing.waitSeconds > 0);
      return { waitSeconds, limits: held.map(({ limit }) => limit.name) };
    }
    const full = standings.find((standing) => placeOf(standing).underWay >= standing.free);
    if (!full) {
      for (const stake of standings) placeOf(stake).underWay += 1;
      return { waitSeconds: 0, limits: [] };
    }
    const place = placeOf(full);
    if (!makeRoomAt(place)) return { waitSeconds: 1, limits: [] };
    waiting += 1;
    const woken = new Promise<boolean>((wake) => {
      if (place === from) place.waiting.unshift(wake);
      else place.waiting.push(wake);
    });
    return { waitSeconds: 0, limits: [], place, woken };
  }

  /** When too many wait, the last of the longest line goes. */
  function makeRoomAt(place: Place): boolean {
    if (waiting < mostWaiting) return true;
    let longest = place;
    for (const ofLimit of places.values()) {
      for (const other of ofLimit.values()) {
        if (other.waiting.length > longest.waiting.length) longest = other;
      }
    }
    if (longest === place) return false;
    waiting -= 1;
    longest.waiting.pop()?.(false);
    return true;
  }

  function wakeNext(place: Place): void {
    const wake = place.waiting.shift();
    if (!wake) return;
    waiting -= 1;
    wake(true);
  }

  function tidy(stakes: Stake[]): void {
    for (const { limit, key } of stakes) {
      const place = places.get(limit)?.get(key);
      if (place?.underWay === 0 && place.waiting.length === 0) places.get(limit)?.delete(key);
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
    for (const stake of stakes) wakeNext(placeOf(stake));
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
