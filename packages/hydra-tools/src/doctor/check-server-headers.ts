import { randomBytes } from 'node:crypto';
import { probeRedirectUri } from './probe.ts';
import { authorizationUrl, type Walk } from './walk.ts';

/** In bytes of random text: apps keep what they have to remember in `state`, encrypted. */
const longState = 6_000;

/**
 * Begins a sign-in with a long `state`: the server puts what it knows of the request into the
 * challenge (since 2.2), so that its redirect and its cookies grow, and proxies refuse them.
 */
export async function checkServerHeaders(walk: Walk): Promise<void> {
  const { browser, publicUrl, probe, report } = walk;
  const { location, status, headers } = await browser.visit(
    authorizationUrl(publicUrl, {
      client_id: probe.clientId,
      response_type: 'code',
      scope: 'openid',
      redirect_uri: probeRedirectUri,
      state: randomBytes(longState).toString('base64url').slice(0, longState),
    }),
  );
  if (location) {
    const bytes = headers.location?.length ?? 0;
    const says = `A redirect of the server with an address of ${bytes} bytes comes through.`;
    return report.ok('server_headers', says);
  }
  const isRequest = [400, 413, 414, 431].includes(status);
  const says = isRequest
    ? `An address of ${longState} bytes is refused in front of the server (status ${status}): let the proxy take longer ones, in nginx by "large_client_header_buffers 4 64k;".`
    : `A redirect of the server with a long address does not come through (status ${status}): let the proxy take larger headers of answers, in nginx by "proxy_buffer_size 64k; proxy_buffers 8 32k;".`;
  return report.fault('server_headers', says);
}
