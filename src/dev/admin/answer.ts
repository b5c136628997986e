import type { Request, RequestHandler, Response, Router } from 'express';
import { ProtocolError } from '../oauth2/protocol-error.ts';

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
  if (known.status === 500) console.error(error);
  res.writeHead(known.status, { 'content-type': 'application/json' });
  res.end(`${JSON.stringify(known)}\n`);
}

/** Express names a status for what it cannot read: a bad path, a body that is too large. */
function statusOf(error: unknown): number {
  const isNamed = typeof error === 'object' && error !== null && 'status' in error;
  return isNamed && typeof error.status === 'number' ? error.status : 500;
}

const methods = ['delete', 'get', 'post', 'put'] as const;
type Handler = RequestHandler<Record<string, string>>;

/** Serves one path by method; any other method is a 405 with `Allow`. */
export function serve(
  router: Router,
  path: string,
  handlers: { [M in (typeof methods)[number]]?: Handler },
): void {
  const route = router.route(path);
  const allowed: string[] = [];
  for (const method of methods) {
    const handler = handlers[method];
    if (!handler) continue;
    route[method](handler);
    allowed.push(...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]));
  }
  route.all((_req, res) => {
    res.writeHead(405, { 'content-type': 'text/plain; charset=utf-8', allow: allowed.join(', ') });
    res.end('Method Not Allowed\n');
  });
}

/** The body as it was sent. */
export function bodyOf(req: Request): string {
  return typeof req.body === 'string' ? req.body : '';
}
