import { HydraError } from './hydra-error.ts';
import { silence } from './operations.ts';
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
const revoke = { name: 'consentSessions.revoke', method: 'DELETE', path, ...silence } as const;
const endLogins = {
  name: 'loginSessions.revoke',
  method: 'DELETE',
  path: '/oauth2/auth/sessions/login',
  ...silence,
} as const;

/** What a person allowed which client. */
export function consentSessionOperations(call: Call) {
  const { page, all } = createList<ConsentSession>(call, {
    operation: list,
    readItems: readConsentSessions,
    nextOf: nextConsents,
  });

  return {
    /**
     * The consents of a subject that were granted and have not run out, newest first up to 2.3; none
     * for a subject that nobody knows. 1.x lists them as soon as they are accepted, later versions
     * once the browser has been back at the server. A remembered one that was skipped adds none.
     */
    page: async (subject: string, options: PageOptions = {}): Promise<Page<ConsentSession>> =>
      page(options, of(subject)),

    /** All of them, page by page as they are looked at. */
    list: (subject: string, options: ListOptions = {}): AsyncIterable<ConsentSession> =>
      all(options, of(subject)),

    /**
     * Takes consents back, and the access and refresh tokens that came of them. Fine if there were
     * none. By `consentRequestId` it is `unsupported` before 25.4.
     */
    revoke: async (selector: ConsentSelector): Promise<void> =>
      call(revoke, selecting(selector)).catch(doneIfUnknown),
  };
}

/** The browsers that remember a person. */
export function loginSessionOperations(call: Call) {
  return {
    /**
     * Forgets the sign-ins of a subject everywhere, or one by its `sid` (`unsupported` before 2.1.0).
     * Tokens stay as they are. Back-channel logout runs for a `sid` alone. Fine if there were none.
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

/** Up to 1.6 `all` is not needed and not looked at; from 25.4 on it must not stand beside `client`. */
function selecting(selector: ConsentSelector): Pick<CallOptions, 'query' | 'needs'> {
  if ('consentRequestId' in selector) {
    const query = { consent_request_id: named(selector.consentRequestId) };
    return { query, needs: ['consent_request_id'] };
  }
  const subject = named(selector.subject);
  // An empty client must not come out as all of them.
  if ('client' in selector) return { query: { subject, client: named(selector.client) } };
  if (!selector.all) throw new HydraError('bad_request', `${revoke.name}: of which client?`);
  return { query: { subject, all: 'true' } };
}

/** @throws HydraError `bad_request` for an empty name, which would select something else */
function named(text: string): string {
  if (typeof text === 'string' && text !== '') return text;
  throw new HydraError('bad_request', 'a session is selected by a name that is not empty');
}

/** Up to 1.9 a 404 says that nothing matched. */
function doneIfUnknown(error: unknown): void {
  if (!(error instanceof HydraError && error.kind === 'unknown')) throw error;
}
