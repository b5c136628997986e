import { Router, type Request, type Response } from 'express';
import { PublicError } from '../errors.ts';
import type { Hydra } from '@portico/hydra-admin';
import { leave, leaveAgain } from '../web/answer.ts';
import { fieldsOf, postedText, readChallenge, readDecision } from '../web/form.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { formLocals } from '../web/form-locals.ts';
import { localeOf } from '../screens/locale.ts';
import { appView } from '../screens/app-view.ts';
import type { Desk } from './desk.ts';

type Needs = { hydra: Pick<Hydra, 'device'> } & Pick<
  Desk,
  'answers' | 'csrf' | 'deviceLimiter' | 'pages' | 'sessions' | 'wayBack'
>;

/** The screen for the code that a TV or another device shows (RFC 8628, section 3.3). */
export function deviceRoutes(needs: Needs): Router {
  const { hydra, answers, csrf, deviceLimiter, wayBack } = needs;

  async function showDevice(req: Request, res: Response): Promise<void> {
    if (req.query['device_challenge'] === undefined && req.body === undefined) {
      throw new PublicError('challenge_missing', needs.pages.enterCode);
    }
    const challenge = readChallenge(req, 'device_challenge');
    if (await leaveAgain(req, res, challenge, needs)) return;
    const given = fieldsOf(req)['user_code'];
    showForm(req, res, { challenge, code: typeof given === 'string' ? given : '' });
  }

  async function submitDevice(req: Request, res: Response): Promise<void> {
    const challenge = readChallenge(req, 'device_challenge');
    if (readDecision(req) !== 'accept') throw new PublicError('decision_unknown');
    const typed = postedText(req, 'user_code');
    const code = normalised(typed);
    if (code === '') return showForm(req, res, { challenge, code: typed, isWrong: true });
    const browser = csrf.browserOf(req);
    const answer = { challenge, browser, decision: `accept ${code}` };
    const who = { browser: browser ?? '', address: req.ip ?? '' };
    const { waitSeconds, proven } = await deviceLimiter.attempt(who, () =>
      answers.once(answer, () => hydra.device.accept(challenge, code)),
    );
    if (waitSeconds > 0)
      return showForm(req, res, { challenge, code: typed, seconds: waitSeconds });
    if (!proven) return showForm(req, res, { challenge, code: typed, isWrong: true });
    leave(req, res, proven);
  }

  function showForm(
    req: Request,
    res: Response,
    form: { challenge: string; code: string; isWrong?: true; seconds?: number },
  ): void {
    const { challenge, code, isWrong = false, seconds } = form;
    if (isWrong) res.status(400);
    if (seconds) res.status(429).setHeader('Retry-After', String(seconds));
    res.render('device', {
      ...formLocals(csrf, req, res, challenge),
      wayBack: wayBack.note(challenge, needs.pages.enterCode),
      code: code.slice(0, longestCode),
      isGiven: code !== '' && req.method === 'GET',
      isWrong,
      wait: seconds && localeOf(res).time(seconds),
    });
  }

  async function showDone(req: Request, res: Response): Promise<void> {
    const app = (await needs.sessions.data(req, res))?.connectedApp;
    const isSame = app !== undefined && app.clientId === req.query['client_id'];
    const client = isSame && { client_id: app.clientId, client_name: app.name };
    res.render('device-done', client ? { app: appView(client) } : {});
  }

  const router = Router();
  router.get('/device/verify', showDevice);
  router.post('/device/verify', submitDevice);
  router.all('/device/verify', methodUnknown('GET, HEAD, POST'));
  const donePaths = ['/device/success', '/oauth2/device/success'];
  router.get(donePaths, showDone);
  router.all(donePaths, methodUnknown('GET, HEAD'));
  return router;
}

const longestCode = 64;

/** As typed, but for blanks and hyphens: capitals matter to the server. */
function normalised(code: string): string {
  return code.replace(/[\s\p{Pd}]/gu, '').slice(0, longestCode);
}
