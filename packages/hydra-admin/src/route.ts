import { proxyAuthorization } from './proxy.ts';
import type { SenderConfig } from './send.ts';
import { openTunnel, type Done } from './tunnel.ts';

/** How a sender gets to its server: directly, or by way of a proxy. */
export interface Route {
  /** Where connections go. */
  origin: string;
  /** Goes before each path. */
  prefix: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Opens a connection in a way of its own. */
  open: ((done: Done) => void) | undefined;
}

/**
 * An https server is reached by a tunnel. Requests for an http server go to the proxy, each with the
 * whole address (RFC 9112, section 3.2.2).
 */
export function routeTo({ origin, headers, secureContext, proxy }: SenderConfig): Route {
  const { protocol, hostname, port, host } = new URL(origin);
  const direct = { origin, prefix: '', headers, open: undefined };
  if (!proxy) return direct;
  if (protocol === 'https:') {
    const server = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 443) };
    return { ...direct, open: (done) => openTunnel({ proxy, ...server, secureContext }, done) };
  }
  const authorization = proxyAuthorization(proxy);
  return {
    origin: proxy.origin,
    prefix: origin,
    headers: {
      ...headers,
      host,
      ...(authorization && { 'proxy-authorization': authorization }),
    },
    open: undefined,
  };
}
