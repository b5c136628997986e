import { Router, type Request, type Response } from 'express';
import type { Parts } from '../assemble.ts';
import { baseFacts } from '../challenge/facts.ts';
import { hasChallenge } from '../challenge/read-challenge.ts';
import type { Step } from '../challenge/step.ts';
import { leave } from '../web/leave.ts';
import { PublicError } from '../errors.ts';
import { appView } from '../clients/app-view.ts';
import { methodUnknown } from '../screens/error-handler.ts';
import { isLanguageSwitch, keepLocale } from '../screens/locale.ts';
import { orWithoutStore } from '../screens/without-store.ts';
import { clientAddress } from '../web/client-address.ts';
import { postedFields, readDecision } from '../web/form.ts';
import { normalised, readForm, showForm, showGiven, type CodeRefused } from './device-page.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'audit'
  | 'browsers'
  | 'challenges'
  | 'deviceLimiter'
  | 'hydra'
  | 'locales'
  | 'log'
  | 'sessions'
>;

/** The screens for the code that a TV or another device shows (RFC 8628, section 3.3), and their end. */
export function deviceRoutes(needs: Needs): Router {
  const router = Router();
  router.get('/device/verify', (req, res) => showDevice(needs, req, res));
  router.post('/device/verify', (req, res) => submitDevice(needs, req, res));
  router.all('/device/verify', methodUnknown('GET, HEAD, POST'));
  router.get('/device', (req, res) => leadToForm(needs, req, res));
  router.get('/device/stopped', (_req, res) => res.render('device-stopped'));
  const donePaths = ['/device/success', '/oauth2/device/success'];
  router.get(donePaths, (req, res) => showDone(needs, req, res));
  router.all(['/device', '/device/stopped', ...donePaths], methodUnknown('GET, HEAD'));
  return router;
}

async function showDevice(needs: Needs, req: Request, res: Response): Promise<void> {
  mustHaveChallenge(needs, req.query);
  const step = await needs.challenges.open(req, res, 'device');
  if (!step) return;
  const given = codeIn(req);
  if (given === '') showForm(needs, res, step);
  else showGiven(needs, res, step, given);
}

async function submitDevice(needs: Needs, req: Request, res: Response): Promise<void> {
  const { typed, given } = readForm(req);
  const isGiven = given !== '';
  mustHaveChallenge(needs, postedFields(req));
  const step = await needs.challenges.posted(req, res, 'device', baseFacts);
  const { facts } = step;
  if (!facts || isLanguageSwitch(req)) {
    return isGiven ? showGiven(needs, res, step, given) : showForm(needs, res, step, { typed });
  }

  keepLocale(needs.locales, res, facts.lang);
  const isYes = readDecision(req, isGiven ? undefined : 'accept') === 'accept';
  if (isGiven && !isYes) return showForm(needs, res, step);
  if (!isYes) throw new PublicError('decision_unknown');
  const code = isGiven ? given : normalised(typed);
  const outcome = code === '' ? 'missing' : await connect(needs, req, step, code);
  if (typeof outcome === 'object' && 'target' in outcome) return leave(res, outcome.target);
  showForm(needs, res, step, { typed: isGiven ? given : typed, refused: outcome });
}

async function connect(
  { audit, browsers, deviceLimiter, hydra }: Needs,
  req: Request,
  step: Step,
  code: string,
): Promise<CodeRefused | { target: string }> {
  const known = browsers.of(req);
  const who = { browser: known ? browsers.markOf(known) : '', address: clientAddress(req) };
  const {
    waitSeconds,
    proven: target,
    limits,
  } = await deviceLimiter.attempt(who, () =>
    step.attempt(['accept', code], () => hydra.device.accept(step.challenge, code)),
  );
  if (target) return { target };
  const isPaused = waitSeconds > 0;
  const seconds = isPaused ? waitSeconds : undefined;
  audit(req, 'code_refused', { reason: isPaused ? 'paused' : 'wrong', seconds });
  if (!isPaused) for (const reason of limits) audit(req, 'limit_hit', { reason });
  return isPaused ? { seconds: waitSeconds } : 'wrong';
}

/** @throws PublicError `challenge_missing` with the address where the server begins to ask for a code */
function mustHaveChallenge({ addresses }: Needs, fields: Record<string, unknown>): void {
  if (hasChallenge(fields, 'device')) return;
  throw new PublicError('challenge_missing', { startAgain: addresses.enterCode });
}

/** The code in the address, without what stands between its letters; empty when there is not just one. */
function codeIn({ query }: Request): string {
  const given = query['user_code'];
  return typeof given === 'string' ? normalised(given) : '';
}

/**
 * A short address to read out or to print: leads to where the OAuth2 server begins to ask for a code.
 * @throws PublicError `page_unknown` when nobody knows where that is
 */
function leadToForm({ addresses }: Needs, req: Request, res: Response): void {
  const { enterCode } = addresses;
  if (enterCode === undefined) throw new PublicError('page_unknown');
  const code = codeIn(req);
  const query = code && `?${new URLSearchParams({ user_code: code }).toString()}`;
  leave(res, enterCode + query);
}

async function showDone(needs: Needs, req: Request, res: Response): Promise<void> {
  const session = await orWithoutStore(needs, req, needs.sessions.data(req, res), undefined);
  const app = session?.connectedApp;
  const isSame = app !== undefined && app.clientId === req.query['client_id'];
  const client = isSame && { client_id: app.clientId, client_name: app.name };
  res.render('device-done', client ? { app: appView(client) } : {});
}
