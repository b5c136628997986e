import { randomUUID } from 'node:crypto';
import { Router, type Request } from 'express';
import { seconds, type Context } from '../oauth2/context.ts';
import type { ConsentStage, Flow } from '../oauth2/flow.ts';
import { fault, ProtocolError } from '../oauth2/protocol-error.ts';
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
  grant_scope: 'strings',
  grant_access_token_audience: 'strings',
  session: { access_token: 'object', id_token: 'object' },
  remember: 'boolean',
  remember_for: 'integer',
  context: 'any',
  handled_at: 'time',
} as const;

const path = '/oauth2/auth/requests/consent';

/**
 * Consent requests. What is granted is taken as given: the app has to compare it with the request.
 */
export function consentRequestRoutes(context: Context): Router {
  const { records, lifetimes, profile } = context;
  const { has } = profile;

  function flowOf(req: Request): Flow & { consent: ConsentStage } {
    const challenge = challengeOf(req, 'consent_challenge');
    const { consent, ...flow } = readStep(context, 'consent', challenge);
    if (!consent) throw fault('Not Found');
    return { ...flow, consent };
  }

  function read<S extends Shape>(req: Request, shape: S) {
    challengeOf(req, 'consent_challenge');
    try {
      return decode(shape, bodyOf(req), context.profile.mayHaveUnknownFields);
    } catch (error) {
      throw error instanceof DecodeError ? new ProtocolError('error', 400, error.message) : error;
    }
  }

  const router = Router();
  serve(router, path, {
    get(req, res) {
      const flow = flowOf(req);
      const challenge = challengeOf(req, 'consent_challenge');
      if (context.steps.isDone(challenge)) {
        return answerJson(res, { redirect_to: flow.requestUrl }, 410);
      }
      answerJson(res, consentRequestView(context, flow, challenge));
    },
  });
  serve(router, `${path}/accept`, {
    put(req, res) {
      const body = read(req, knownMembers(acceptShape, profile.unknownConsentMembers));
      const flow = flowOf(req);
      const challenge = challengeOf(req, 'consent_challenge');
      const answered: Flow = {
        ...flow,
        consent: {
          ...flow.consent,
          accepted: {
            scope: body.grant_scope ?? [],
            audience: body.grant_access_token_audience ?? [],
            session: {
              access_token: body.session?.access_token ?? null,
              id_token: body.session?.id_token ?? null,
            },
            remember: body.remember ?? false,
            rememberSeconds: body.remember_for ?? 0,
            context: body.context ?? flow.login.accepted?.context ?? null,
            handledAt: seconds(context),
            challenge: profile.challenges === 'kept' ? challenge : randomUUID(),
          },
        },
      };
      const verifier = context.steps.answer('consent', challenge, answered);
      if (has.consentsBeforeReturn) records.consents.set(flow.id, answered, lifetimes.record);
      answerRedirect(res, flow.requestUrl, { consent_verifier: verifier });
    },
  });
  serve(router, `${path}/reject`, {
    put(req, res) {
      const rejected = rejectionOf(read(req, rejectShape), 'consent request denied');
      const flow = flowOf(req);
      const verifier = context.steps.answer('consent', challengeOf(req, 'consent_challenge'), {
        ...flow,
        consent: { ...flow.consent, rejected },
      });
      if (has.consentsBeforeReturn) records.consents.delete(flow.id);
      answerRedirect(res, flow.requestUrl, { consent_verifier: verifier });
    },
  });
  return router;
}

/** @param challenge as it is to be shown: in the list of consents later versions have another or none */
export function consentRequestView(
  { profile: { has } }: Context,
  flow: Flow & { consent: ConsentStage },
  challenge: string,
) {
  const { acr, amr, context } = flow.login.accepted ?? {};
  return {
    challenge,
    ...(has.consentRequestId && { consent_request_id: flow.consent.id }),
    requested_scope: flow.requestedScope,
    requested_access_token_audience: flow.requestedAudience,
    skip: flow.consent.skip,
    subject: flow.login.subject,
    oidc_context: flow.oidcContext,
    client: flow.client,
    request_url: flow.requestUrl,
    // Not the challenge that the login page saw, as on the real server.
    login_challenge: flow.loginChallenge ?? flow.id,
    login_session_id: flow.login.sessionId,
    acr: acr ?? '',
    amr: amr ?? [],
    context: context ?? (has.consentContext ? null : {}),
  };
}
