import type { RequestHandler, Response } from 'express';
import type { Profile } from './profile.ts';

const value = 'private, no-cache, no-store, must-revalidate';

/** Forbids to keep what is read from a port, in versions that look at the method alone. */
export function uncachedReading({ routing }: Profile): RequestHandler {
  return function uncachedReading(req, res, next) {
    if (routing.uncached === 'reading' && req.method === 'GET') res.set('cache-control', value);
    next();
  };
}

/** Forbids to keep what an operation answers, in versions that do so whatever the method is. */
export function forbidToKeep(res: Response, { uncached }: Profile['routing']): void {
  if (uncached === 'operations') res.set('cache-control', value);
}
