import { StateError } from './state-error.ts';

/** What is to be written once the database can be asked again. */
export interface Later {
  /**
   * Writes now or, while that is impossible, later. Never throws: what it is about has happened.
   * @param write may be called several times
   * @param what for the log, if it has to be later
   */
  unlessNow(write: () => Promise<unknown>, what: string): Promise<void>;
  close(): void;
}

interface LaterParts {
  log: {
    warn(details: object, message: string): void;
    error(details: object, message: string): void;
  };
  pauseMs?: number;
}

/** One write takes about 5 kB. Those that have waited longest go first when there are too many. */
const mostWaiting = 5_000;

export function createLater({ log, pauseMs = 1_000 }: LaterParts): Later {
  const waiting: (() => Promise<unknown>)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function add(write: () => Promise<unknown>): void {
    waiting.push(write);
    if (waiting.length > mostWaiting) {
      waiting.shift();
      log.error({ waiting: mostWaiting }, 'too much waits for the database: the oldest is lost');
    }
    schedule();
  }

  function schedule(): void {
    timer ??= setTimeout(() => void work(), pauseMs).unref();
  }

  async function work(): Promise<void> {
    timer = undefined;
    while (waiting.length > 0) {
      const [write] = waiting;
      try {
        // oxlint-disable-next-line no-await-in-loop -- a database that is back is not to be flooded
        await write!();
      } catch (error) {
        if (error instanceof StateError) return schedule();
        log.error({ err: error }, 'what waited for the database cannot be written');
      }
      // It may have made room for others meanwhile.
      if (waiting[0] === write) waiting.shift();
    }
  }

  return {
    async unlessNow(write, what) {
      try {
        await write();
      } catch (error) {
        if (error instanceof StateError) {
          log.warn({ reason: error.message }, `${what}: it will be when the database is back`);
          add(write);
        } else log.error({ err: error }, what);
      }
    },
    close() {
      clearTimeout(timer);
      if (waiting.length === 0) return;
      log.warn({ waiting: waiting.length }, 'stopped before the database was back: this is lost');
      waiting.length = 0;
    },
  };
}
