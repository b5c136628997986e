import { Router, type Request, type Response } from 'express';
import { formOf, queryOf } from './address.ts';
import type { Context } from './context.ts';
import { fault } from './protocol-error.ts';

/**
 * `GET|POST /userinfo` (OpenID Connect Core 5.3), with the access token in the header or a
 * parameter.
 */
export function userinfoRoutes(context: Context): Router {
  function userinfo(req: Request, res: Response) {
    const token = context.records.accessTokens.get(accessTokenOf(req));
    if (!token) {
      const error = fault('request_unauthorized', 'There is no good access token.');
      res.set('www-authenticate', `Bearer error="${error.code}"`);
      res.status(error.status).json(error);
      return;
    }
    const { nonce: _nonce, sid: _sid, ...claims } = token.grant.idTokenClaims;
    res.json(claims);
  }

  return Router().get('/userinfo', userinfo).post('/userinfo', userinfo);
}

/** RFC 6750 2. */
function accessTokenOf(req: Request): string {
  const bearer = /^bearer +(.+)$/i.exec(req.headers.authorization ?? '')?.[1];
  return bearer ?? formOf(req).get('access_token') ?? queryOf(req).get('access_token') ?? '';
}
