/** Runs a job when its turn comes. */
export type FewAtOnce = <T>(job: () => Promise<T>) => Promise<T>;

interface Waiting {
  came: number;
  begin: () => void;
  fail: (error: unknown) => void;
}

/**
 * Runs so many jobs at a time, and the others in their order. When one fails, those fail with it that
 * waited already when it began: what is wrong for it may be wrong for all, and take long to find out. So
 * nobody waits for much more than two that fail, and one that fails alone takes few others with it.
 */
export function createFewAtOnce(atOnce: number): FewAtOnce {
  const waiting: Waiting[] = [];
  let running = 0;

  /** @returns when there was a place */
  async function place(): Promise<number> {
    const came = performance.now();
    if (running >= atOnce) {
      await new Promise<void>((begin, fail) => waiting.push({ came, begin, fail }));
      return performance.now();
    }
    running += 1;
    return came;
  }

  function pass(): void {
    const next = waiting.shift();
    if (next) next.begin();
    else running -= 1;
  }

  return async function run(job) {
    const began = await place();
    try {
      return await job();
    } catch (error) {
      while (waiting[0] && waiting[0].came < began) waiting.shift()!.fail(error);
      throw error;
    } finally {
      pass();
    }
  };
}
