import { createHash, randomBytes } from 'node:crypto';
import type { ToolConfig } from '../settings.ts';
import type { Hydra } from '@portico/hydra-admin';
import { areTwoNamesOfOneHost, isSamePlace, withoutQuery } from './addresses.ts';
import type { Browser, Visit } from './browser.ts';
import { checkCookies } from './check-cookies.ts';
import { probeRedirectUri, type Probe } from './probe.ts';
import type { About, Report } from './report.ts';
import { checkScreen, type Screen } from './screens.ts';

/** What a walk through a flow of the server needs. */
export interface Walk {
  hydra: Hydra;
  browser: Browser;
  baseUrl: ToolConfig['baseUrl'];
  publicUrl: string;
  probe: Probe;
  report: Report;
  /** Called while the sign-in waits at the login screen, whose address holds its challenge. */
  atLogin?: (address: URL) => Promise<void>;
}

/** The walk cannot continue; the report says why. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

const random = () => randomBytes(24).toString('base64url');

/** Signs the test person in and gives consent, step by step as in a browser. */
export async function walkSignIn(walk: Walk): Promise<void> {
  const { browser, publicUrl, probe, report } = walk;
  const begin = await browser.visit(
    authorizationUrl(publicUrl, {
      client_id: probe.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: probeRedirectUri,
      state: random(),
      nonce: random(),
      code_challenge: createHash('sha256').update(random()).digest('base64url'),
      code_challenge_method: 'S256',
    }),
  );
  checkCookies(begin.cookies, publicUrl, report);
  if (begin.location?.searchParams.has('login_challenge')) await walk.atLogin?.(begin.location);
  const end = await passLoginAndConsent(walk, begin);
  if (end.location?.searchParams.has('code'))
    return report.ok('sign_in', 'A sign-in passes through all its steps.');
  throw stop(walk, 'sign_in', end);
}

/** Goes on from the redirect to the login screen up to the answer after consent. */
export async function passLoginAndConsent(walk: Walk, begin: Visit): Promise<Visit> {
  const { hydra, probe } = walk;
  const login = challengeOf(walk, begin, 'login');
  // Without `remember` the server would not ask at sign-out, and logout could not be checked.
  const accepted = await hydra.login.accept(login, {
    subject: probe.subject,
    remember: true,
    remember_for: 300,
  });
  const consent = challengeOf(walk, await follow(walk, accepted), 'consent');
  const granted = await hydra.consent.accept(consent, {
    grant_scope: ['openid'],
    grant_access_token_audience: [],
    session: { access_token: {}, id_token: {} },
  });
  return follow(walk, granted);
}

/** Signs the test person out. */
export async function walkSignOut(walk: Walk): Promise<void> {
  const begin = await walk.browser.visit(`${walk.publicUrl}/oauth2/sessions/logout`);
  const challenge = challengeOf(walk, begin, 'logout');
  const end = await follow(walk, await walk.hydra.logout.accept(challenge));
  if (!end.location) throw stop(walk, 'logged_out', end);
  checkScreen('logged_out', end.location, walk);
}

/** Sends a wrong request, which must lead to the page for errors. */
export async function walkError(walk: Walk): Promise<void> {
  const query = { client_id: `portico-doctor-${random()}`, response_type: 'code', state: random() };
  const { location, status } = await walk.browser.visit(authorizationUrl(walk.publicUrl, query));
  if (location?.searchParams.has('error')) return checkScreen('error', location, walk);
  const says = `Hydra answers a wrong request with status ${status} instead of sending the browser to the page for errors: check URLS_ERROR.`;
  return walk.report.fault('error', says, 'URLS_ERROR');
}

/**
 * Asks for the page for new accounts (`prompt=registration`, since 2.2), which is the login page unless
 * URLS_REGISTRATION names one.
 */
export async function walkSignUp(walk: Walk): Promise<void> {
  const { browser, publicUrl, probe, report, baseUrl } = walk;
  const { location } = await browser.visit(
    authorizationUrl(publicUrl, {
      client_id: probe.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: probeRedirectUri,
      state: random(),
      prompt: 'registration',
    }),
  );
  // Older servers do not know the prompt.
  if (!baseUrl || !location?.searchParams.has('login_challenge')) return;
  const place = withoutQuery(location.href);
  const isOurs = place === baseUrl.href || place.startsWith(`${baseUrl.href}/`);
  if (isOurs && !isSamePlace(place, `${baseUrl.href}/login`)) {
    const says = `Hydra sends the browser for a new account to ${place}, where this app has no page: leave URLS_REGISTRATION out, or set it to a page of your own that answers the challenge.`;
    return report.fault('sign_up', says, 'URLS_REGISTRATION');
  }
  report.ok('sign_up', `Hydra sends the browser for a new account to ${place}.`);
}

/** Compares the screen, and returns its challenge. @throws Stopped */
export function challengeOf(walk: Walk, visit: Visit, screen: Screen): string {
  const challenge = visit.location?.searchParams.get(`${screen}_challenge`);
  if (!visit.location || !challenge) throw stop(walk, screen, visit);
  checkScreen(screen, visit.location, walk);
  return challenge;
}

/** Visits the address that the admin API returned for the browser. */
export async function follow(walk: Walk, address: string): Promise<Visit> {
  const { publicUrl, report, browser } = walk;
  const [to, known] = [new URL(address, publicUrl), new URL(publicUrl)];
  if (to.origin !== known.origin) {
    const why = areTwoNamesOfOneHost(to.href, publicUrl)
      ? ', and these are two hosts to cookies'
      : '';
    const says = `Hydra sends the browser back to ${to.origin}, but it started at ${known.origin}${why}: set URLS_SELF_PUBLIC to ${publicUrl}.`;
    report.fault('public', says, 'URLS_SELF_PUBLIC');
  }
  return browser.visit(known.origin + to.pathname + to.search);
}

/** Reports why the walk ends. */
export function stop({ report }: Walk, about: About, { location, status }: Visit): Stopped {
  const error = location?.searchParams.get('error');
  const description = location?.searchParams.get('error_description');
  const end = error
    ? `the error "${error}": ${description ?? 'no reason given'}`
    : `status ${status}`;
  report.fault(about, `The step "${about}" ended with ${end}: see the log of the server.`);
  return new Stopped();
}

export function authorizationUrl(publicUrl: string, query: Record<string, string>): string {
  return `${publicUrl}/oauth2/auth?${new URLSearchParams(query).toString()}`;
}
