import { Router, type Response } from 'express';
import { queryOf } from '../oauth2/address.ts';
import { hasEnded } from '../oauth2/consent-step.ts';
import type { Context } from '../oauth2/context.ts';
import type { Flow } from '../oauth2/flow.ts';
import { rememberedSession } from '../oauth2/login-session.ts';
import { endSession } from '../oauth2/logout-channels.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { revokeGrants } from '../oauth2/records.ts';
import { answerJson, serve } from './answer.ts';
import { consentRequestView } from './consent-requests.ts';
import { pageOf } from './page.ts';
import { timestamp } from './timestamp.ts';

const consentPath = '/oauth2/auth/sessions/consent';

/** What people allowed, and where they are remembered. */
export function sessionRoutes(context: Context): Router {
  const answerConsents = (res: Response, flows: Flow[]) =>
    answerJson(
      res,
      flows.map((flow) => consentSessionView(context, flow)),
    );
  const router = Router();
  serve(router, consentPath, {
    get(req, res) {
      const query = queryOf(req);
      const subject = query.get('subject');
      if (!subject) throw badRequest('The query parameter subject is missing.');
      const all = consentsOf(context, subject);
      const items = all.filter(isOfSession(context, query.get('login_session_id')));
      const page = pageOf(context, res, {
        path: consentPath,
        items,
        keyOf: ({ id }) => id,
        isHidden: (flow) => hasEnded(context, flow),
        query,
        total: all.length,
        isSilentWhenEmpty: true,
        hasWrongLinks: true,
        bad: badRequest,
      });
      if (!res.destroyed) answerConsents(res, page);
    },
    delete(req, res) {
      revokeConsents(context, selectorOf(context, queryOf(req)));
      res.status(204).end();
    },
  });
  serve(router, '/oauth2/auth/sessions/login', {
    async delete(req, res) {
      const query = queryOf(req);
      await revokeLogins(context, { sid: query.get('sid'), subject: query.get('subject') });
      res.status(204).end();
    },
  });
  return router;
}

function badRequest(detail: string) {
  return fault('invalid_request', detail);
}

function consentsOf(context: Context, subject: string): Flow[] {
  const { consents, loginSessions } = context.records;
  const isListed = (flow: Flow) => flow.login.subject === subject && !flow.consent?.skip;
  // A consent outlives the sign-in, but forgets which one it was.
  const detach = (flow: Flow) =>
    loginSessions.has(flow.login.sessionId)
      ? flow
      : { ...flow, login: { ...flow.login, sessionId: '' } };
  // Newest first, of one second the oldest first; or, with sealed tokens, by an id that says nothing.
  const inOrder =
    context.profile.paging === 'sealed-token'
      ? (one: Flow, other: Flow) => one.id.localeCompare(other.id)
      : (one: Flow, other: Flow) => other.requestedAt - one.requestedAt;
  return consents.values().filter(isListed).map(detach).toSorted(inOrder);
}

function isOfSession({ profile }: Context, id: string | null): (flow: Flow) => boolean {
  return ({ login }) => !profile.has.sid || !id || login.sessionId === id;
}

function consentSessionView(context: Context, { consent, ...flow }: Flow) {
  const accepted = consent?.accepted;
  if (!consent || !accepted) throw fault('error');
  const { has } = context.profile;
  // Up to 2.1 it is the real one; later one that nobody knows, and then none.
  const challenge = has.consentRequestId ? '' : accepted.challenge;
  return {
    ...(has.consentRequestId && { consent_request_id: consent.id }),
    grant_scope: accepted.scope,
    grant_access_token_audience: accepted.audience,
    session: {
      access_token: accepted.session.access_token ?? {},
      id_token: accepted.session.id_token ?? {},
    },
    remember: accepted.remember,
    remember_for: accepted.rememberSeconds,
    handled_at: timestamp(accepted.handledAt),
    ...(has.consentContext && { context: accepted.context }),
    consent_request: consentRequestView(context, { ...flow, consent }, challenge),
  };
}

/** Which consents are meant: of a subject and a client, all of a subject, or one by its id. */
function selectorOf(
  { profile: { has } }: Context,
  query: URLSearchParams,
): (flow: Flow) => boolean {
  const given = (name: string) => query.get(name) || undefined;
  const [id, subject, clientId] = ['consent_request_id', 'subject', 'client'].map(given);
  const isAll = query.get('all') === 'true';
  if (has.consentRequestId) {
    if (id && !subject && !clientId) return ({ consent }) => consent?.id === id;
    if (id || (clientId && isAll)) throw badRequest('These query parameters do not go together.');
  }
  if (subject && (clientId ?? isAll)) {
    return ({ login, client }) =>
      login.subject === subject && (clientId === undefined || client.client_id === clientId);
  }
  throw badRequest('These query parameters do not go together.');
}

/** Takes the consents back, and the tokens that came of them. */
function revokeConsents(context: Context, isMeant: (flow: Flow) => boolean): void {
  const { consents } = context.records;
  const ids = new Set(
    consents
      .values()
      .filter(isMeant)
      .map(({ consent }) => consent?.id),
  );
  consents.deleteWhere(isMeant);
  revokeGrants(context.records, ({ id }) => ids.has(id));
}

/** One session by its id, telling the clients' servers; or all of a subject, telling nobody. */
async function revokeLogins(
  context: Context,
  { sid, subject }: { sid: string | null; subject: string | null },
): Promise<void> {
  const { loginSessions } = context.records;
  const isBySid = context.profile.has.sid && sid;
  if (!isBySid && !subject) throw badRequest('The query parameter subject is missing.');
  if (!isBySid) return loginSessions.deleteWhere((session) => session.subject === subject);
  const session = rememberedSession(context, sid);
  if (session) await endSession(context, { sessionId: session.id, subject: session.subject });
}
