import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An app of the tests' own, to see what reaches it. */
export interface ClientApp {
  url: string;
  /** The documents that browsers asked for, in order. */
  visits: { path: string; headers: IncomingHttpHeaders }[];
  close(): Promise<void>;
}

/**
 * @param host as browsers write it: `localhost`, `127.0.0.1` or `[::1]`
 * @param onward where `/callback` sends the browser on to; without it, the app shows a page
 * @throws when this machine does not have the address
 */
export async function startClientApp(host: string, onward?: string): Promise<ClientApp> {
  const visits: ClientApp['visits'] = [];
  const server = createServer(({ url = '', headers }, res) => {
    if (headers['sec-fetch-dest'] === 'document') visits.push({ path: url, headers });
    if (onward && url.startsWith('/callback')) {
      res.writeHead(302, { location: onward }).end();
      return;
    }
    res.setHeader('content-type', 'text/html');
    res.end('<!doctype html><title>The app</title><h1>The app</h1>');
  });
  const address = host === '[::1]' ? '::1' : '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    visits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
