import { Router, type Request } from 'express';
import { seconds, type Context } from '../oauth2/context.ts';
import type { Flow } from '../oauth2/flow.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { readStep } from '../oauth2/steps.ts';
import { answerJson, bodyOf, serve } from './answer.ts';
import {
  answerRedirect,
  challengeOf,
  knownMembers,
  rejectionOf,
  rejectShape,
} from './challenge.ts';
import { decode, DecodeError, type Shape } from './decode.ts';

const acceptShape = {
  subject: 'string',
  remember: 'boolean',
  remember_for: 'integer',
  extend_session_lifespan: 'boolean',
  acr: 'string',
  amr: 'strings',
  context: 'any',
  force_subject_identifier: 'string',
  identity_provider_session_id: 'string',
} as const;

const path = '/oauth2/auth/requests/login';

/** Login requests. A challenge stays as it was, whatever is answered to it and however often. */
export function loginRequestRoutes(context: Context): Router {
  const flowOf = (req: Request) => readStep(context, 'login', challengeOf(req, 'login_challenge'));

  function read<S extends Shape>(req: Request, shape: S) {
    challengeOf(req, 'login_challenge');
    try {
      return decode(shape, bodyOf(req), context.profile.mayHaveUnknownFields);
    } catch (error) {
      throw error instanceof DecodeError ? fault('invalid_request', error.message) : error;
    }
  }

  const router = Router();
  serve(router, path, {
    get(req, res) {
      const flow = flowOf(req);
      const challenge = challengeOf(req, 'login_challenge');
      if (context.steps.isDone(challenge)) {
        return answerJson(res, { redirect_to: flow.requestUrl }, 410);
      }
      answerJson(res, loginRequestView(flow, challenge));
    },
  });
  serve(router, `${path}/accept`, {
    put(req, res) {
      const body = read(req, knownMembers(acceptShape, context.profile.unknownLoginMembers));
      const { subject } = body;
      if (!subject) throw fault('invalid_request', 'The subject is missing.');
      const flow = flowOf(req);
      const { login, requestUrl } = flow;
      // Somebody else than the one who is remembered has to begin anew.
      if (login.subject && login.subject !== subject) {
        if (context.profile.otherSubject === 'refused') {
          throw fault('invalid_request', 'Somebody else is remembered.');
        }
        return answerRedirect(res, requestUrl, { prompt: 'login' });
      }
      const verifier = context.steps.answer('login', challengeOf(req, 'login_challenge'), {
        ...flow,
        login: {
          ...login,
          subject,
          authenticatedAt: login.skip ? login.authenticatedAt : seconds(context),
          accepted: {
            remember: login.skip || (body.remember ?? false),
            rememberSeconds: body.remember_for ?? 0,
            extendSession: body.extend_session_lifespan ?? false,
            acr: body.acr ?? '',
            amr: body.amr ?? [],
            context: body.context ?? null,
          },
        },
      });
      answerRedirect(res, requestUrl, { login_verifier: verifier });
    },
  });
  serve(router, `${path}/reject`, {
    put(req, res) {
      const rejected = rejectionOf(read(req, rejectShape), 'login request denied');
      const flow = flowOf(req);
      const verifier = context.steps.answer('login', challengeOf(req, 'login_challenge'), {
        ...flow,
        login: { ...flow.login, rejected },
      });
      answerRedirect(res, flow.requestUrl, { login_verifier: verifier });
    },
  });
  return router;
}

function loginRequestView(flow: Flow, challenge: string) {
  return {
    challenge,
    requested_scope: flow.requestedScope,
    requested_access_token_audience: flow.requestedAudience,
    skip: flow.login.skip,
    subject: flow.login.subject,
    oidc_context: flow.oidcContext,
    client: flow.client,
    request_url: flow.requestUrl,
    session_id: flow.login.sessionId,
  };
}
