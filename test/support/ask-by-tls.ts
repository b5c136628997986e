/** Ways to ask over TLS, as real browsers do, with headers as long as they come. */
import { connect, type ClientHttp2Session } from 'node:http2';
import { request } from 'node:https';
import type { Ask } from './browser.ts';
import type { Answer } from './page.ts';

const most = 256 * 1024;

/**
 * By HTTP/1.1, with a connection for each request.
 * @param ca certificates to trust, in PEM
 * @param localAddress where the connections come from, such as 127.0.0.2
 */
export function askByHttps(ca: string, localAddress?: string): Ask {
  return (method, target, { headers, body }) =>
    new Promise((resolve, reject) => {
      const sending = request(target, {
        method,
        headers,
        ca,
        localAddress,
        agent: false,
        maxHeaderSize: most,
      });
      sending.on('error', reject).on('response', (came) => {
        let text = '';
        came.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        came.on('error', reject).on('end', () => {
          resolve({ status: came.statusCode!, headers: came.headers as Answer['headers'], text });
        });
      });
      sending.end(body);
    });
}

export interface Http2 {
  ask: Ask;
  close(): void;
}

/** By HTTP/2, with one connection for all requests to an origin. */
export function openHttp2(ca: string): Http2 {
  const sessions = new Map<string, ClientHttp2Session>();

  function sessionTo({ origin }: URL): ClientHttp2Session {
    const before = sessions.get(origin);
    if (before && !before.closed && !before.destroyed) return before;
    const session = connect(origin, { ca, maxSendHeaderBlockLength: most });
    session.on('error', () => {}); // its requests say so
    sessions.set(origin, session);
    return session;
  }

  const ask: Ask = (method, target, { headers, body }) =>
    new Promise((resolve, reject) => {
      const stream = sessionTo(target).request({
        ...Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
        ),
        ':method': method.toUpperCase(),
        ':path': target.pathname + target.search,
      });
      let [text, status] = ['', 0];
      let came: Answer['headers'] = {};
      stream.on('response', (all) => {
        status = all[':status'] ?? 0;
        came = all as Answer['headers'];
      });
      stream.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      stream.on('error', reject).on('end', () => resolve({ status, headers: came, text }));
      stream.end(body);
    });

  return {
    ask,
    close() {
      for (const session of sessions.values()) session.destroy();
    },
  };
}
