import type { Response } from 'express';
import { setQuery } from './address.ts';
import { forbiddenScope, isSafeRedirectUri } from './allowed.ts';
import { isPublic, words, type Client } from './client.ts';
import { seconds, type Context } from './context.ts';
import { readCookie, setStepCookie } from './cookies.ts';
import { newId, type AcceptedConsent, type ConsentStage, type Flow } from './flow.ts';
import { asError, fault } from './protocol-error.ts';
import { demandInTime, redeemStep } from './steps.ts';

export interface ConsentDemand {
  client: Client;
  parameters: URLSearchParams;
  /** None in a device flow. */
  redirectUri?: string;
}

/** A flow whose consent was accepted. */
export interface ConsentedFlow extends Flow {
  consent: ConsentStage & { accepted: AcceptedConsent };
}

/**
 * Sends the browser to the app's consent page, always; with `skip` when the person allowed as much
 * to this client before.
 * @throws ProtocolError
 */
export function beginConsent(
  context: Context,
  res: Response,
  { flow, demand }: { flow: Flow; demand: ConsentDemand },
): void {
  demandSameClient(context, flow, demand.client.client_id);
  const prompt = words(demand.parameters.get('prompt'));
  const skip = maySkip(demand) && isRemembered(context, flow);
  if (prompt.includes('none') && !skip) {
    throw fault('consent_required', 'Nothing was consented yet, and prompt=none forbids to ask.');
  }
  const csrf = newId();
  setStepCookie(context, res, {
    kind: 'consent_csrf',
    client: flow.client,
    value: csrf,
  });
  const challenge = context.steps.begin('consent', {
    ...flow,
    consent: { id: newId(), csrf, skip },
  });
  res.redirect(302, setQuery(context.urls.consent, { consent_challenge: challenge }));
}

function demandSameClient({ profile }: Context, flow: Flow, clientId: string | null): void {
  if (profile.isClientCompared && flow.client.client_id !== clientId) {
    throw fault('invalid_client', 'The request is of another client.');
  }
}

/** A public client must be known by the address it is answered at; a device has none. */
function maySkip({ parameters, client, redirectUri }: ConsentDemand): boolean {
  if (words(parameters.get('prompt')).includes('consent')) return false;
  return !isPublic(client) || (redirectUri !== undefined && isSafeRedirectUri(redirectUri));
}

/** Only the latest remembered consent counts, and only its scopes. */
function isRemembered(context: Context, flow: Flow): boolean {
  const latest = context.records.consents
    .values()
    .filter(
      (former) =>
        former.consent?.accepted?.remember &&
        !former.consent.skip &&
        !hasEnded(context, former) &&
        former.login.subject === flow.login.subject &&
        former.client.client_id === flow.client.client_id,
    )
    .toSorted((one, other) => one.requestedAt - other.requestedAt)
    .at(-1)?.consent?.accepted;
  return latest !== undefined && forbiddenScope(latest.scope, flow.requestedScope) === undefined;
}

/**
 * Takes back the answer of the app. An accepted consent is used up here, even if the browser then
 * turns out to be the wrong one.
 * @throws ProtocolError the app's own when it rejected
 */
export function finishConsent(
  context: Context,
  res: Response,
  { verifier, clientId }: { verifier: string; clientId: string | null },
): ConsentedFlow {
  const flow = redeemStep(context, 'consent', verifier);
  demandInTime(context, flow);
  const { consent, client } = flow;
  const { records, profile } = context;
  demandSameClient(context, flow, clientId);
  const isUsed = records.finishedConsents.has(flow.id);
  if (consent?.rejected && !(isUsed && profile.isRejectionFinal)) {
    if (profile.isRejectionFinal) finish(context, flow);
    throw asError(consent.rejected);
  }
  if (!isConsented(flow) || isUsed) {
    throw fault('access_denied', 'The consent has been used already.');
  }
  // The session of the sign-in was revoked meanwhile; the real server fails as bluntly.
  if (!records.loginSessions.has(flow.login.sessionId)) throw fault('error');
  const { rememberSeconds } = flow.consent.accepted;
  const lifetime = Math.max(rememberSeconds, context.lifetimes.record);
  records.consents.set(flow.id, flow, lifetime);
  finish(context, flow);
  const cookie = readCookie(context, res.req, { kind: 'consent_csrf', client });
  if (cookie !== consent?.csrf) {
    throw fault('request_forbidden', 'The consent was not begun in this browser.');
  }
  return flow;
}

function finish({ records, lifetimes }: Context, { id }: Flow): void {
  records.finishedConsents.set(id, true, lifetimes.record);
}

function isConsented(flow: Flow): flow is ConsentedFlow {
  return flow.consent?.accepted !== undefined;
}

/** A consent with a time to end counts from the authorization request, not from its answer. */
export function hasEnded(context: Context, { consent, requestedAt }: Flow): boolean {
  const lifetime = consent?.accepted?.rememberSeconds ?? 0;
  return lifetime > 0 && requestedAt + lifetime <= seconds(context);
}
