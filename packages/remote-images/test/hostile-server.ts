/** A server that answers as it is told, and notes what it was asked. */
import http, { type IncomingHttpHeaders, type RequestListener, type Server } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { afterAll } from '@jest/globals';

const file = (name: string): string =>
  readFileSync(new URL(`./fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

/** For localhost and 127.0.0.1, signed by itself. */
export const certificate = file('cert');

export interface HostileServer {
  /** With a name, not with an IP address. */
  url: string;
  port: number;
  asked: { path: string; method: string; headers: IncomingHttpHeaders }[];
}

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) server.close().closeAllConnections();
});

export async function startHostileServer(
  answer: RequestListener,
  { isSecure = false } = {},
): Promise<HostileServer> {
  const asked: HostileServer['asked'] = [];
  const listener: RequestListener = (req, res) => {
    asked.push({ path: req.url ?? '', method: req.method ?? '', headers: req.headers });
    answer(req, res);
  };
  const server = isSecure
    ? https.createServer({ cert: certificate, key: file('key') }, listener)
    : http.createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http${isSecure ? 's' : ''}://localhost:${port}`, port, asked };
}
