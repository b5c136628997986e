interface Turn<Result> {
  waiting: number;
  last: Promise<unknown>;
  /** The last result that is good for others, by what it is about, and when it was there. */
  results: Map<string, { result: Result; at: number }>;
  failure?: { error: unknown; at: number };
}

interface Job<Result> {
  /** Jobs of one queue run one after the other, in their order. */
  queue: string;
  /** What it is about: a result that `isForAll` is also that of others about the same who wait by then. */
  about: string;
  isForAll: (result: Result) => boolean;
  run: () => Promise<Result>;
}

/**
 * Runs jobs one after the other. When one fails, those that wait by then fail with it: what is wrong
 * for it is wrong for them, and may take long to find out.
 */
export function createTurns<Result>() {
  const turns = new Map<string, Turn<Result>>();

  return async function inTurn({ queue, about, isForAll, run }: Job<Result>): Promise<Result> {
    const came = performance.now();
    const turn: Turn<Result> = turns.get(queue) ?? {
      waiting: 0,
      last: Promise.resolve(),
      results: new Map(),
    };
    turns.set(queue, turn);
    turn.waiting += 1;

    async function take(): Promise<Result> {
      if (turn.failure && turn.failure.at > came) throw turn.failure.error;
      const known = turn.results.get(about);
      if (known && known.at > came) return known.result;
      const result = await run();
      if (isForAll(result)) turn.results.set(about, { result, at: performance.now() });
      return result;
    }

    const taken = turn.last.then(take);
    turn.last = taken.catch((error: unknown) => {
      if (turn.failure?.error !== error) turn.failure = { error, at: performance.now() };
    });
    try {
      return await taken;
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) turns.delete(queue);
    }
  };
}
