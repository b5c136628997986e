import { Router, type Response } from 'express';
import { formOf } from '../oauth2/address.ts';
import { forbiddenScope } from '../oauth2/allowed.ts';
import { words } from '../oauth2/client.ts';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import type { Token } from '../oauth2/records.ts';
import { serve } from './answer.ts';

/** Token introspection (RFC 7662). Here alone the body is a form, and must say so. */
export function introspectRoutes(context: Context): Router {
  const router = Router();
  serve(router, '/oauth2/introspect', {
    post(req, res) {
      const form = req.is('application/x-www-form-urlencoded') ? formOf(req) : undefined;
      if (!form?.size) return answer(res, fault('invalid_request', 'The form is empty.'), 400);
      answer(res, introspect(context, form));
    },
  });
  return router;
}

function answer(res: Response, body: object, status = 200): void {
  const headers = { 'content-type': 'application/json;charset=UTF-8', 'cache-control': 'no-store' };
  res.writeHead(status, headers).end(JSON.stringify(body));
}

function introspect({ records, urls }: Context, form: URLSearchParams) {
  const text = form.get('token') ?? '';
  const access = records.accessTokens.get(text);
  const refresh = records.refreshTokens.get(text);
  const token: Token | undefined = access ?? (refresh?.isUsed ? undefined : refresh);
  const grant = token?.grant;
  const isEnough = grant && forbiddenScope(grant.scope, words(form.get('scope'))) === undefined;
  if (!token || !isEnough) return { active: false };
  return {
    active: true,
    ...(grant.scope.length > 0 && { scope: grant.scope.join(' ') }),
    client_id: grant.clientId,
    sub: grant.subject,
    exp: token.expiresAt,
    iat: token.issuedAt,
    nbf: token.issuedAt,
    aud: grant.audience,
    iss: urls.issuer,
    token_type: 'Bearer',
    token_use: access ? 'access_token' : 'refresh_token',
    ...(hasClaims(grant.accessTokenClaims) && { ext: grant.accessTokenClaims }),
  };
}

function hasClaims(claims: object | null): boolean {
  return claims !== null && Object.keys(claims).length > 0;
}
