interface Told {
  at: number;
  line: string;
}

/** In milliseconds: how much later than others a line may arrive and still be told in its place. */
const patienceMs = 150;

/**
 * Prints lines of several processes in the order in which things happened. Those of another process
 * arrive late, so each one waits for a moment.
 * @param say prints a line
 */
export function createTeller(say: (line: string) => void) {
  let waiting: Told[] = [];
  let timer: NodeJS.Timeout | undefined;

  function flush(until = Number.POSITIVE_INFINITY): void {
    clearTimeout(timer);
    timer = undefined;
    const due = waiting.filter(({ at }) => at <= until).toSorted((one, other) => one.at - other.at);
    waiting = waiting.filter(({ at }) => at > until);
    for (const { line } of due) say(line);
    if (waiting.length > 0) later();
  }

  function later(): void {
    timer ??= setTimeout(() => flush(Date.now() - patienceMs), patienceMs);
  }

  return {
    /** @param at when it happened, in milliseconds since 1970 */
    tell(line: string, at: number): void {
      waiting.push({ at, line });
      later();
    },
    /** Prints at once what is still waiting. */
    end: () => flush(),
  };
}
