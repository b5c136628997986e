import type { RequestHandler } from 'express';
import type { Profile } from '../oauth2/profile.ts';
import { forbidToKeep } from '../oauth2/uncached.ts';

/** The operations, below the admin path. */
const operations = [
  /^\/clients(\/[^/]+(\/lifespans)?)?$/,
  /^\/keys\/[^/]+(\/[^/]+)?$/,
  /^\/oauth2\/auth\/(requests\/\w+(\/\w+)?|sessions\/\w+)$/,
  /^\/oauth2\/(introspect|tokens)$/,
];
const flush = /^\/oauth2\/flush$/;
const status = /^\/(health\/(alive|ready)|version)$/;
const metrics = /^\/metrics\/prometheus$/;

const isOneOf = (patterns: RegExp[], path: string) => patterns.some((one) => one.test(path));

/** Where health and version stand. */
export function statusPaths({ routing, adminPaths }: Profile): string[] {
  return routing.status === 'everywhere' ? [...adminPaths] : ['/'];
}

/** Sends a path with a slash at its end to the one without, where a version does so. */
export function trailingSlash({ routing, adminPaths }: Profile): RequestHandler {
  const [base = ''] = adminPaths;
  return function trailingSlash(req, res, next) {
    const path = req.path.slice(0, -1);
    const below = base !== '/' && path.startsWith(base) ? path.slice(base.length) : path;
    const isKnown = isOneOf([...operations, status, metrics, flush], below);
    if (routing.trailingSlash === 'stripped' || !req.path.endsWith('/') || !isKnown) return next();
    const location = path + req.originalUrl.slice(req.path.length);
    res.writeHead(req.method === 'GET' ? 301 : 307, { location }).end();
  };
}

/**
 * Sends an operation without its prefix to the admin address that the server believes to be its own,
 * where a version does so; clients should not follow.
 */
export function toPrefix({ routing, adminPaths }: Profile): RequestHandler {
  return function toPrefix(req, res, next) {
    if (routing.unprefixed === 'served' || !isOneOf(operations, req.path)) return next();
    const { localPort = 0 } = req.socket;
    const location = `http://localhost:${localPort}${adminPaths[0] ?? ''}${req.originalUrl}`;
    forbidToKeep(res, routing);
    res.writeHead(307, { location }).end();
  };
}

const reason =
  'The requested route does not exist. Make sure you are using the right path, domain, and port.';

/** What is nowhere: in the form that `Accept` wants, or in plain text. */
export function unknownRoute({ routing }: Profile): RequestHandler {
  return function unknownRoute(req, res) {
    res.status(404);
    const isRoot = /^\/(admin\/?)?$/.test(req.path);
    const form = req.accepts(['html', 'text', 'json']);
    if (routing.unknown === 'plain' && !isRoot) {
      res.type('text/plain').send('404 page not found\n');
    } else if (form === 'json') {
      res.json({ error: { code: 404, message: 'Not Found', reason } });
    } else if (form === 'text') {
      res.type('text/plain').send(`Error 404 - ${reason}`);
    } else {
      res
        .type('html')
        .send(`<!doctype html>\n<title>404</title>\n<h1>404</h1>\n<p>${reason}</p>\n`);
    }
  };
}
