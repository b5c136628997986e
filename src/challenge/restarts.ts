import { LRUCache } from 'lru-cache';
import type { WayForward } from '../errors.ts';
import { bytesForRestarts, lifeMs } from './bounds.ts';

/** Where a sign-in can begin again, and the browser that was told so. */
export type Restart = Pick<WayForward, 'app' | 'startAgain'> & { browser: string };

const entryBytes = 200;

/**
 * Where sign-ins can begin again, by the key of a challenge: for pages that are reloaded when their
 * challenge is over, because the server no longer tells then.
 */
export function createRestarts() {
  return new LRUCache<string, Restart>({
    maxSize: bytesForRestarts,
    sizeCalculation: ({ app, startAgain }) =>
      entryBytes + (startAgain?.length ?? 0) + (app?.name.length ?? 0) + (app?.href?.length ?? 0),
    ttl: lifeMs,
  });
}

export type Restarts = ReturnType<typeof createRestarts>;
