import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { formOf, queryOf, setQuery } from './address.ts';
import { seconds, type Context } from './context.ts';
import { frontChannelPage } from './html.ts';
import { currentSession, forgetCookie, rememberedSession } from './login-session.ts';
import { readLogoutHint } from './logout-hint.ts';
import { endSession, frontChannelFrames } from './logout-channels.ts';
import { fault } from './protocol-error.ts';
import type { Logout } from './records.ts';
import { asProtocolError, showOnErrorPage } from './reply.ts';

/**
 * `GET|POST /oauth2/sessions/logout` (RP-Initiated Logout 2), with a verifier the way back from the
 * app.
 */
export function logoutRoutes(context: Context): Router {
  async function logout(req: Request, res: Response) {
    try {
      const verifier = queryOf(req).get('logout_verifier');
      await (verifier ? finishLogout(context, res, verifier) : beginLogout(context, res));
    } catch (error) {
      showOnErrorPage(res, context.urls.error, asProtocolError(error));
    }
  }

  return Router().get('/oauth2/sessions/logout', logout).post('/oauth2/sessions/logout', logout);
}

async function beginLogout(context: Context, res: Response): Promise<void> {
  const parameters = new URLSearchParams([...formOf(res.req), ...queryOf(res.req)]);
  const idTokenHint = parameters.get('id_token_hint');
  if (idTokenHint) {
    const { client, sessionId, redirectTo } = await readLogoutHint(context, parameters);
    const session = rememberedSession(context, sessionId);
    // Somebody who is not remembered cannot be asked: the server knows nothing to sign out of.
    if (!session) return res.redirect(302, redirectTo);
    return askApp(context, res, { client, session, redirectTo, isRpInitiated: true });
  }
  if (parameters.get('state') || parameters.get('post_logout_redirect_uri')) {
    throw fault('invalid_request', 'Without an id_token_hint nothing else may be given.');
  }
  const session = currentSession(context, res.req);
  const redirectTo = context.urls.loggedOut;
  if (!session) return res.redirect(302, redirectTo);
  return askApp(context, res, { client: null, session, redirectTo, isRpInitiated: false });
}

function askApp(
  context: Context,
  res: Response,
  {
    session,
    ...logout
  }: Pick<Logout, 'client' | 'redirectTo' | 'isRpInitiated'> & {
    session: { id: string; subject: string };
  },
): void {
  const challenge = randomUUID();
  const requestedAt = seconds(context);
  const ends = { requestedAt, expiresAt: requestedAt + context.lifetimes.request };
  const mayEnd = context.profile.has.logoutTimes && !logout.isRpInitiated;
  context.records.logouts.set(
    challenge,
    {
      challenge,
      verifier: randomUUID(),
      subject: session.subject,
      sessionId: session.id,
      requestUrl: res.req.originalUrl,
      ...logout,
      ...(mayEnd && ends),
      isUsed: false,
    },
    context.lifetimes.record,
  );
  res.redirect(302, setQuery(context.urls.logout, { logout_challenge: challenge }));
}

async function finishLogout(context: Context, res: Response, verifier: string): Promise<void> {
  const logout = context.records.logouts.find(
    (request) => request.verifier === verifier && request.answer === 'accepted',
  );
  if (!logout || (logout.isUsed && !context.profile.mayLogOutAgain)) {
    throw fault(context.profile.has.unknownLogouts ? 'Not Found' : 'error');
  }
  logout.isUsed = true;
  if (logout.expiresAt !== undefined && logout.expiresAt < seconds(context)) {
    throw fault('request_unauthorized', 'The sign-out has expired. Please start again.');
  }
  const isSameSubject = currentSession(context, res.req)?.subject === logout.subject;
  if (!logout.isRpInitiated && !isSameSubject) return res.redirect(302, logout.redirectTo);

  forgetCookie(context, res);
  const frames = frontChannelFrames(context, logout);
  await endSession(context, logout);
  if (frames.length === 0) return res.redirect(302, logout.redirectTo);
  res.type('html').send(frontChannelPage(frames, logout.redirectTo));
}
