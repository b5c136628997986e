import { Router } from 'express';
import { queryOf } from '../oauth2/address.ts';
import { seconds, type Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import type { Token } from '../oauth2/records.ts';
import { bodyOf, serve } from './answer.ts';
import { decode, DecodeError } from './decode.ts';

/** Taking many tokens away at once. */
export function tokenRoutes(context: Context): Router {
  const { records, profile } = context;
  const router = Router();
  serve(router, '/oauth2/tokens', {
    /** Access tokens alone: refresh tokens and consents stay. */
    delete(req, res) {
      const clientId = queryOf(req).get('client_id');
      if (!clientId) throw fault('invalid_request', 'The query parameter client_id is missing.');
      records.accessTokens.deleteWhere(({ grant }) => grant.clientId === clientId);
      res.status(204).end();
    },
  });
  if (profile.has.flush) {
    serve(router, '/oauth2/flush', {
      post(req, res) {
        flush(context, notAfterIn(bodyOf(req)));
        res.status(204).end();
      },
    });
  }
  return router;
}

/** Tokens that have run out go, unless they are younger than asked; refresh tokens too. */
function flush(context: Context, notAfter: number): void {
  const now = seconds(context);
  const isMeant = ({ expiresAt, issuedAt }: Token) => expiresAt <= now && issuedAt < notAfter;
  context.records.accessTokens.deleteWhere(isMeant);
  context.records.refreshTokens.deleteWhere(isMeant);
}

/** @returns seconds since 1970 */
function notAfterIn(body: string): number {
  try {
    const { notafter: time } = decode({ notafter: 'time' }, body);
    return time === undefined ? Infinity : Date.parse(time) / 1000;
  } catch (error) {
    throw error instanceof DecodeError ? fault('error') : error;
  }
}
