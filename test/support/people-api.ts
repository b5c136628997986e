/** A server in the place of an API for people: each test says what it answers. */
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { openBackend } from './open-backend.ts';

export const token = 'the-token-of-the-people-api';

export interface PeopleCall {
  method: string | undefined;
  path: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

export interface PeopleApi {
  url: string;
  server: Server;
  calls: PeopleCall[];
  close(): Promise<void>;
}

/** @param options for https: its key and certificate */
export async function startPeopleApi(
  respond: (call: PeopleCall, ...rest: Parameters<RequestListener>) => unknown,
  options?: ServerOptions,
): Promise<PeopleApi> {
  const calls: PeopleCall[] = [];
  const listener: RequestListener = (req, res) => {
    void text(req).then((body) => {
      const call = { method: req.method, path: req.url, headers: req.headers, body };
      calls.push(call);
      return respond(call, req, res);
    });
  };
  const server = options ? createTlsServer(options, listener) : createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: options ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    server,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

/** The backend `http` as the app opens it. */
export const openHttpIdentity = (env: Record<string, string>) => openBackend('http', env);
