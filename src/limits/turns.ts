/**
 * Runs jobs of one key one after the other, in their order. When one fails, those that were waiting
 * by then fail with it: what is wrong for it is wrong for them, and may take long to find out.
 */
export function createTurns() {
  const turns = new Map<string, Turn>();

  return async function inTurn<T>(key: string, job: () => Promise<T>): Promise<T> {
    const turn = turns.get(key) ?? { waiting: 0, last: Promise.resolve(), failures: 0 };
    turns.set(key, turn);
    const { failures } = turn;
    turn.waiting += 1;
    const result = turn.last.then(() => {
      if (turn.failures !== failures) throw turn.error;
      return job();
    });
    turn.last = result.catch((error: unknown) => {
      if (turn.error === error) return;
      turn.failures += 1;
      turn.error = error;
    });
    try {
      return await result;
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) turns.delete(key);
    }
  };
}

interface Turn {
  waiting: number;
  last: Promise<unknown>;
  failures: number;
  error?: unknown;
}
