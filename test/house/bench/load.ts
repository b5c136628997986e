import { Worker } from 'node:worker_threads';
import { openConnection, type Connection } from './connection.ts';
import { plainAddress } from './plain-script.ts';

/** Something to do again and again: one page, or a whole journey. */
export interface Work {
  name: string;
  /**
   * @param visitor a number of its own for each that is at work at the same time
   * @throws when the app answers anything but what it should
   */
  run(connection: Connection, visitor: number): Promise<void>;
}

/** How many are at work at most. */
export const mostVisitors = 32;

/**
 * Each visitor begins anew as soon as it is done.
 * @returns how often the work was done in so many milliseconds, and how often with what was begun
 *   in them and ended later
 */
export async function closedLoop(
  app: URL,
  work: Work,
  ms: number,
): Promise<{ inTime: number; all: number }> {
  return withVisitors(app, async (connections) => {
    const end = monotonicMs() + ms;
    const done = { inTime: 0, all: 0 };
    const visit = async (connection: Connection, visitor: number) => {
      while (monotonicMs() < end) {
        await work.run(connection, visitor);
        done.all += 1;
        if (monotonicMs() <= end) done.inTime += 1;
      }
    };
    await Promise.all(connections.map(visit));
    return done;
  });
}

/**
 * Visitors come at a fixed rate, whether or not those before are done. The time of each counts from
 * the moment at which it was due, so that a pause of the app is felt by all who would have come in
 * it, not only by the one who did.
 * @returns milliseconds of each, in ascending order
 */
export async function fixedRate(
  app: URL,
  work: Work,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<Float64Array> {
  const count = Math.max(1, Math.round((perSecond * ms) / 1000));
  return withVisitors(app, async (connections) => {
    const times = new Float64Array(count);
    const free = connections.map((_, visitor) => visitor);
    const due: number[] = [];
    let done = 0;

    const serve = async (visitor: number, dueMs: number) => {
      await work.run(connections[visitor]!, visitor);
      times[done++] = monotonicMs() - dueMs;
      const next = due.shift();
      if (next === undefined) free.push(visitor);
      else await serve(visitor, next);
    };

    const ticker = new Worker(await plainAddress('ticker'), { workerData: { perSecond, count } });
    try {
      await new Promise<void>((resolve, reject) => {
        ticker.on('error', reject);
        ticker.on('message', (dueMs: number) => {
          const visitor = free.shift(); // all in turn: servers close what is idle for 5 seconds
          if (visitor === undefined) due.push(dueMs);
          else serve(visitor, dueMs).then(() => done === count && resolve(), reject);
        });
      });
    } finally {
      await ticker.terminate();
    }
    return times.toSorted();
  });
}

async function withVisitors<T>(
  app: URL,
  use: (connections: Connection[]) => Promise<T>,
): Promise<T> {
  const connections = await Promise.all(
    Array.from({ length: mostVisitors }, () => openConnection(app)),
  );
  try {
    return await use(connections);
  } finally {
    for (const connection of connections) connection.close();
  }
}

/** Milliseconds of a clock that the ticker's thread shares. */
function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
