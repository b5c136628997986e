import { Router, type Request, type Response } from 'express';
import { formOf } from './address.ts';
import { authenticateClient } from './client-auth.ts';
import { words } from './client.ts';
import type { Context } from './context.ts';
import { grantTypes } from './grant-types.ts';
import { fault } from './protocol-error.ts';
import { revokeGrants } from './records.ts';
import { asProtocolError } from './reply.ts';

/** `POST /oauth2/token` (OAuth 2.0 3.2) and `POST /oauth2/revoke` (RFC 7009). */
export function tokenRoutes(context: Context): Router {
  async function exchange(req: Request, res: Response) {
    const form = formOf(req);
    if (form.size === 0) throw fault('invalid_request', 'The form is empty.');
    const [grantType = '', ...more] = words(form.get('grant_type'));
    const handle = Object.hasOwn(grantTypes, grantType) ? grantTypes[grantType] : undefined;
    if (!handle || more.length > 0) throw fault('invalid_request', 'The grant_type is unknown.');
    const client = authenticateClient(context, req);
    res.json(await handle(context, client, form));
  }

  function revoke(req: Request, res: Response) {
    if (formOf(req).size === 0) throw fault('invalid_request', 'The form is empty.');
    const client = authenticateClient(context, req);
    const token = formOf(req).get('token') ?? '';
    const { accessTokens, refreshTokens } = context.records;
    const grant = (refreshTokens.get(token) ?? accessTokens.get(token))?.grant;
    // A token of another client stays, and the answer does not tell (RFC 7009 2.1).
    if (grant?.clientId === client.client_id) {
      revokeGrants(context.records, ({ id }) => id === grant.id);
    }
    res.status(200).end();
  }

  return Router()
    .post('/oauth2/token', uncached, exchange)
    .post('/oauth2/revoke', uncached, revoke)
    .use(['/oauth2/token', '/oauth2/revoke'], answerError);
}

/** Middleware: what is said here is secret (OAuth 2.0 5.1). */
export function uncached(_req: Request, res: Response, next: () => void): void {
  res.set({ 'cache-control': 'no-store', pragma: 'no-cache' });
  next();
}

/** Error middleware: the error as JSON with its status (OAuth 2.0 5.2). */
export function answerError(error: unknown, _req: Request, res: Response, _next: () => void): void {
  const protocolError = asProtocolError(error);
  res.status(protocolError.status).json(protocolError);
}
