import { Router, type Request, type Response } from 'express';
import { formOf, queryOf, rawQuery } from './address.ts';
import { readAuthorizationRequest, type AuthorizationRequest } from './authorization-request.ts';
import { beginConsent, finishConsent } from './consent-step.ts';
import type { Context } from './context.ts';
import { grantOf } from './grant.ts';
import { beginLogin, finishLogin } from './login-step.ts';
import { fault } from './protocol-error.ts';
import { asProtocolError, replyToClient, replyWithError, type ReplyTo } from './reply.ts';
import { respond } from './response-types.ts';

/** `GET|POST /oauth2/auth` (OAuth 2.0 3.1), the place where every leg of the flow comes back to. */
export function authorizeRoutes(context: Context): Router {
  async function authorize(req: Request, res: Response) {
    const parameters = new URLSearchParams([...formOf(req), ...queryOf(req)]);
    const to: ReplyTo = { responseMode: 'query', state: '' };
    try {
      const request = readAuthorizationRequest(context, parameters, to);
      await takeStep(context, res, { ...request, state: to.state, responseMode: to.responseMode });
    } catch (error) {
      replyWithError(res, { to, errorPage: context.urls.error }, asProtocolError(error));
    }
  }

  return Router().get('/oauth2/auth', authorize).post('/oauth2/auth', authorize);
}

type Leg = AuthorizationRequest & Omit<ReplyTo, 'redirectUri'>;

async function takeStep(context: Context, res: Response, leg: Leg): Promise<void> {
  const { parameters } = leg;
  const loginVerifier = parameters.get('login_verifier')?.trim();
  const consentVerifier = parameters.get('consent_verifier')?.trim();
  if (loginVerifier) {
    const flow = await finishLogin(context, res, { verifier: loginVerifier, demand: leg });
    return beginConsent(context, res, { flow, demand: leg });
  }
  if (consentVerifier) return answerClient(context, res, { leg, consentVerifier });
  // A posted request loses its body here: the app is sent back to an address without it.
  const requestUrl = `${context.urls.public}/oauth2/auth?${rawQuery(res.req.originalUrl)}`;
  return beginLogin(context, res, { ...leg, requestUrl });
}

async function answerClient(
  context: Context,
  res: Response,
  { leg, consentVerifier }: { leg: Leg; consentVerifier: string },
): Promise<void> {
  const { client, parameters, responseType } = leg;
  const flow = finishConsent(context, res, {
    verifier: consentVerifier,
    clientId: queryOf(res.req).get('client_id'),
  });
  const grant = grantOf(context, flow, {
    clientId: client.client_id,
    nonce: parameters.get('nonce'),
  });
  const answer = await respond(context, responseType, { client, grant, parameters });
  if (responseType !== 'code' && leg.responseMode === 'query') {
    throw fault('unsupported_response_mode', `A query is not safe for "${responseType}".`);
  }
  replyToClient(res, leg, answer);
}
