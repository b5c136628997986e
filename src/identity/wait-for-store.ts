import { setTimeout as sleep } from 'node:timers/promises';
import { IdentityError, type IdentityLog } from './backend.ts';

const longestPauseSeconds = 10;

interface Store {
  /** As the log calls it. */
  name: string;
  isAway: (error: Error) => boolean;
}

const userStore: Store = {
  name: 'the user store',
  isAway: (error) => error instanceof IdentityError && error.kind === 'down',
};

/**
 * Opens a store that may start later than we do: while it is away, it is tried again after 1 second, 2
 * seconds … up to 10. The log says so each time.
 * @param open see `Backend.create`
 * @param pause for tests
 * @param store by default a user store, which is away by an IdentityError `down`
 * @throws what `open` throws, unless the store is away
 */
export async function waitForStore<T>(
  open: () => Promise<T>,
  log: IdentityLog,
  pause: (ms: number) => Promise<unknown> = sleep,
  { name, isAway }: Store = userStore,
): Promise<T> {
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, longestPauseSeconds)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      const opened = await open();
      if (seconds > 1) log.info({}, `${name} answers`);
      return opened;
    } catch (error) {
      if (!(error instanceof Error) || !isAway(error)) throw error;
      log.warn(
        { reason: error.message, seconds },
        `${name} does not answer: Portico starts when it does`,
      );
    }
    // oxlint-disable-next-line no-await-in-loop
    await pause(seconds * 1000);
  }
}
