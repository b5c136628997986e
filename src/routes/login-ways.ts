/** Ways to sign in that leave for another site, and how a browser comes back from there. */
import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { LoginRequest } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import type { Parts } from '../assemble.ts';
import { isForSomebodyElse } from '../challenge/restart.ts';
import type { Step } from '../challenge/step.ts';
import { PublicError, publicCodeOf } from '../errors.ts';
import type { Arrival, Identity, Way, WayRefusal } from '../identity/backend.ts';
import { isSilent, loginRequired, strengthOf, wishOfApp } from '../policy/login.ts';
import { localeOf, preferLocales } from '../screens/locale.ts';
import type { Departed } from '../web/departures.ts';
import { leave } from '../web/leave.ts';
import { acceptSignIn } from './login-accept.ts';
import { isSomebodyElse } from './login-known.ts';
import { factsOf, loginHintOf, showForm, type LoginForm } from './login-page.ts';

type Needs = Pick<
  Parts,
  | 'addresses'
  | 'apps'
  | 'audit'
  | 'challenges'
  | 'config'
  | 'departures'
  | 'hydra'
  | 'identity'
  | 'keptSignIns'
  | 'knownBrowsers'
  | 'locales'
  | 'log'
  | 'policy'
  | 'sessions'
  | 'signOutDetours'
>;

/** The only way to sign in here, so that nobody needs to choose it. */
export function onlyWay({ ways = [], takesPasswords = true }: Identity): Way | undefined {
  return takesPasswords || ways.length !== 1 ? undefined : ways[0];
}

/** @throws PublicError `decision_unknown` unless there is such a way */
export function wayOf({ ways = [] }: Identity, id: string): Way {
  const way = ways.find((one) => one.id === id);
  if (way) return way;
  throw new PublicError('decision_unknown');
}

interface Leaving {
  step: Step;
  request: LoginRequest;
  way: Way;
  form: LoginForm;
}

/** Sends the browser to the other site or, while that is away, shows the page again. */
export async function depart(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, way, form }: Leaving,
): Promise<void> {
  const callback = callbackOf(needs, way);
  const kept = { state: needs.departures.newState(), at: Date.now() };
  const forSomebodyElse = isSomebodyElse(req) || isForSomebodyElse(request.request_url);
  const person = { login: form.login.trim(), isSomebodyElse: forSomebodyElse };
  const { locales: asked, ...wishes } = wishOfApp(request, person);
  const locales = asked?.length ? asked : [localeOf(res).lang];
  try {
    const { location, keep } = await way.begin({ ...kept, ...wishes, callback, locales });
    const { prompt, maxAgeSeconds } = wishes;
    needs.departures.keep(req, res, {
      way: way.id,
      challenge: step.challenge,
      isRemembered: form.isRemembered,
      wish: { ...kept, prompt, maxAgeSeconds },
      keep,
    });
    leave(res, location);
  } catch (error) {
    if (publicCodeOf(error) !== 'user_store_down') throw error;
    refuse(needs, req, { way, request }, { refused: 'unavailable', detail: String(error) });
    showAgain(needs, req, res, { step, request, way, form, refused: 'unavailable' });
  }
}

/** Without a page, because there is nothing to choose. */
export async function departAtOnce(
  needs: Needs,
  req: Request,
  res: Response,
  { step, request, way }: Omit<Leaving, 'form'>,
): Promise<void> {
  if (isSilent(request)) {
    const reject = () => needs.hydra.login.reject(step.challenge, loginRequired);
    return leave(res, await step.onceUnasked('silent', reject));
  }
  const form = { login: loginHintOf(request), isRemembered: false };
  preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
  await depart(needs, req, res, { step, request, way, form });
}

/** What a browser brings back may be sent twice, but proves something only once. */
export type Arrivals = ReturnType<typeof createArrivals>;
const arrivalsMs = 60_000;
const mostArrivals = 1_000;

export function createArrivals() {
  return new LRUCache<string, Promise<Arrival>>({ max: mostArrivals, ttl: arrivalsMs });
}

/** The browser comes back from the other site. */
export async function arrive(
  needs: Needs & { arrivals: Arrivals },
  req: Request,
  res: Response,
): Promise<void> {
  const way = needs.identity.ways?.find(({ id }) => id === req.params['way']);
  if (!way) throw new PublicError('page_unknown');
  const departed = needs.departures.of(req, req.query['state']);
  // Another browser has left, or this one long ago: what came back must sign nobody in here.
  if (!departed) throw new PublicError('departure_unknown');
  const { challenge, isRemembered } = departed;
  const step = await needs.challenges.resume(req, res, 'login', challenge);
  if (!step) return;
  const request = await needs.hydra.login.get(challenge);
  preferLocales(needs.locales, res, request.oidc_context?.ui_locales);
  const form = { login: loginHintOf(request), isRemembered };
  const back = { step, request, way, form, departed };
  if (departed.refused) return showAgain(needs, req, res, { ...back, refused: departed.refused });
  if (needs.departures.isLate(departed)) {
    needs.audit(req, 'refused', { reason: 'late', way: way.id, client: request.client.client_id });
    return showAgain(needs, req, res, { ...back, refused: 'late' });
  }

  const arrival = await finishOnce(needs, req, way, departed);
  if ('refused' in arrival) {
    const { refused } = arrival;
    refuse(needs, req, back, arrival);
    needs.departures.keep(req, res, { ...departed, keep: '', refused });
    return showAgain(needs, req, res, { ...back, refused });
  }
  const { user } = arrival;
  needs.departures.end(req, res, departed);
  await acceptSignIn(needs, req, res, {
    step,
    facts: factsOf(needs, res, request),
    user,
    ...strengthOf(arrival),
    login: '',
    way: way.id,
    signOutHint: arrival.signOutHint,
    isRemembered,
    decision: ['way', way.id, isRemembered, user.subject],
  });
}

/** A browser that sends the same address twice gets one answer: the code in it works only once. */
async function finishOnce(
  needs: Needs & { arrivals: Arrivals },
  req: Request,
  way: Way,
  departed: Departed,
): Promise<Arrival> {
  // The answer of one site, brought to the address of another, must not be sent on to that.
  if (departed.way !== way.id) return { refused: 'unproven', detail: 'of another provider' };
  const { wish, keep } = departed;
  const address = new URL(callbackOf(needs, way));
  address.search = new URL(req.originalUrl, address).search;
  const key = hash('sha256', `${wish.state} ${address.search}`, 'base64url');
  const before = needs.arrivals.get(key);
  if (before) return before;
  const arrival = way.finish(address, { wish, keep });
  needs.arrivals.set(key, arrival);
  // What failed for another reason may be tried again.
  arrival.catch(() => needs.arrivals.delete(key));
  return arrival;
}

function showAgain(
  needs: Needs,
  req: Request,
  res: Response,
  {
    step,
    request,
    way,
    form,
    refused,
  }: Leaving & {
    refused: WayRefusal | 'late';
  },
): void {
  const failure = { way: way.name, refused };
  showForm(needs, req, res, { step, facts: factsOf(needs, res, request), form, failure });
}

function refuse(
  { audit, log }: Needs,
  req: Request,
  { way, request }: { way: Way; request: LoginRequest },
  { refused, detail }: { refused: WayRefusal; detail: string },
): void {
  const told = { request: req.id, way: way.id, reason: refused, detail };
  if (refused !== 'cancelled') log.warn(told, 'a sign-in at another site failed');
  audit(req, 'refused', { reason: refused, way: way.id, client: request.client.client_id });
}

function callbackOf({ config }: Needs, { id }: Way): string {
  return `${config.web.baseUrl.href}/upstream/${id}`;
}
