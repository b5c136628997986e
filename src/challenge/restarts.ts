import type { WayForward } from '../errors.ts';
import { createFairCache } from '../state/fair-cache.ts';
import { bytesForRestarts, lifeMs } from './bounds.ts';

/** Where a sign-in can start again, and the browser that it belongs to. */
export type Restart = Pick<WayForward, 'app' | 'startAgain'> & { browser: string };

const entryBytes = 200;

/**
 * Where sign-ins can start again, by the key of the challenge. Somebody may reload a page when its
 * challenge is over, and by then the OAuth2 server no longer tells.
 */
export function createRestarts() {
  return createFairCache<Restart>({
    maxSize: bytesForRestarts,
    sizeOf: ({ app, startAgain }) =>
      entryBytes + (startAgain?.length ?? 0) + (app?.name.length ?? 0) + (app?.href?.length ?? 0),
    ttlMs: lifeMs,
  });
}

export type Restarts = ReturnType<typeof createRestarts>;
