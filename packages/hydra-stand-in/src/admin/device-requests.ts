import { Router } from 'express';
import { queryOf, setQuery } from '../oauth2/address.ts';
import { seconds, type Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { readStep } from '../oauth2/steps.ts';
import { bodyOf, serve } from './answer.ts';
import { answerRedirect, challengeOf } from './challenge.ts';
import { decode, DecodeError } from './decode.ts';

/** The user code that somebody typed. It stays usable until its consent comes back. */
export function deviceRequestRoutes(context: Context): Router {
  const router = Router();
  serve(router, '/oauth2/auth/requests/device/accept', {
    put(req, res) {
      const challenge = challengeOf(req, 'device_challenge');
      const userCode = readUserCode(bodyOf(req));
      const step = readStep(context, 'device', challenge);
      const request = context.records.deviceRequests.find(
        (candidate) =>
          candidate.userCode === userCode &&
          candidate.grant === undefined &&
          candidate.expiresAt >= seconds(context),
      );
      if (!request) throw fault('invalid_request', 'The user_code is unknown, used or expired.');
      const requestUrl = withClient(step.requestUrl, request.clientId);
      const verifier = context.steps.answer('device', challenge, {
        ...step,
        requestUrl,
        deviceRequestId: request.id,
      });
      answerRedirect(res, requestUrl, { device_verifier: verifier, client_id: request.clientId });
    },
  });
  return router;
}

function readUserCode(body: string): string {
  try {
    const { user_code: userCode } = decode({ user_code: 'string' }, body);
    if (!userCode) throw fault('invalid_request', 'The user_code is empty.');
    return userCode;
  } catch (error) {
    throw error instanceof DecodeError ? fault('invalid_request', error.message) : error;
  }
}

function withClient(requestUrl: string, clientId: string): string {
  const isNamed = queryOf({ originalUrl: requestUrl }).get('client_id');
  return isNamed ? requestUrl : setQuery(requestUrl, { client_id: clientId });
}
