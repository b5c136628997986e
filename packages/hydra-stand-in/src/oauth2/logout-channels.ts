import { randomUUID } from 'node:crypto';
import { setQuery } from './address.ts';
import type { Client } from './client.ts';
import { seconds, type Context } from './context.ts';

interface SessionOf {
  subject: string;
  sessionId: string;
}

const backChannelTimeoutMs = 5000;

/**
 * The addresses to load in frames, so that clients in the browser notice (Front-Channel Logout 2).
 */
export function frontChannelFrames(context: Context, session: SessionOf): string[] {
  return clientsOf(context, session)
    .map((client) => client.frontchannel_logout_uri)
    .filter((uri) => uri !== undefined)
    .map((uri) => setQuery(uri, { iss: context.urls.issuer, sid: session.sessionId }));
}

/**
 * Tells the clients' servers (Back-Channel Logout 2.5) and ends the session. Tokens stay active.
 */
export async function endSession(context: Context, session: SessionOf): Promise<void> {
  const posts = clientsOf(context, session).map(async (client) => {
    const { client_id: clientId, backchannel_logout_uri: uri } = client;
    return uri && { uri, token: await logoutToken(context, { clientId, ...session }) };
  });
  for (const post of await Promise.all(posts)) {
    if (post) postLogoutToken(post.uri, post.token);
  }
  context.records.loginSessions.delete(session.sessionId);
}

/** The clients that got something in this session, as they are registered now. */
function clientsOf({ records }: Context, { subject, sessionId }: SessionOf): Client[] {
  const ids = records.consents
    .values()
    .filter(({ login }) => login.sessionId === sessionId && login.subject === subject)
    .map(({ client }) => client.client_id);
  return [...new Set(ids)].map((id) => records.clients.get(id)).filter((client) => !!client);
}

function logoutToken(
  context: Context,
  { clientId, sessionId }: SessionOf & { clientId: string },
): Promise<string> {
  return context.keys.sign({
    iss: context.urls.issuer,
    aud: [clientId],
    iat: seconds(context),
    jti: randomUUID(),
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    sid: sessionId,
  });
}

/** Nobody waits for the client's answer, and a client that is away does not stop the sign-out. */
function postLogoutToken(uri: string, token: string): void {
  fetch(uri, {
    method: 'POST',
    body: new URLSearchParams({ logout_token: token }),
    signal: AbortSignal.timeout(backChannelTimeoutMs),
  })
    .then((response) => response.body?.cancel())
    .catch((error: unknown) => console.warn(`No back-channel logout at ${uri}:`, error));
}
