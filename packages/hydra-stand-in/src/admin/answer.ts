import type { Request, RequestHandler, Response, Router } from 'express';
import type { Routing } from '../oauth2/profile.ts';
import { ProtocolError } from '../oauth2/protocol-error.ts';
import { forbidToKeep } from '../oauth2/uncached.ts';

/** Sends JSON with `&`, `<` and `>` as escapes, as the real server's encoder writes them. */
export function answerJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body).replace(/[&<>]/g, escapeOf);
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(`${text}\n`);
}

function escapeOf(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16)}`;
}

/** Error middleware of the whole admin API. */
export function answerError(error: unknown, _req: Request, res: Response, _next: () => void): void {
  const known =
    error instanceof ProtocolError
      ? error
      : new ProtocolError('error', statusOf(error), String(error));
  // An error of ours that is known is one that the real server makes too.
  if (known !== error && known.status === 500) console.error(error);
  res.writeHead(known.status, { 'content-type': 'application/json' });
  res.end(`${JSON.stringify(known)}\n`);
}

/** Express names a status for what it cannot read: a bad path, a body that is too large. */
function statusOf(error: unknown): number {
  const isNamed = typeof error === 'object' && error !== null && 'status' in error;
  return isNamed && typeof error.status === 'number' ? error.status : 500;
}

const methods = ['delete', 'get', 'patch', 'post', 'put'] as const;
type Handler = RequestHandler<Record<string, string>>;

/** Serves one path by method; any other method is a 405 with `Allow`. */
export function serve(
  router: Router,
  path: string,
  handlers: { [M in (typeof methods)[number]]?: Handler },
): void {
  const route = router.route(path);
  const served = methods.filter((method) => handlers[method]).map((name) => name.toUpperCase());
  route.all((req, res, next) => {
    const routing: Routing = req.app.locals['routing'];
    const { isHeadKnown } = routing;
    const allowed = [
      ...served,
      ...(isHeadKnown ? (served.includes('GET') ? ['HEAD'] : []) : ['OPTIONS']),
    ];
    if (allowed.includes(req.method) && req.method !== 'OPTIONS') {
      // Health and version stand at the root and are no operations.
      if (req.baseUrl) forbidToKeep(res, routing);
      return next();
    }
    res.set('allow', allowed.toSorted().join(', '));
    if (allowed.includes(req.method)) return void res.status(200).end();
    const type = 'text/plain; charset=utf-8';
    res.writeHead(405, { 'content-type': type, 'x-content-type-options': 'nosniff' });
    res.end('Method Not Allowed\n');
  });
  for (const method of methods) {
    const handler = handlers[method];
    if (handler) route[method](handler);
  }
}

/** The body as it was sent. */
export function bodyOf(req: Request): string {
  return typeof req.body === 'string' ? req.body : '';
}
