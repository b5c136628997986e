const stopSignals = ['SIGINT', 'SIGTERM'] as const;
/** npm passes a Ctrl-C on that the terminal has sent to us as well. */
const sameMs = 1_000;

/** Is aborted by the next signal. */
export type NextSignal = () => AbortSignal;

/**
 * What signals do that end a process. Until there is something to stop, they end it at once: by
 * default the first process of a container ignores them.
 * @returns takes what to do at the first signal. Each further one ends the wait that is under way then,
 *   as `next` tells
 */
export function awaitStopSignals() {
  let stop: ((signal: string, next: NextSignal) => void) | undefined;
  let next = new AbortController();
  let lastAt = Number.NEGATIVE_INFINITY;
  let hasBegun = false;

  function take(signal: string): void {
    if (!stop) process.exit(0);
    const now = performance.now();
    if (now - lastAt < sameMs) return;
    lastAt = now;
    if (hasBegun) next.abort();
    next = new AbortController();
    if (!hasBegun) stop(signal, () => next.signal);
    hasBegun = true;
  }

  for (const signal of stopSignals) process.on(signal, take);
  return (begin: (signal: string, next: NextSignal) => void): void => {
    stop = begin;
  };
}
