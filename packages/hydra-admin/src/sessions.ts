import { HydraError } from './hydra-error.ts';
import { noContent } from './operations.ts';
import { nextConsents } from './page-links.ts';
import { createList, type Filter } from './pages.ts';
import { readConsentSessions, type ConsentSession } from './session-answers.ts';
import type {
  ConsentSelector,
  ListOptions,
  LoginSelector,
  Page,
  PageOptions,
} from './resource-types.ts';
import type { Call, CallOptions } from './transport.ts';

const path = '/oauth2/auth/sessions/consent';
const list = { name: 'consentSessions.list', path } as const;
const revoke = { name: 'consentSessions.revoke', method: 'DELETE', path, ...noContent } as const;
const endLogins = {
  name: 'loginSessions.revoke',
  method: 'DELETE',
  path: '/oauth2/auth/sessions/login',
  ...noContent,
} as const;

/** The consents that people gave to clients. */
export function consentSessionOperations(call: Call) {
  const { page, all } = createList<ConsentSession>(call, {
    operation: list,
    readItems: readConsentSessions,
    nextOf: nextConsents,
  });

  return {
    /**
     * The granted, unexpired consents of a subject, up to 2.3 newest first. An unknown subject has
     * none. 1.x lists a consent as soon as it is accepted, later versions when the browser has
     * returned to the server. A consent that was skipped because it was remembered is not listed
     * again.
     */
    page: async (subject: string, options: PageOptions = {}): Promise<Page<ConsentSession>> =>
      page(options, of(subject)),

    /** All consents. Fetches page after page as the caller reads on. */
    list: (subject: string, options: ListOptions = {}): AsyncIterable<ConsentSession> =>
      all(options, of(subject)),

    /**
     * Revokes consents, and the access and refresh tokens that were issued for them. Succeeds also
     * if there were none. By `consentRequestId` it is `unsupported` before 25.4.
     */
    revoke: async (selector: ConsentSelector): Promise<void> =>
      call(revoke, selecting(selector)).catch(doneIfUnknown),
  };
}

/** The sessions that let people skip the login. */
export function loginSessionOperations(call: Call) {
  return {
    /**
     * Ends all login sessions of a subject, or one by its `sid` (`unsupported` before 2.1.0).
     * Tokens stay valid. Only a `sid` triggers back-channel logout. Succeeds also if there were
     * none.
     */
    revoke: async (selector: LoginSelector): Promise<void> =>
      'sid' in selector
        ? call(endLogins, { query: { sid: named(selector.sid) }, needs: ['sid'] })
        : call(endLogins, { query: { subject: named(selector.subject) } }),
  };
}

function of(subject: string): Filter {
  return { query: { subject: named(subject) } };
}

/** Up to 1.6 servers ignore `all`; from 25.4 on they refuse it beside `client`. */
function selecting(selector: ConsentSelector): Pick<CallOptions, 'query' | 'needs'> {
  if ('consentRequestId' in selector) {
    const query = { consent_request_id: named(selector.consentRequestId) };
    return { query, needs: ['consent_request_id'] };
  }
  const subject = named(selector.subject);
  // An empty client must not select the consents for all clients.
  if ('client' in selector) return { query: { subject, client: named(selector.client) } };
  if (!selector.all)
    throw new HydraError('bad_request', `${revoke.name}: give a client, or say all`);
  return { query: { subject, all: 'true' } };
}

/** @throws HydraError `bad_request` for an empty name, which would select something else */
function named(text: string): string {
  if (typeof text === 'string' && text !== '') return text;
  throw new HydraError('bad_request', 'the name that selects a session must not be empty');
}

/** Up to 1.9 a 404 means that nothing matched. */
function doneIfUnknown(error: unknown): void {
  if (!(error instanceof HydraError && error.kind === 'unknown')) throw error;
}
