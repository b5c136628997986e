import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { PublicError, publicCodeOf, statusOf, type ErrorCode, type WayForward } from '../errors.ts';
import { formFault } from '../web/csrf.ts';
import { fieldsOf } from '../web/form.ts';
import { leave } from '../web/leave.ts';
import { answerBriefly, isGuess, wantsPage } from '../web/opening.ts';
import { localeOf } from './locale.ts';
import { HydraError } from '@portico/hydra-admin';
import type { Parts } from '../assemble.ts';
import type { Log } from '../web/log.ts';

type Way = 'startAgain' | 'somebodyElse' | 'tryAgain' | 'app' | 'home';
type Style = 'strong' | 'tonal' | 'quiet';

interface Face {
  tile: 'clock' | 'ticks' | 'lens' | 'arch' | 'cloud' | 'caution';
  kind: 'accent' | 'caution';
  ways: [Way, Style][];
  hasReference?: true;
}

const lost: Face = {
  tile: 'arch',
  kind: 'accent',
  ways: [
    ['startAgain', 'strong'],
    ['home', 'tonal'],
  ],
};
const late: Face = {
  tile: 'clock',
  kind: 'accent',
  ways: [
    ['startAgain', 'strong'],
    ['app', 'quiet'],
  ],
};
const ours: Face = {
  tile: 'caution',
  kind: 'caution',
  hasReference: true,
  ways: [
    ['tryAgain', 'strong'],
    ['app', 'quiet'],
  ],
};
const theirs: Face = { ...ours, tile: 'cloud' };
const again: Face = { tile: 'caution', kind: 'accent', ways: [['tryAgain', 'strong']] };
const paused: Face = { tile: 'clock', kind: 'accent', ways: [['app', 'tonal']] };

/**
 * How the page of each fault looks, and which buttons it offers. A button without a target is left
 * out; if none to an app remains, there is one to the start page.
 */
const faces: Record<ErrorCode, Face> = {
  decision_unknown: again,
  request_malformed: lost,
  challenge_missing: lost,
  form_expired: again,
  cookies_blocked: again,
  challenge_elsewhere: lost,
  account_unknown: {
    tile: 'lens',
    kind: 'accent',
    ways: [
      ['somebodyElse', 'strong'],
      ['app', 'quiet'],
    ],
  },
  challenge_unknown: { ...lost, tile: 'lens', hasReference: true },
  page_unknown: { ...lost, tile: 'lens' },
  method_unknown: { ...lost, tile: 'lens' },
  challenge_used: {
    tile: 'ticks',
    kind: 'accent',
    ways: [
      ['app', 'strong'],
      ['startAgain', 'tonal'],
    ],
  },
  challenge_expired: late,
  form_too_large: lost,
  challenge_too_long: lost,
  too_many_attempts: paused,
  headers_too_large: lost,
  unexpected: ours,
  oauth2_server_down: theirs,
  oauth2_server_nonsense: theirs,
  busy: { ...again, tile: 'clock' },
  oauth2_server_slow: theirs,
  oauth2_server_limited: theirs,
  oauth2_server_unavailable: theirs,
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
  return function errorHandler(error: unknown, req, res, _next) {
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
    const known = code === 'challenge_elsewhere' ? {} : challenges.wayForward(req);
    const way: WayForward = { ...known, ...(error instanceof PublicError && error.way) };
    if (error instanceof HydraError) way.retryAfterSeconds = error.retryAfterSeconds;
    if (code === 'busy') way.retryAfterSeconds = busySeconds;
    if (way.retryAfterSeconds) res.setHeader('Retry-After', String(way.retryAfterSeconds));
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
  const { ways, hasReference, tile, kind } = faces[code];
  const targets: Record<Way, string | undefined> = {
    startAgain: way.startAgain,
    somebodyElse: way.startAgain,
    tryAgain: tryAgainOf(req),
    app: way.app?.href,
    home: `${base}/`,
  };
  const known = ways.filter(([name]) => targets[name]);
  const leadsOn = known.some(([name]) => name === 'app' || name === 'home');
  const shown: typeof ways = leadsOn ? known : [...known, ['home', 'tonal']];
  const buttons = shown.map(([name, style]) => ({
    label: h(labels[name], { app: way.app?.name ?? '' }),
    href: targets[name],
    style,
  }));
  const { retryAfterSeconds: wait } = way;
  const values = { app: way.app?.name, time: wait && time(wait) };
  res.status(statusOf[code]).render('error', {
    tile,
    kind,
    title: named(`error.${code}.title`, values),
    text: namedHtml(`error.${code}.text`, values),
    buttons,
    reference: hasReference && req.id,
    details: undefined,
  });
}

/**
 * The same page once more or, after a post, the page with the form. It is a query without a path, so
 * that no path in a request can turn it into a link to another host.
 */
function tryAgainOf(req: Request): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fieldsOf(req))) {
    const isKept = /^(\w+_challenge|user_code)$/.test(name);
    if (isKept && typeof value === 'string') query.set(name, value);
  }
  return `?${query.toString()}`;
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
  return method === 'POST' && statusOf[code] < 500;
}

function report(log: Log, req: Request, code: ErrorCode, error: unknown): void {
  const status = statusOf[code];
  if (code === 'unexpected') log.error({ request: req.id, err: error }, 'unexpected error');
  else if (status >= 500)
    log.warn({ request: req.id, code, reason: String(error) }, 'cannot answer');
  else log.debug({ request: req.id, code, reason: String(error) }, 'fault of the request');
}
