import type { RequestHandler } from 'express';

/** Reads the query once: Express reads it anew at each look, and a challenge is long. */
export const parsedQuery: RequestHandler = function parsedQuery(req, _res, next) {
  Object.defineProperty(req, 'query', { value: req.query });
  next();
};
