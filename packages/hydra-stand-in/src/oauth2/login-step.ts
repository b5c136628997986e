import { randomUUID } from 'node:crypto';
import type { Response } from 'express';
import type { Claims, OidcContext } from '@portico/hydra-admin';
import { setQuery } from './address.ts';
import { isSafeRedirectUri } from './allowed.ts';
import { isPublic, publicView, words, type Client } from './client.ts';
import { seconds, type Context } from './context.ts';
import { readCookie, setStepCookie } from './cookies.ts';
import { newId, type AcceptedLogin, type Flow } from './flow.ts';
import { currentSession, forgetSession, rememberSession } from './login-session.ts';
import { asError, fault } from './protocol-error.ts';
import type { LoginSession } from './records.ts';
import { demandInTime, redeemStep } from './steps.ts';

/** What the app is asked to sign somebody in for. */
export interface LoginDemand {
  client: Client;
  requestUrl: string;
  scope: string[];
  audience: string[];
  /** Of the authorization request; empty in a device flow, where none of them applies. */
  parameters: URLSearchParams;
  /** Where the client's answer goes; none in a device flow. */
  redirectUri?: string;
  deviceRequestId?: string;
}

/**
 * Sends the browser to the app's login page, with `skip` when it is remembered and nothing in the
 * request stands against it (OpenID Connect Core 3.1.2.3).
 * @throws ProtocolError
 */
export async function beginLogin(
  context: Context,
  res: Response,
  demand: LoginDemand,
): Promise<void> {
  const { client, parameters } = demand;
  const prompt = words(parameters.get('prompt'));
  const session = usableSession(context, res, parameters);
  const hint = await readHint(context, parameters);
  if (session && hint && hint['sub'] !== session.subject) {
    throw fault('login_required', 'The id_token_hint is of somebody else.');
  }
  if (prompt.includes('none') && !session) {
    throw fault('login_required', 'Nobody is signed in, and prompt=none forbids to ask.');
  }
  const csrf = newId();
  const flow: Flow = {
    id: newId(),
    requestedAt: seconds(context),
    requestUrl: demand.requestUrl,
    client: publicView(client),
    requestedScope: demand.scope,
    requestedAudience: demand.audience,
    oidcContext: demand.deviceRequestId ? null : oidcContextOf(parameters, hint),
    ...(demand.deviceRequestId && { deviceRequestId: demand.deviceRequestId }),
    login: {
      csrf,
      skip: session !== undefined,
      subject: session?.subject ?? '',
      sessionId: session?.id ?? randomUUID(),
      authenticatedAt: session?.authenticatedAt ?? 0,
    },
  };
  setStepCookie(context, res, {
    kind: 'login_csrf',
    client,
    value: csrf,
  });
  const challenge = context.steps.begin('login', flow);
  res.redirect(302, setQuery(context.urls.login, { login_challenge: challenge }));
}

/** The session of the browser, unless the request wants a fresh sign-in. */
function usableSession(
  context: Context,
  res: Response,
  parameters: URLSearchParams,
): LoginSession | undefined {
  if (words(parameters.get('prompt')).includes('login')) return undefined;
  const session = currentSession(context, res.req);
  const maxAge = parameters.get('max_age');
  if (!session || !maxAge) return session;
  if (!/^[+-]?\d+$/.test(maxAge)) throw fault('error', 'max_age is not a number.');
  const least = context.profile.has.zeroMaxAge ? 0 : 1;
  const isTooOld =
    Number(maxAge) >= least && (session.authenticatedAt + Number(maxAge)) * 1000 < context.now();
  return isTooOld ? undefined : session;
}

async function readHint(
  context: Context,
  parameters: URLSearchParams,
): Promise<Claims | undefined> {
  const token = parameters.get('id_token_hint');
  if (!token) return undefined;
  const claims = await context.keys.verify(token);
  if (!claims) throw fault('invalid_request', 'The id_token_hint is not a token of this server.');
  return claims;
}

function oidcContextOf(parameters: URLSearchParams, hint: Claims | undefined): OidcContext {
  const list = (name: string) => parameters.get(name)?.split(' ');
  const given = {
    acr_values: parameters.get('acr_values') ? list('acr_values') : undefined,
    display: parameters.get('display') || undefined,
    id_token_hint_claims: hint,
    login_hint: parameters.get('login_hint') || undefined,
    ui_locales: parameters.get('ui_locales') ? list('ui_locales') : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/**
 * Takes back the answer of the app, and remembers the sign-in in this browser or forgets the
 * former.
 * @throws ProtocolError the app's own when it rejected
 */
export async function finishLogin(
  context: Context,
  res: Response,
  { verifier, demand }: { verifier: string; demand: Omit<LoginDemand, 'requestUrl'> },
): Promise<Flow> {
  const flow = redeemStep(context, 'login', verifier);
  const { accepted, rejected, csrf } = flow.login;
  if (!rejected || !context.profile.isLateRejectionTold) demandInTime(context, flow);
  if (rejected) throw asError(rejected);
  const cookie = readCookie(context, res.req, { kind: 'login_csrf', client: flow.client });
  if (!accepted || cookie !== csrf) {
    throw fault('request_forbidden', 'The sign-in was not begun in this browser.');
  }
  await checkPrompt(context, res, { flow, demand });
  keepOrForget(context, res, { flow, accepted });
  return flow;
}

function keepOrForget(
  context: Context,
  res: Response,
  { flow: { login }, accepted }: { flow: Flow; accepted: AcceptedLogin },
): void {
  const { sessionId: id, subject, authenticatedAt } = login;
  const { remember: isRemembered } = accepted;
  const maxAgeSeconds =
    accepted.rememberSeconds > 0 ? accepted.rememberSeconds : context.profile.rememberSeconds;
  if (!login.skip) {
    // The cookie alone ends the session in time; the record only must not stay for ever.
    const lifetime = Math.max(maxAgeSeconds, context.lifetimes.record);
    const session = { id, subject, isRemembered, authenticatedAt };
    context.records.loginSessions.set(id, session, lifetime);
  }
  if (!isRemembered) return forgetSession(context, res);
  // A skipped sign-in keeps the end that it had.
  if (login.skip && !accepted.extendSession) return;
  rememberSession(context, res, { id, ...(maxAgeSeconds > 0 && { maxAgeSeconds }) });
}

const prompts = ['login', 'none', 'consent'];

/**
 * Whether the sign-in is what the request demanded. If it is of the wrong person, it is forgotten.
 */
async function checkPrompt(
  context: Context,
  res: Response,
  { flow, demand }: { flow: Flow; demand: Omit<LoginDemand, 'requestUrl'> },
): Promise<void> {
  const { parameters, client, redirectUri } = demand;
  const prompt = words(parameters.get('prompt'));
  if (
    prompt.includes('none') &&
    isPublic(client) &&
    redirectUri &&
    !isSafeRedirectUri(redirectUri)
  ) {
    throw fault('consent_required', 'This client cannot be told from another.');
  }
  const { registrationPrompt } = context.profile.has;
  const known = registrationPrompt ? [...prompts, 'registration'] : prompts;
  const unknown = prompt.find((value) => !known.includes(value));
  if (unknown !== undefined) throw fault('invalid_request', `Unknown prompt "${unknown}".`);
  if (prompt.includes('none') && prompt.length > 1) {
    throw fault('invalid_request', 'prompt=none must stand alone.');
  }
  const hint = await readHint(context, parameters);
  const { subject, authenticatedAt } = flow.login;
  const maxAge = Number(parameters.get('max_age')) || 0;
  const isTooOld = maxAge > 0 && authenticatedAt + maxAge < flow.requestedAt;
  const isOlderThanAsked = prompt.includes('login') && authenticatedAt < flow.requestedAt;
  const isFresh = prompt.includes('none') && authenticatedAt > flow.requestedAt;
  if (isTooOld || isOlderThanAsked || isFresh || (hint && hint['sub'] !== subject)) {
    forgetSession(context, res);
    throw fault('login_required', 'The sign-in is not the one that was asked for.');
  }
}
