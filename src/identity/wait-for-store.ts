import { setTimeout as sleep } from 'node:timers/promises';
import { IdentityError, type IdentityLog } from './backend.ts';

const longestPauseSeconds = 10;

/**
 * Opens a user store that may start later than we do: while it is away, it is tried again after 1
 * second, 2 seconds … up to 10. The log says so each time.
 * @param open see `Backend.create`
 * @param pause for tests
 * @throws what `open` throws, unless it is an IdentityError `down`
 */
export async function waitForStore<T>(
  open: () => Promise<T>,
  log: IdentityLog,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<T> {
  for (let seconds = 1; ; seconds = Math.min(seconds * 2, longestPauseSeconds)) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after the other
      const opened = await open();
      if (seconds > 1) log.info({}, 'the user store answers');
      return opened;
    } catch (error) {
      if (!(error instanceof IdentityError) || error.kind !== 'down') throw error;
      log.warn(
        { reason: error.message, seconds },
        'the user store does not answer: Portico starts when it does',
      );
    }
    // oxlint-disable-next-line no-await-in-loop
    await pause(seconds * 1000);
  }
}
