/** How a server of each version answers a call, by what became of the challenge before. */
import type { ServerResponse } from 'node:http';
import { consentRequest, type Stored } from './admin-requests.ts';
import type { AdminCall } from './admin-stub.ts';

export type AdminVersion = '1.11' | '2.3' | '26.2';

const tags: Record<AdminVersion, string> = {
  '1.11': 'v1.11.10',
  '2.3': 'v2.3.0',
  '26.2': 'v26.2.0',
};

/** Members that a server up to 2.3 takes; any other makes it refuse the whole body. */
const members: Record<string, string> = {
  'login.accept':
    'subject remember remember_for extend_session_lifespan acr amr context ' +
    'force_subject_identifier identity_provider_session_id',
  'consent.accept':
    'grant_scope grant_access_token_audience session remember remember_for handled_at context',
  reject: 'error error_description error_hint error_debug status_code',
};
const sinceTwo = ['extend_session_lifespan', 'identity_provider_session_id'];

const notFound = { error: 'Not Found', error_description: 'The record is not there' };
const notLocated = { error: 'Unable to locate the resource', error_description: '' };
const invalid = (why: string) => ({ error: 'invalid_request', error_description: why });
const expired = { error: 'request_unauthorized', error_description: 'The request is too old' };
const conflict = { error: 'Conflict', error_description: 'It was answered before' };

/** A consent that was given. */
export interface Allowed {
  client: string;
  /** What was granted. */
  scopes: string[];
  /** What was asked for, where that was more. */
  asked?: string[];
  audiences?: string[];
  /** RFC 3339; none before 1.3. */
  at?: string | null;
  /** Of the request that it answered: told up to 2.1 only. */
  challenge?: string;
}

interface Known {
  stored: Map<string, Stored>;
  allowed: Map<string, Allowed[]>;
}

/** @returns a function that answers a call as the server of this version would */
export function ruleAnswers(version: AdminVersion, publicUrl: string, { stored, allowed }: Known) {
  const isOld = version === '1.11';
  let verifiers = 0;

  return function answer(call: AdminCall, res: ServerResponse): void {
    const { operation, path, challenge } = call;
    const isPrefixed = path.startsWith('/admin/');
    if (operation === 'server.version') return sendJson(res, 200, { version: tags[version] });
    if (operation.startsWith('server.')) return sendJson(res, 200, { status: 'ok' });
    if (version === '2.3' && !isPrefixed && path.startsWith('/oauth2/')) {
      const location = `https://localhost:4445/admin${path}?${call.query.toString()}`;
      return void res.writeHead(307, { location }).end();
    }
    if (operation === 'none' || (isOld && isPrefixed)) return sendNoRoute(res);
    if (operation === 'consentSessions.list') {
      return sendConsents(allowed.get(call.query.get('subject') ?? '') ?? [], res);
    }
    if (operation === 'loginSessions.revoke') return void res.writeHead(204).end();
    const [step] = operation.split('.');
    if (!challenge) return sendJson(res, step === 'logout' ? 404 : 400, invalid('No challenge'));
    const entry = stored.get(challenge);
    if (!entry || entry.step !== step) {
      return sendJson(res, 404, step === 'logout' ? notLocated : notFound);
    }
    if (entry.state === 'expired' && !isOld && step !== 'logout')
      return sendJson(res, 401, expired);
    return call.method === 'GET' ? give(entry, res) : take(call, entry, res);
  };

  function sendConsents(consents: Allowed[], res: ServerResponse): void {
    const listed = consents.map(({ client, scopes, audiences = [], challenge = '', ...given }) => ({
      grant_scope: scopes,
      grant_access_token_audience: audiences,
      session: { access_token: {}, id_token: {} },
      remember: true,
      remember_for: 0,
      handled_at: given.at === undefined ? '2026-05-01T08:00:00Z' : given.at,
      consent_request: consentRequest(challenge, publicUrl, {
        client: { client_id: client },
        requested_scope: given.asked ?? scopes,
        requested_access_token_audience: audiences,
      }),
    }));
    sendJson(res, 200, listed);
  }

  function sendNoRoute(res: ServerResponse): void {
    if (version === '26.2') res.writeHead(404, { 'content-type': 'text/plain' }).end('404 page');
    else sendJson(res, 404, { error: { code: 404, message: 'Not Found', reason: 'No such path' } });
  }

  function give({ step, state, request }: Stored, res: ServerResponse): void {
    if (step === 'logout' && state === 'rejected') return sendJson(res, 404, notLocated);
    const isTold = state === 'done' && (isOld || step === 'logout');
    if (isTold) return sendJson(res, 410, { redirect_to: request['request_url'] });
    sendJson(res, 200, request);
  }

  function take(call: AdminCall, entry: Stored, res: ServerResponse): void {
    const { operation, body = {} } = call;
    const { step, state, request } = entry;
    if (step === 'logout') return takeLogout(operation, entry, res);
    const isAnswered = state === 'done' || (state !== 'open' && step === 'login');
    if (isOld && isAnswered) return sendJson(res, 409, conflict);
    if (call.body === undefined) return sendJson(res, 400, invalid('No body'));
    if (version !== '26.2' && hasUnknownMember(operation, body)) {
      return sendJson(res, 400, invalid('json: unknown field'));
    }
    if (step === 'device' && body['user_code'] !== entry.userCode) {
      return sendJson(res, 400, invalid('The user code is unknown'));
    }
    if (operation === 'login.accept') {
      if (!body['subject']) return sendJson(res, 400, invalid('No subject'));
      if (request['skip'] && request['subject'] !== body['subject']) {
        if (isOld) return sendJson(res, 400, invalid('Another subject'));
        return sendJson(res, 200, {
          redirect_to: `${String(request['request_url'])}&prompt=login`,
        });
      }
    }
    entry.state = 'answered';
    sendJson(res, 200, { redirect_to: redirectOf(step, request) });
  }

  function takeLogout(operation: string, entry: Stored, res: ServerResponse): void {
    if (operation === 'logout.reject') {
      entry.state = 'rejected';
      return void res.writeHead(204).end();
    }
    if (entry.state !== 'done') entry.state = 'answered';
    const { challenge } = entry.request;
    const redirect = `${publicUrl}/oauth2/sessions/logout?logout_verifier=of-${String(challenge).slice(-60)}`;
    sendJson(res, 200, { redirect_to: redirect });
  }

  function hasUnknownMember(operation: string, body: object): boolean {
    const known = (members[operation] ?? members['reject']!).split(' ');
    const isKnown = (name: string) =>
      known.includes(name) && !(isOld && [...sinceTwo, 'handled_at'].includes(name));
    return operation !== 'device.accept' && !Object.keys(body).every(isKnown);
  }

  /** The authorization request again, with a verifier; up to 2.1 it is the same one each time. */
  function redirectOf(step: Stored['step'], request: Stored['request']): string {
    verifiers += 1;
    const start = step === 'device' ? '/oauth2/device/verify?client_id=meadow-notes' : undefined;
    const url = new URL(start ? publicUrl + start : String(request['request_url']));
    url.searchParams.set(`${step}_verifier`, `verifier-${isOld ? 'only' : verifiers}`);
    url.searchParams.sort();
    return url.href;
  }
}

/** Answers with JSON, written as the server writes it. */
export function sendJson(res: ServerResponse, status: number, body: unknown): void {
  // the server's own encoder writes these three so, and `redirect_to` is full of them
  const text = JSON.stringify(body).replace(/[&<>]/g, (one) => `\\u00${hex(one)}`);
  const type = `application/json${status < 400 ? '; charset=utf-8' : ''}`;
  res.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
  res.end(text);
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16);
}
