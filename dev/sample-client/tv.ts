import { Router, type Request, type Response } from 'express';
import * as openid from 'openid-client';
import { faultOf, readFault } from './faults.ts';
import { html, type Html } from './html.ts';
import type { AppParts } from './app-parts.ts';
import { readTokens } from './sign-in.ts';
import { tokensView } from './token-views.ts';
import type { Tv } from './visits.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const scope = 'openid profile offline_access';

/** A TV that cannot show a browser: the sign-in happens on another screen (RFC 8628). */
export function tvRoutes({ parties, visits, show }: AppParts): Router {
  async function connect(req: Request, res: Response): Promise<void> {
    const { tv: party } = await parties();
    if (!party) return show.fault(res, faultOf('unauthorized_client', 'no device flow'));
    const answer = await openid.initiateDeviceAuthorization(party, { scope });
    const intervalSeconds = answer.interval ?? 5;
    visits.findOrBegin(req, res).tv = {
      userCode: answer.user_code,
      deviceCode: answer.device_code,
      verificationUri: answer.verification_uri,
      verificationUriComplete: answer.verification_uri_complete ?? answer.verification_uri,
      expiresAt: Date.now() + answer.expires_in * 1000,
      // Nobody can type the code before it is shown: the first page need not ask.
      mayAskFrom: Number.POSITIVE_INFINITY,
      intervalSeconds,
    };
    res.redirect(303, '/tv');
  }

  async function look(req: Request, res: Response): Promise<void> {
    const tv = visits.find(req)?.tv;
    if (!tv) return res.redirect(303, '/');
    if (tv.mayAskFrom === Number.POSITIVE_INFINITY) tv.mayAskFrom = 0;
    else await poll(tv);
    const isWaiting = tv.outcome === undefined;
    show.page(res, {
      title: isWaiting ? 'Lantern TV is waiting' : 'Lantern TV',
      body: viewOf(tv),
      ...(isWaiting && { refreshAfter: tv.intervalSeconds }),
    });
  }

  /** Asks for the tokens, never more often than the server allows (RFC 8628, 3.4 and 3.5). */
  async function poll(tv: Tv): Promise<void> {
    if (tv.outcome || Date.now() < tv.mayAskFrom) return;
    if (Date.now() > tv.expiresAt) {
      tv.outcome = { error: 'expired_token' };
      return;
    }
    tv.mayAskFrom = Date.now() + tv.intervalSeconds * 1000;
    const { tv: party } = await parties();
    if (!party) return;
    try {
      const parameters = { device_code: tv.deviceCode };
      const response = await openid.genericGrantRequest(party, deviceGrant, parameters);
      tv.outcome = await readTokens(party, response);
    } catch (error) {
      const { code } = readFault(error);
      if (code === 'slow_down') tv.intervalSeconds += 5;
      else if (code !== 'authorization_pending') tv.outcome = { error: code };
    }
  }

  const router = Router();
  router.post('/tv', connect);
  router.get('/tv', look);
  return router;
}

function viewOf(tv: Tv): Html {
  const { outcome } = tv;
  if (!outcome) return waitingView(tv);
  const again = html`<form method="post" action="/tv">
    <button class="button">Connect a TV</button>
  </form>`;
  if ('error' in outcome) {
    const { code, meaning } = faultOf(outcome.error);
    return html`<p><code>${code}</code> – ${meaning}</p>
      ${again}
      <p><a href="/">Back to the start</a></p>`;
  }
  return html`<p>
      The TV is connected. While you typed the code on another screen, it asked the server every few
      seconds, and now it got its tokens.
    </p>
    ${tokensView(outcome)}
    <h2>Again</h2>
    ${again}
    <p><a href="/">Back to the start</a></p>`;
}

function waitingView(tv: Tv): Html {
  return html`<p>Pretend that this page is a TV. On your phone, or in another tab, open</p>
    <p><a href="${tv.verificationUri}" target="_blank">${tv.verificationUri}</a></p>
    <p>and type this code:</p>
    <p><code class="code" id="user-code">${tv.userCode}</code></p>
    <p>
      A TV could also show a QR code of
      <a href="${tv.verificationUriComplete}" target="_blank">this address</a>, which contains the
      code. This page asks the server every ${tv.intervalSeconds} seconds.
    </p>`;
}
