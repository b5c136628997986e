import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import { formOf, queryOf, setQuery } from './address.ts';
import { audiencesOf, checkAllowed } from './authorization-request.ts';
import { authenticateClient } from './client-auth.ts';
import { mayUseGrant, words, type Client } from './client.ts';
import { beginConsent, finishConsent } from './consent-step.ts';
import { seconds, type Context } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';
import { newId } from './flow.ts';
import { grantOf } from './grant.ts';
import { beginLogin, finishLogin } from './login-step.ts';
import { fault } from './protocol-error.ts';
import { newToken, newUserCode } from './random.ts';
import type { DeviceRequest } from './records.ts';
import { demandInTime, redeemStep } from './steps.ts';
import { answerError, uncached } from './token.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
/** Devices may poll for a request long after it ended. */
const afterlifeSeconds = 3600;

/** The device flow (RFC 8628): what the device asks for, and the legs of the person's browser. */
export function deviceRoutes(context: Context): Router {
  const verificationUri = verificationUriOf(context);

  function askForCode(req: Request, res: Response) {
    const form = formOf(req);
    if (form.size === 0) throw fault('invalid_request', 'The form is empty.');
    const client = authenticateClient(context, req);
    if (client.client_id !== form.get('client_id')) {
      throw fault('invalid_request', 'The form must name the client too.');
    }
    if (!mayUseGrant(client, deviceGrant)) throw fault('invalid_grant');
    const [scope, audience] = [words(form.get('scope')), audiencesOf(form)];
    checkAllowed(client, scope, audience);
    const { deviceCode: lifetime } = context.lifetimes;
    const deviceCode = newToken('dc');
    const request: DeviceRequest = {
      id: randomUUID(),
      clientId: client.client_id,
      userCode: newUserCode(),
      scope,
      audience,
      expiresAt: seconds(context) + lifetime,
    };
    context.records.deviceRequests.set(deviceCode, request, lifetime + afterlifeSeconds);
    res.json({
      // A slip of the real server, which clients have to bear.
      Header: null,
      device_code: deviceCode,
      user_code: request.userCode,
      verification_uri: verificationUri,
      verification_uri_complete: setQuery(verificationUri, { user_code: request.userCode }),
      expires_in: lifetime,
      interval: 5,
    });
  }

  /** Every leg comes back here. Errors are shown as JSON: no client waits in this browser. */
  async function verify(req: Request, res: Response) {
    const query = queryOf(req);
    const [device, login, consent] = ['device', 'login', 'consent'].map((step) =>
      query.get(`${step}_verifier`)?.trim(),
    );
    if (!device && !login && !consent) return beginDevice(context, res);
    if (device && !login && !consent) return finishDevice(context, res, device);
    const client = clientOf(context, query);
    const demand = { client, parameters: new URLSearchParams(), scope: [], audience: [] };
    if (login) {
      const flow = await finishLogin(context, res, { verifier: login, demand });
      return beginConsent(context, res, { flow, demand });
    }
    return giveDevice(context, res, { verifier: consent ?? '', clientId: client.client_id });
  }

  return Router()
    .post('/oauth2/device/auth', uncached, askForCode)
    .get('/oauth2/device/verify', verify)
    .use(['/oauth2/device/auth', '/oauth2/device/verify'], answerError);
}

function verificationUriOf({ urls }: Context): string {
  return `${urls.public}/oauth2/device/verify`;
}

function beginDevice(context: Context, res: Response): void {
  const query = queryOf(res.req);
  const userCode = query.get('user_code');
  if (userCode !== null) query.set('user_code', '****');
  const csrf = newId();
  const challenge = context.steps.begin('device', {
    requestedAt: seconds(context),
    requestUrl: setQuery(verificationUriOf(context), Object.fromEntries(query)),
    csrf,
  });
  // One name for all: of two tabs only the last can finish.
  const maxAgeSeconds = context.lifetimes.request;
  setCookie(context, res, { kind: 'device_csrf', value: csrf, maxAgeSeconds });
  const page = setQuery(context.urls.deviceVerification, {
    device_challenge: challenge,
    ...(userCode !== null && { user_code: userCode }),
  });
  res.redirect(302, page);
}

function finishDevice(context: Context, res: Response, verifier: string): Promise<void> {
  const step = redeemStep(context, 'device', verifier);
  demandInTime(context, step);
  if (readCookie(context, res.req, { kind: 'device_csrf' }) !== step.csrf) {
    throw fault('request_forbidden', 'The code was not entered in this browser.');
  }
  const client = clientOf(context, queryOf(res.req));
  const { records } = context;
  const request = records.deviceRequests.find(({ id }) => id === step.deviceRequestId);
  if (!request) throw fault('invalid_request', 'The device does not wait any more.');
  return beginLogin(context, res, {
    client,
    requestUrl: step.requestUrl,
    scope: request.scope,
    audience: request.audience,
    parameters: new URLSearchParams(),
    deviceRequestId: request.id,
  });
}

/** Lets the device have its tokens. The code is used up only now. */
function giveDevice(
  context: Context,
  res: Response,
  answer: { verifier: string; clientId: string },
): void {
  const flow = finishConsent(context, res, answer);
  const request = context.records.deviceRequests.find(({ id }) => id === flow.deviceRequestId);
  if (!request) throw fault('Not Found');
  if (request.grant) {
    throw fault(
      'Unable to insert or update resource because a resource with that value exists already',
    );
  }
  request.grant = grantOf(context, flow, { clientId: answer.clientId, nonce: null });
  res.redirect(302, setQuery(context.urls.deviceSuccess, { client_id: answer.clientId }));
}

function clientOf(context: Context, query: URLSearchParams): Client {
  const client = context.records.clients.get(query.get('client_id') ?? '');
  if (!client) throw fault('invalid_client', 'There is no such client.');
  return client;
}
