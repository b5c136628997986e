import { Router, type Request } from 'express';
import { queryOf } from '../oauth2/address.ts';
import { publicView } from '../oauth2/client.ts';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import type { Logout } from '../oauth2/records.ts';
import { answerJson, serve } from './answer.ts';
import { answerRedirect } from './challenge.ts';
import { timestamp } from './timestamp.ts';

const path = '/oauth2/auth/requests/logout';

/** Logout requests. A rejected one can no longer be read, but it can still be accepted. */
export function logoutRequestRoutes(context: Context): Router {
  function find(req: Request): Logout | undefined {
    const query = queryOf(req);
    const challenge = query.get('logout_challenge') || query.get('challenge');
    return context.records.logouts.get(challenge ?? '');
  }

  const router = Router();
  serve(router, path, {
    get(req, res) {
      const logout = find(req);
      if (!logout || logout.answer === 'rejected') throw fault('Unable to locate the resource');
      if (logout.isUsed) return answerJson(res, { redirect_to: logout.requestUrl }, 410);
      answerJson(res, logoutRequestView(context, logout));
    },
  });
  serve(router, `${path}/accept`, {
    put(req, res) {
      const logout = find(req);
      if (!logout) throw fault('Unable to locate the resource');
      logout.answer = 'accepted';
      const url = `${context.urls.public}/oauth2/sessions/logout`;
      answerRedirect(res, url, { logout_verifier: logout.verifier });
    },
  });
  serve(router, `${path}/reject`, {
    put(req, res) {
      const logout = find(req);
      if (logout) logout.answer = 'rejected';
      else if (context.profile.has.unknownLogouts) throw fault('Not Found');
      res.status(204).end();
    },
  });
  return router;
}

function logoutRequestView({ profile }: Context, logout: Logout) {
  const timeOf = (seconds: number | undefined) =>
    seconds === undefined ? null : timestamp(seconds);
  return {
    challenge: logout.challenge,
    subject: logout.subject,
    sid: logout.sessionId,
    request_url: logout.requestUrl,
    rp_initiated: logout.isRpInitiated,
    ...(profile.has.logoutTimes && {
      expires_at: timeOf(logout.expiresAt),
      requested_at: timeOf(logout.requestedAt),
    }),
    client: logout.client && publicView(logout.client),
  };
}
