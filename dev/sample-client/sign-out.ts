import { createRemoteJWKSet, jwtVerify } from 'jose';
import express, { Router, type Request, type Response } from 'express';
import * as openid from 'openid-client';
import { html } from './html.ts';
import type { AppParts } from './app-parts.ts';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';

/** Signs out (RP-Initiated Logout 1.0), and learns from the server when another app has done so. */
export function signOutRoutes(app: AppParts): Router {
  const { parties, visits, url, show } = app;
  const tell = (what: string) => app.tell(app.appName, what);

  /** Changes nothing in this app yet, because the person may still refuse. */
  async function begin(req: Request, res: Response): Promise<void> {
    const visit = visits.find(req);
    const idToken = visit?.signedIn?.tokens.idToken;
    if (!visit || !idToken) return res.redirect(303, '/');
    const { web } = await parties();
    visit.signOutState = openid.randomState();
    const target = openid.buildEndSessionUrl(web, {
      id_token_hint: idToken,
      post_logout_redirect_uri: `${url}/signed-out`,
      state: visit.signOutState,
    });
    tell('/sign-out → sends the browser to the OAuth2 server to sign out');
    res.redirect(303, target.href);
  }

  function finish(req: Request, res: Response): void {
    const visit = visits.find(req);
    const { state } = req.query;
    if (!visit || state === undefined || state !== visit.signOutState) {
      return res.redirect(303, '/');
    }
    delete visit.signOutState;
    visits.signOut(visit);
    tell('/signed-out → forgot its tokens');
    show.page(res, {
      title: 'You are signed out',
      lead: 'The OAuth2 server sent your browser back here, and this app forgot its tokens. If nobody asked you, the server did not remember you any more.',
      body: html`${show.notes(visit)}
        <p class="buttons"><a class="button" href="/">Go to the start</a></p>`,
    });
  }

  /** Loaded in a hidden frame while the server signs somebody out (Front-Channel Logout 1.0, 3). */
  async function frontChannel(req: Request, res: Response): Promise<void> {
    const { web } = await parties();
    const { issuer } = web.serverMetadata();
    const { iss, sid } = req.query;
    if (iss !== issuer || typeof sid !== 'string') {
      return void res.status(400).type('text').send('iss or sid is wrong\n');
    }
    visits.endSession(sid, 'A hidden frame in the browser told this app.');
    tell('/frontchannel-logout → was told in a hidden frame that a session is over');
    show.page(
      res,
      { title: 'Signed out', lead: 'This app knows.', body: html`` },
      new URL(issuer).origin,
    );
  }

  /** Posted by the server itself (Back-Channel Logout 1.0, 2.5 and 2.6). */
  async function backChannel(req: Request, res: Response): Promise<void> {
    res.setHeader('Cache-Control', 'no-store');
    const form = new URLSearchParams(typeof req.body === 'string' ? req.body : '');
    const sid = await readLogoutToken(form.get('logout_token') ?? '');
    if (sid === undefined) return void res.status(400).json({ error: 'invalid_request' });
    visits.endSession(sid, 'The server posted a logout token to this app.');
    tell('/backchannel-logout → was told by the server that a session is over');
    res.status(200).end();
  }

  async function readLogoutToken(token: string): Promise<string | undefined> {
    const { web } = await parties();
    const { issuer, jwks_uri: keys = '' } = web.serverMetadata();
    try {
      const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(keys)), {
        issuer,
        audience: web.clientMetadata().client_id,
        requiredClaims: ['iat', 'jti'],
      });
      const { events, sid, nonce } = payload;
      const isLogout = typeof events === 'object' && events !== null && logoutEvent in events;
      return isLogout && nonce === undefined && typeof sid === 'string' ? sid : undefined;
    } catch {
      return undefined;
    }
  }

  const router = Router();
  router.get('/sign-out', begin);
  router.get('/signed-out', finish);
  router.get('/frontchannel-logout', frontChannel);
  router.post(
    '/backchannel-logout',
    express.text({ type: 'application/x-www-form-urlencoded' }),
    backChannel,
  );
  return router;
}
