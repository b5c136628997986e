import { Router, type Request, type Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { hasChallenge } from '../challenge/read-challenge.ts';
import type { Step } from '../challenge/step.ts';
import { leave } from '../web/leave.ts';
import { PublicError } from '../errors.ts';
import { withoutInvisible } from '../identity/login-key.ts';
import { appView } from '../screens/app-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, keepLocale, localeOf } from '../screens/locale.ts';
import { refusalNotice } from '../screens/notice.ts';
import { clientAddress } from '../web/client-address.ts';
import { postedFields, postedText, readDecision } from '../web/form.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'browsers'
  | 'challenges'
  | 'deviceLimiter'
  | 'hydra'
  | 'locales'
  | 'sessions'
>;

/** The screen for the code that a TV or another device shows (RFC 8628, section 3.3). */
export function deviceRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/device/verify', (req, res) => showDevice(needs, req, res));
  router.post('/device/verify', (req, res) => submitDevice(needs, req, res));
  router.all('/device/verify', methodUnknown('GET, HEAD, POST'));
  const donePaths = ['/device/success', '/oauth2/device/success'];
  router.get(donePaths, (req, res) => showDone(needs, req, res));
  router.all(donePaths, methodUnknown('GET, HEAD'));
  return router;
}

const longestCode = 64;

async function showDevice(needs: Needs, req: Request, res: Response): Promise<void> {
  mustHaveChallenge(needs, req.query);
  const step = await needs.challenges.open(req, res, 'device');
  if (!step) return;
  const given = req.query['user_code'];
  const code = typeof given === 'string' ? given : '';
  showForm(needs, res, step, { code, isGiven: code !== '' });
}

async function submitDevice(needs: Needs, req: Request, res: Response): Promise<void> {
  const typed = postedText(req, 'user_code');
  mustHaveChallenge(needs, postedFields(req));
  const step = needs.challenges.posted(req, res, 'device', baseFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) return showForm(needs, res, step, { code: typed });

  keepLocale(needs.locales, res, facts.lang);
  if (readDecision(req, 'accept') !== 'accept') throw new PublicError('decision_unknown');
  const code = normalised(typed);
  if (code === '') return showForm(needs, res, step, { code: typed, isMissing: true });
  const known = needs.browsers.of(req);
  const who = { browser: known ? needs.browsers.markOf(known) : '', address: clientAddress(req) };
  const {
    waitSeconds,
    proven: target,
    limits,
  } = await needs.deviceLimiter.attempt(who, () =>
    step.attempt(['accept', code], () => needs.hydra.device.accept(step.challenge, code)),
  );
  if (target) return leave(res, target);
  const isPaused = waitSeconds > 0;
  const seconds = isPaused ? waitSeconds : undefined;
  needs.audit(req, 'code_refused', { reason: isPaused ? 'paused' : 'wrong', seconds });
  if (!isPaused) for (const reason of limits) needs.audit(req, 'limit_hit', { reason });
  showForm(needs, res, step, { code: typed, isWrong: waitSeconds === 0, seconds: waitSeconds });
}

/** @throws PublicError `challenge_missing` with the address where the server begins to ask for a code */
function mustHaveChallenge({ addresses }: Needs, fields: Record<string, unknown>): void {
  if (hasChallenge(fields, 'device')) return;
  throw new PublicError('challenge_missing', { startAgain: addresses.enterCode });
}

interface DevicePage {
  code: string;
  /** The code came with the address, so that the person only has to compare it. */
  isGiven?: boolean;
  isWrong?: boolean;
  isMissing?: boolean;
  /** Seconds until the next attempt is allowed; 0 when it is allowed now. */
  seconds?: number;
}

function showForm({ addresses }: Needs, res: Response, step: Step, page: DevicePage): void {
  const { code, isGiven = false, isWrong = false, isMissing = false, seconds = 0 } = page;
  const { lang, time } = localeOf(res);
  if (isWrong || isMissing) res.status(400);
  if (seconds > 0) res.status(429).setHeader('Retry-After', String(seconds));
  res.render('device', {
    ...step.form({ startAgain: addresses.enterCode, lang }),
    code: withoutInvisible(code).slice(0, longestCode),
    isGiven,
    isWrong,
    isMissing,
    wait: seconds > 0 ? time(seconds) : undefined,
    notice: refusalNotice(res),
  });
}

async function showDone(needs: Needs, req: Request, res: Response): Promise<void> {
  const app = (await needs.sessions.data(req, res))?.connectedApp;
  const isSame = app !== undefined && app.clientId === req.query['client_id'];
  const client = isSame && { client_id: app.clientId, client_name: app.name };
  res.render('device-done', client ? { app: appView(client) } : {});
}

/**
 * What stands between the letters of a code, and what keyboards and editors make of it: every space,
 * dash, dot and middle dot, the minus sign, and the long vowel mark of Japanese, which is on the key
 * of the hyphen.
 */
const separators = /[\s\p{Pd}\u2212\u02D7\u2043\u2500\u2796ー.。·・•‧∙⋅]/gu;

/**
 * The code as the OAuth2 server compares it: only its letters, full-width ones made usual (NFKC). The
 * case stays, because it matters to the server.
 */
function normalised(code: string): string {
  const bare = (text: string) => withoutInvisible(text).replace(separators, '');
  // Cut first: the time to normalise many combining marks grows with the square of their number.
  const letters = bare(code).slice(0, longestCode).normalize('NFKC');
  return bare(letters).slice(0, longestCode);
}
