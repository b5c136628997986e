import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import tls, { type SecureContext, type TLSSocket } from 'node:tls';
import { proxyAuthorization } from './proxy.ts';
import { connectTimeoutMs } from './send.ts';

/** Codes of errors: nothing was sent to the server. */
export const proxyRefused = 'PROXY_REFUSED';
export const proxySlow = 'PROXY_SLOW';

export interface TunnelOptions {
  proxy: URL;
  /** Without brackets. */
  host: string;
  port: number;
  secureContext: SecureContext | undefined;
}

export type Done = (
  ...outcome: [fault: Error, socket: null] | [fault: null, socket: TLSSocket]
) => void;

/**
 * Opens a TLS connection to a server through a proxy (`CONNECT`, RFC 9110, section 9.3.6). What the
 * proxy says of its own is never taken for an answer of the server.
 * @param done gets the connection, or an error with the code of the fault
 */
export function openTunnel(options: TunnelOptions, done: Done): void {
  const { proxy, host, port, secureContext } = options;
  const target = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const authorization = proxyAuthorization(proxy);
  let current: { destroy(): unknown } | undefined;
  const timer = setTimeout(() => fail(proxySlow), connectTimeoutMs);

  const end: Done = (...outcome) => {
    clearTimeout(timer);
    if (outcome[0]) current?.destroy();
    done(...outcome);
    done = () => {}; // destroying makes further errors
  };
  const broken = (error: Error) => end(error, null);
  const fail = (code: string) => broken(Object.assign(new Error(code), { code }));

  function secure(socket: Socket): void {
    const servername = isIP(host) ? '' : host;
    const own = secureContext && { secureContext };
    const secured = tls.connect({ socket, host, servername, ...own });
    current = secured;
    secured.once('error', broken).once('secureConnect', () => {
      secured.off('error', broken);
      end(null, secured);
    });
  }

  const { hostname } = proxy;
  const begin = proxy.protocol === 'https:' ? https.request : http.request;
  const asked = begin(proxy, {
    method: 'CONNECT',
    path: target,
    auth: null,
    headers: { host: target, ...(authorization && { 'proxy-authorization': authorization }) },
    agent: false,
    // Node would take the name from the header.
    servername: isIP(hostname.replace(/^\[|\]$/g, '')) ? '' : hostname,
    ...(secureContext && { secureContext }),
  });
  current = asked;
  asked.once('connect', ({ statusCode }, socket: Socket) => {
    current = socket;
    if (statusCode === 200) secure(socket);
    else fail(proxyRefused);
  });
  asked.once('response', () => fail(proxyRefused));
  asked.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code?.startsWith('HPE_')) fail(proxyRefused);
    else broken(error);
  });
  asked.end();
}
