import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import {
  PublicError,
  publicCodeOf,
  statusOf,
  waitOf,
  type ErrorCode,
  type WayForward,
} from '../errors.ts';
import { formFault } from '../web/csrf.ts';
import { fieldsOf } from '../web/form.ts';
import { leave } from '../web/leave.ts';
import { answerBriefly, isGuess, wantsPage } from '../web/opening.ts';
import { localeOf } from './locale.ts';
import { HydraError } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import type { Log } from '../web/log.ts';

type Way = 'startAgain' | 'somebodyElse' | 'tryAgain' | 'app' | 'home';
type Style = 'strong' | 'tonal';

interface Face {
  tile: 'clock' | 'ticks' | 'lens' | 'arch' | 'cloud' | 'caution';
  kind: 'accent' | 'caution';
  /** What helps, best first. A way to the app, or else to the start page, is added to it. */
  ways: [Way, Style][];
  hasReference?: true;
  /** The way that the text tells to go: without it, the page has the words of `<text>_unnamed`. */
  toldWay?: Way;
}

const lens: Face = { tile: 'lens', kind: 'accent', ways: [] };
const arch: Face = { tile: 'arch', kind: 'accent', ways: [['startAgain', 'strong']] };
const clock: Face = { tile: 'clock', kind: 'accent', ways: [] };
const caution: Face = { tile: 'caution', kind: 'caution', hasReference: true, ways: [] };
const cloud: Face = { ...caution, tile: 'cloud', ways: [['tryAgain', 'strong']] };

/**
 * How the page of each fault looks, and which buttons it offers. A button without a target is left
 * out.
 */
const faces: Record<ErrorCode, Face> = {
  challenge_expired: { ...clock, ways: [['startAgain', 'strong']], toldWay: 'startAgain' },
  challenge_used: {
    tile: 'ticks',
    kind: 'accent',
    ways: [
      ['app', 'strong'],
      ['startAgain', 'tonal'],
    ],
  },
  challenge_elsewhere: arch,
  departure_unknown: arch,
  challenge_unknown: { ...lens, hasReference: true },
  challenge_missing: arch,
  challenge_too_long: lens,
  request_malformed: lens,
  decision_unknown: { ...lens, ways: [['tryAgain', 'strong']] },
  form_expired: clock,
  form_too_large: lens,
  cookies_blocked: { ...caution, ways: [['tryAgain', 'tonal']] },
  headers_too_large: caution,
  account_unknown: { ...caution, ways: [['somebodyElse', 'strong']] },
  page_unknown: lens,
  method_unknown: lens,
  too_many_attempts: clock,
  busy: { ...clock, ways: [['tryAgain', 'strong']] },
  oauth2_server_down: cloud,
  oauth2_server_slow: cloud,
  oauth2_server_nonsense: cloud,
  oauth2_server_limited: cloud,
  oauth2_server_unavailable: cloud,
  user_store_down: cloud,
  unexpected: { ...caution, ways: [['tryAgain', 'strong']] },
};

const labels: Record<Way, string> = {
  startAgain: 'button.start_again',
  somebodyElse: 'button.other_account',
  tryAgain: 'button.try_again',
  app: 'button.go_to',
  home: 'button.start_page',
};

/**
 * For addresses that no route knows, and for screens that nobody opens. A guess gets a 403: a browser
 * drops it and asks again when the person goes there, and a proxy sees no fault of ours in it.
 */
export const pageUnknown: RequestHandler = function pageUnknown(req, res) {
  if (isGuess(req)) return answerBriefly(res, 403);
  if (!wantsPage(req)) return answerBriefly(res, 404);
  throw new PublicError('page_unknown');
};

/**
 * For methods that a route does not know.
 * @param allow those that it knows: the value of the `Allow` header
 */
export function methodUnknown(allow: string): RequestHandler {
  return function methodUnknown(_req, res) {
    res.setHeader('Allow', allow);
    throw new PublicError('method_unknown');
  };
}

/** Longer than the passwords that wait take to be checked. */
const busySeconds = 5;

/**
 * The only place that turns an error into a page. An error without a page of its own is logged in
 * full, with the id that the page shows.
 */
export function errorHandler({
  audit,
  challenges,
  config,
  log,
}: Pick<Parts, 'audit' | 'challenges' | 'config' | 'log'>): ErrorRequestHandler {
  const base = config.web.baseUrl.path;
  return async function errorHandler(error: unknown, req, res, _next) {
    if (res.headersSent) {
      res.destroy();
      return;
    }
    const code = codeOf(error);
    report(log, req, code, error);
    if (isRefusal(req, code) && !formFault(res)) audit(req, 'form_refused', { reason: code });
    // The challenge has an answer, and the OAuth2 server says where it leads.
    if (error instanceof HydraError && error.redirectTo) {
      leave(res, error.redirectTo);
      return;
    }
    const known = code === 'challenge_elsewhere' ? {} : await challenges.wayForward(req);
    const tryAgain = loginAgainOf(challenges.resumedOf(req), base);
    const way: WayForward = { ...known, tryAgain, ...(error instanceof PublicError && error.way) };
    way.retryAfterSeconds ??= waitOf(error);
    const wait = way.retryAfterSeconds ?? (code === 'busy' ? busySeconds : undefined);
    if (wait !== undefined) res.setHeader('Retry-After', String(wait));
    showFault(req, res, code, { way, base });
  };
}

function showFault(
  req: Request,
  res: Response,
  code: ErrorCode,
  { way, base }: { way: WayForward; base: string },
): void {
  const { h, named, namedHtml, time } = localeOf(res);
  const { ways, hasReference, tile, kind, toldWay } = faces[code];
  const targets: Record<Way, string | undefined> = {
    startAgain: way.startAgain,
    somebodyElse: way.startAgain,
    tryAgain: way.tryAgain ?? tryAgainOf(req),
    app: way.app?.href,
    home: `${base}/`,
  };
  const buttons = waysOn(ways, targets).map(([name, style]) => ({
    label: h(labels[name], { app: way.app?.name ?? '' }),
    href: targets[name],
    style,
  }));
  const { retryAfterSeconds: wait } = way;
  const values = { app: way.app?.name, time: wait && time(wait) };
  const text = `error.${code}.text`;
  res.status(statusOf[code]).render('error', {
    tile,
    kind,
    title: named(`error.${code}.title`, values),
    text: toldWay && !targets[toldWay] ? h(`${text}_unnamed`) : namedHtml(text, values),
    buttons,
    reference: hasReference && req.id,
    details: undefined,
  });
}

/** The ways that lead somewhere: at least one, to the app or to the start page. */
function waysOn(ways: Face['ways'], targets: Record<Way, string | undefined>): Face['ways'] {
  const known = ways.filter(([name]) => targets[name]);
  if (known.some(([name]) => name === 'app')) return known;
  return [...known, [targets.app ? 'app' : 'home', 'tonal']];
}

/**
 * The same page once more or, after a post, the page with the form. It is a query without a path, so
 * that no path in a request can turn it into a link to another host.
 */
function tryAgainOf(req: Request): string {
  const query = new URLSearchParams();
  // A code that was typed does not get into an address.
  const kept = req.body === undefined ? /^(\w+_challenge|user_code)$/ : /^\w+_challenge$/;
  for (const [name, value] of Object.entries(fieldsOf(req))) {
    if (kept.test(name) && typeof value === 'string') query.set(name, value);
  }
  return `?${query.toString()}`;
}

/** The page that a browser has left to sign in elsewhere: what it brought back cannot be tried again. */
function loginAgainOf(challenge: string | undefined, base: string): string | undefined {
  if (challenge === undefined) return undefined;
  return `${base}/login?${new URLSearchParams({ login_challenge: challenge }).toString()}`;
}

function codeOf(error: unknown): ErrorCode {
  const code = publicCodeOf(error);
  if (code) return code;
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return 'form_too_large';
  return typeof status === 'number' && status >= 400 && status < 500
    ? 'request_malformed'
    : 'unexpected';
}

/** Whether a form was refused, or a screen that belongs to another browser or to a person now gone. */
function isRefusal({ method }: Request, code: ErrorCode): boolean {
  if (code === 'challenge_elsewhere' || code === 'account_unknown') return true;
  if (code === 'departure_unknown') return true;
  return method === 'POST' && statusOf[code] < 500;
}

function report(log: Log, req: Request, code: ErrorCode, error: unknown): void {
  const status = statusOf[code];
  if (code === 'unexpected') log.error({ request: req.id, err: error }, 'unexpected error');
  else if (status >= 500)
    log.warn({ request: req.id, code, reason: String(error) }, 'cannot answer');
  else log.debug({ request: req.id, code, reason: String(error) }, 'fault of the request');
}
