interface Turn {
  waiting: number;
  last: Promise<unknown>;
  failure?: { error: unknown; at: number };
}

/**
 * Runs jobs of one queue one after the other, in their order. When one fails, those that wait by then
 * fail with it: what is wrong for it is wrong for them, and may take long to find out.
 */
export function createTurns() {
  const turns = new Map<string, Turn>();

  return async function inTurn<T>(queue: string, job: () => Promise<T>): Promise<T> {
    const came = performance.now();
    const turn: Turn = turns.get(queue) ?? { waiting: 0, last: Promise.resolve() };
    turns.set(queue, turn);
    turn.waiting += 1;
    const done = turn.last.then(() => {
      if (turn.failure && turn.failure.at > came) throw turn.failure.error;
      return job();
    });
    turn.last = done.catch((error: unknown) => {
      if (turn.failure?.error !== error) turn.failure = { error, at: performance.now() };
    });
    try {
      return await done;
    } finally {
      turn.waiting -= 1;
      if (turn.waiting === 0) turns.delete(queue);
    }
  };
}
