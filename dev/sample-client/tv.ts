import { Router, type Request, type Response } from 'express';
import * as openid from 'openid-client';
import { faultOf, printable, readFault } from './faults.ts';
import type { AppParts } from './app-parts.ts';
import { toStart } from './page.ts';
import { kindsOf, readTokens } from './sign-in.ts';
import { stateOf, tvView } from './tv-view.ts';
import type { Tv } from './visits.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const scope = 'openid profile offline_access';
const tvName = 'Lantern TV';

/** A TV that cannot show a browser: the sign-in happens on another screen (RFC 8628). */
export function tvRoutes(app: AppParts): Router {
  const { parties, visits, show } = app;
  const tell = (what: string) => app.tell(tvName, what);

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
    tell('/tv → asked the OAuth2 server for a code');
    res.redirect(303, '/tv');
  }

  async function look(req: Request, res: Response): Promise<void> {
    const tv = visits.find(req)?.tv;
    if (!tv) return res.redirect(303, '/');
    if (tv.mayAskFrom === Number.POSITIVE_INFINITY) tv.mayAskFrom = 0;
    else await poll(tv);
    show.page(res, {
      title: tvName,
      aside: toStart,
      hasOwnHeading: true,
      body: tvView(tvName, tv),
      ...(stateOf(tv) === 'waiting' && { refreshAfter: tv.intervalSeconds, hasScript: true }),
    });
  }

  /** For the script of the page. */
  async function tellState(req: Request, res: Response): Promise<void> {
    const tv = visits.find(req)?.tv;
    if (tv) await poll(tv);
    res.setHeader('Cache-Control', 'no-store');
    res.type('text').send(tv ? stateOf(tv) : 'gone');
  }

  /** Asks for the tokens, never more often than the server allows (RFC 8628, 3.4 and 3.5). */
  async function poll(tv: Tv): Promise<void> {
    if (tv.outcome || Date.now() < tv.mayAskFrom) return;
    if (Date.now() > tv.expiresAt) {
      return settle(tv, { error: 'expired_token' });
    }
    tv.mayAskFrom = Date.now() + tv.intervalSeconds * 1000;
    const { tv: party } = await parties();
    if (!party) return;
    try {
      const parameters = { device_code: tv.deviceCode };
      const response = await openid.genericGrantRequest(party, deviceGrant, parameters);
      settle(tv, await readTokens(party, response));
    } catch (error) {
      const { code } = readFault(error);
      if (code === 'slow_down') tv.intervalSeconds += 5;
      else if (code !== 'authorization_pending') settle(tv, { error: code });
    }
  }

  function settle(tv: Tv, outcome: NonNullable<Tv['outcome']>): void {
    tv.outcome = outcome;
    tell(
      'error' in outcome
        ? `got no tokens: ${printable(outcome.error)}`
        : `asked again, and got ${kindsOf(outcome)}`,
    );
  }

  const router = Router();
  router.post('/tv', connect);
  router.get('/tv', look);
  router.get('/tv/state', tellState);
  return router;
}
