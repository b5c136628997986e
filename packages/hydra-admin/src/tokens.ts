import { silence, textOf } from './operations.ts';
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
  ...silence,
} as const;
const deleteByClient = {
  name: 'tokens.deleteByClient',
  method: 'DELETE',
  path: '/oauth2/tokens',
  needs: 'client_tokens',
  ...silence,
} as const;

/** Access and refresh tokens. */
export function tokenOperations(call: Call) {
  return {
    /**
     * What an access or refresh token is worth (RFC 7662). One that is unknown, expired, revoked, or
     * lacks one of the scopes, is not active.
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
     * Removes tokens that have run out, about a thousand a call: 1.x only, later it is `unsupported`.
     * Refresh tokens too from 1.10.1 on.
     * @param notAfter spares what was issued after it; now when left out
     */
    flush: async ({ notAfter }: { notAfter?: Date } = {}): Promise<void> =>
      call(flush, { body: () => (notAfter ? { notAfter: notAfter.toISOString() } : {}) }),

    /** The access tokens of a client; its refresh tokens and consents stay. Since 1.8.0. */
    deleteByClient: async (clientId: string): Promise<void> =>
      call(deleteByClient, { query: { client_id: clientId } }),
  };
}
