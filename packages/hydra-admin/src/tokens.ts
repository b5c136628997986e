import { noContent, textOf } from './operations.ts';
import { readIntrospection, type Introspection } from './token-answers.ts';
import type { Call } from './transport.ts';

const introspect = {
  name: 'tokens.introspect',
  method: 'POST',
  path: '/oauth2/introspect',
  status: 200,
  read: textOf(readIntrospection),
} as const;
const flush = {
  name: 'tokens.flush',
  method: 'POST',
  path: '/oauth2/flush',
  needs: 'flush',
  ...noContent,
} as const;
const deleteByClient = {
  name: 'tokens.deleteByClient',
  method: 'DELETE',
  path: '/oauth2/tokens',
  needs: 'client_tokens',
  ...noContent,
} as const;

/** Access and refresh tokens. */
export function tokenOperations(call: Call) {
  return {
    /**
     * Tells whether an access or refresh token is active (RFC 7662). A token that is unknown,
     * expired, revoked, or lacks one of the scopes is not.
     */
    introspect: async (
      token: string,
      { scope = [] }: { scope?: string[] } = {},
    ): Promise<Introspection> =>
      call(introspect, {
        form: { token, scope: scope.length > 0 ? scope.join(' ') : undefined },
        secrets: [token],
      }),

    /**
     * Deletes expired access tokens, and from 1.10.1 on refresh tokens, about a thousand per call.
     * Only on 1.x; later it is `unsupported`.
     * @param notAfter keeps tokens that were issued later; now by default
     */
    flush: async ({ notAfter }: { notAfter?: Date } = {}): Promise<void> =>
      call(flush, { body: () => (notAfter ? { notAfter: notAfter.toISOString() } : {}) }),

    /** Deletes the access tokens of a client; its refresh tokens and consents stay. Since 1.8.0. */
    deleteByClient: async (clientId: string): Promise<void> =>
      call(deleteByClient, { query: { client_id: clientId } }),
  };
}
