import type { RequestHandler } from 'express';

/** Parses the query only once: Express parses it at every access, and challenges are long. */
export const parsedQuery: RequestHandler = function parsedQuery(req, _res, next) {
  Object.defineProperty(req, 'query', { value: req.query });
  next();
};
