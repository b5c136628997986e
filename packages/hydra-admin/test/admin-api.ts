/** A local server that plays an admin API, and the recorded exchanges that it answers with. */
import { readdirSync, readFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { Server, Socket } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import type { HydraConfig } from '../src/hydra-config.ts';
import type { AnyAnswer } from './operations.ts';

const fixtures = new URL('./fixtures/', import.meta.url);
const tlsFile = (name: string) => readFileSync(new URL(`tls/${name}.pem`, fixtures), 'utf8');
/** Self-signed, for 127.0.0.1 and localhost. */
export const certificate = { cert: tlsFile('cert'), key: tlsFile('key') };
export const nextCertificate = { cert: tlsFile('next-cert'), key: tlsFile('next-key') };

export const transports = ['got', 'undici'] as const;
export const versions = ['v1', 'v2', 'v26'] as const;
export type Version = (typeof versions)[number];

/** See the README of the fixtures. */
export interface Exchange {
  title: string;
  operation: string;
  challenge?: string;
  /** What the client gets to send, if the body differs from it. */
  answer?: AnyAnswer;
  request: { method: string; path: string; body?: AnyAnswer & { user_code?: string } };
  response: { status: number; type?: string; body?: Record<string, unknown>; text?: string };
  means?: string;
}

export function exchangesOf(version: Version): Exchange[] {
  const folder = new URL(`${version}/`, fixtures);
  return readdirSync(folder).flatMap((file): Exchange[] =>
    JSON.parse(readFileSync(new URL(file, folder), 'utf8')),
  );
}

/** The exchange with this title. @throws if there is none */
export function exchange(version: Version, title: string): Exchange {
  const found = exchangesOf(version).find((one) => one.title === title);
  if (!found) throw new Error(`no exchange "${title}" in ${version}`);
  return found;
}

export interface Heard {
  method: string;
  /** Path without query. */
  path: string;
  query: URLSearchParams;
  headers: http.IncomingHttpHeaders;
  body: string;
}

/** Answers a request that has arrived completely. */
export type Reply = (heard: Heard, res: ServerResponse, socket: Socket) => void;

export interface AdminApi {
  url: string;
  heard: Heard[];
  /** How many connections were made. */
  connections(): number;
  /** How it answers; tests may change it. */
  reply: Reply;
  close(): Promise<void>;
}

const running: AdminApi[] = [];

/** For `afterAll`. */
export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((api) => api.close()));
}

export async function startAdminApi(
  reply: Reply,
  { tls, port = 0 }: { tls?: typeof certificate; port?: number } = {},
): Promise<AdminApi> {
  const answer = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { method = '', headers, socket } = req;
    const url = new URL(req.url ?? '', 'http://admin.invalid');
    let body = '';
    for await (const chunk of req.setEncoding('utf8')) body += chunk;
    const heard = { method, path: url.pathname, query: url.searchParams, headers, body };
    api.heard.push(heard);
    api.reply(heard, res, socket);
  };
  const options = { maxHeaderSize: 65_536 };
  const server = tls
    ? https.createServer({ ...options, ...tls }, answer)
    : http.createServer(options, answer);
  let connections = 0;
  server.on(tls ? 'secureConnection' : 'connection', () => connections++);
  const api: AdminApi = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${await listen(server, port)}`,
    heard: [],
    connections: () => connections,
    reply,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  running.push(api);
  return api;
}

/** Returns the port. */
export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return address.port;
}

export function json(res: ServerResponse, body: unknown, status = 200): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/**
 * Answers like a server of this version: with its exchanges, its treatment of paths, its 404.
 * @param reported the version that it reports; `null` makes `/version` a 404
 */
export function likeServer(version: Version, reported?: string | null): Reply {
  const exchanges = exchangesOf(version);
  const nowhere = exchange(version, 'a path that is not there');
  return (heard, res) => {
    if (version === 'v2' && /^\/(oauth2|clients)\//.test(heard.path)) {
      res.writeHead(307, { location: `https://localhost:4445/admin${heard.path}` }).end();
      return;
    }
    // From 25.4 on the prefix is optional.
    const paths = version === 'v26' ? [heard.path, `/admin${heard.path}`] : [heard.path];
    if (heard.path === '/version' && reported === null) return send(res, nowhere.response);
    if (heard.path === '/version' && reported) return json(res, { version: reported });
    const found = exchanges.filter(
      ({ request }) => request.method === heard.method && paths.includes(request.path),
    );
    const [challenge] = heard.query.values();
    const same = found.find(
      (one) =>
        one.challenge === challenge &&
        (one.request.body === undefined ||
          isDeepStrictEqual(one.request.body, JSON.parse(heard.body))),
    );
    const unknown = { status: 404, type: 'application/json', body: { error: 'Not Found' } };
    send(res, same?.response ?? (found.length > 0 ? unknown : nowhere.response));
  };
}

function send(res: ServerResponse, { status, type, body, text }: Exchange['response']): void {
  res.writeHead(status, type ? { 'content-type': type } : {});
  res.end(text ?? (body === undefined ? undefined : JSON.stringify(body)));
}

/** With a timeout that is long enough for a busy machine. */
export function configFor(
  api: Pick<AdminApi, 'url'>,
  more: Partial<HydraConfig> & Pick<HydraConfig, 'transport'>,
): HydraConfig {
  return {
    adminUrl: api.url,
    headers: {},
    isTlsTerminationMocked: false,
    timeoutMs: 10_000,
    ...more,
  };
}
