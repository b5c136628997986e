/** Runs a job when its turn comes. */
export type FewAtOnce = <T>(job: () => Promise<T>) => Promise<T>;

interface Waiting {
  begin: () => void;
  fail: (error: unknown) => void;
}

/**
 * Runs so many jobs at a time, and the others in their order. When one fails, those that wait by then
 * fail with it: what is wrong for it is wrong for them, and may take long to find out.
 */
export function createFewAtOnce(atOnce: number): FewAtOnce {
  const waiting: Waiting[] = [];
  let running = 0;

  async function place(): Promise<void> {
    if (running < atOnce) running += 1;
    else await new Promise<void>((begin, fail) => waiting.push({ begin, fail }));
  }

  function pass(): void {
    const next = waiting.shift();
    if (next) next.begin();
    else running -= 1;
  }

  return async function run(job) {
    await place();
    try {
      return await job();
    } catch (error) {
      for (const { fail } of waiting.splice(0)) fail(error);
      throw error;
    } finally {
      pass();
    }
  };
}
