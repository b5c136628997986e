import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { Server as NetServer, type AddressInfo, type Socket } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { createConnections, type Connections } from './connections.ts';
import { faultOfListening } from './listen-faults.ts';
import type { MessageClasses } from './message-classes.ts';
import { answerRequest, answerSocket, rawAnswerOf } from './raw-answers.ts';
import type { NextSignal } from './stop-signals.ts';

/** A challenge may have 32 kB, and comes twice: in the address and, after a page of ours, as Referer. */
const maxHeaderSize = 96 * 1024;
const idleEveryMs = 50;
/** How long a connection may be silent that was made just before the port closed. */
const silenceMs = 500;

/**
 * How long a browser may take. With the time between two checks, and a second to read the answer, that
 * makes 15 seconds for headers and 30 for a request.
 */
export interface Patience {
  /** From the first byte, or from the connection, to the end of the headers. */
  headersMs: number;
  /** From the first byte to the end of the body. */
  requestMs: number;
  /** A connection on which nothing moves for so long is cut, also one that does not read our answer. */
  silenceMs: number;
  checkEveryMs: number;
}

const usualPatience: Patience = {
  headersMs: 12_500,
  requestMs: 27_500,
  silenceMs: 120_000,
  checkEveryMs: 1_000,
};

export interface ServerOptions {
  port: number;
  host: string | undefined;
  /** How the names of the settings of this port and host begin; empty when it is not given. */
  settings?: string;
  /** How long a connection is kept for the next request. */
  keepAliveSeconds?: number;
  /** How many connections may be open before each answer ends its own. */
  mostKept?: number;
  /** The headers of answers that are given before the app sees a request: `rawHeaders`. */
  headers?: Readonly<Record<string, string>>;
  patience?: Patience;
  /** Of the requests and responses that the app gets. */
  classes?: MessageClasses;
  /** Gets faults of the server itself, such as a lack of file handles. It goes on listening. */
  warn?: (fault: Error) => void;
}

export interface RunningServer {
  /** The actual port, even if the setting was 0. */
  port: number;
  /** How many are open, idle ones among them. */
  connections(): number;
  /**
   * Serves on for `drainMs`, then accepts no more connections, closes those that are idle, waits for the
   * requests being served, and cuts the rest at the deadline. From its beginning each answer is the last
   * one on its connection, so that the pools of balancers are empty when idle connections are closed.
   */
  stop(deadlineMs: number, drain?: Drain): Promise<void>;
}

interface Drain {
  drainMs: number;
  /** Is aborted to end the wait that is under way. */
  nextSignal: NextSignal;
}

/**
 * Starts to listen.
 * @throws SettingsError when that is impossible, such as on a port that is taken
 */
export async function startServer(
  app: RequestListener,
  { port, host, settings = '', warn = () => {}, ...options }: ServerOptions,
): Promise<RunningServer> {
  const { server, connections } = createListener(app, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(faultOfListening(error, { host, port, settings })));
    server.listen({ port, host }, resolve);
  });
  server.on('error', warn);
  return {
    port: (server.address() as AddressInfo).port,
    connections: connections.count,
    stop: (deadlineMs, drain) => stop(server, connections, deadlineMs, drain),
  };
}

function createListener(
  app: RequestListener,
  {
    keepAliveSeconds = 75,
    mostKept = 10_000, // 160 MB
    headers = {},
    patience = usualPatience,
    classes,
  }: Pick<ServerOptions, 'keepAliveSeconds' | 'mostKept' | 'headers' | 'patience' | 'classes'>,
): { server: Server; connections: Connections } {
  const connections = createConnections(mostKept);
  function serve(req: IncomingMessage, res: ServerResponse): void {
    if (!connections.serve(res)) return;
    if (hasOneHost(req)) app(req, res);
    else answerRequest(res, 'malformed', headers);
  }

  const server = createServer({
    ...classes,
    maxHeaderSize,
    requireHostHeader: false, // Node's own answer would have no headers of ours
    keepAliveTimeout: keepAliveSeconds * 1000,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: patience.checkEveryMs,
  });
  server.timeout = patience.silenceMs;
  server.on('connection', connections.add);
  server.on('request', serve);
  server.on('checkExpectation', (_req, res) => answerRequest(res, 'expectation', headers));
  server.on('connect', (_req, socket: Socket) => answerSocket(socket, 'no_proxy', headers));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const current = connections.responseOn(socket);
    // In the middle of a page, an answer would become part of that page.
    const isBetween = !current?.headersSent || current.writableFinished;
    if (isBetween && error.code !== 'ECONNRESET') {
      answerSocket(socket, rawAnswerOf(error), headers);
    } else socket.destroy();
  });
  return { server, connections };
}

/** HTTP/1.1 demands exactly one, RFC 9112, section 3.2. */
function hasOneHost({ httpVersion, rawHeaders }: IncomingMessage): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!;
    if (name.length === 4 && name.toLowerCase() === 'host') count++;
  }
  return count === 1 || (count === 0 && httpVersion === '1.0');
}

async function stop(
  server: Server,
  connections: Connections,
  deadlineMs: number,
  { drainMs, nextSignal }: Drain = { drainMs: 0, nextSignal: () => new AbortController().signal },
): Promise<void> {
  connections.endAfterAnswers();
  await sleep(drainMs, undefined, { signal: nextSignal() }).catch(() => {});
  await turn(); // connections that have come by now are taken
  // Not `close` of the HTTP server: while it cuts thousands of idle connections, new ones would wait at
  // an open port, and be cut with it.
  const closed = new Promise<void>((resolve) => {
    NetServer.prototype.close.call(server, () => resolve());
  });
  await turn(); // and what was asked on them by now is read, before one counts as idle
  server.closeIdleConnections();
  const idle = setInterval(() => server.closeIdleConnections(), idleEveryMs);
  const silent = setTimeout(() => connections.cutSilent(), silenceMs);
  const cut = () => server.closeAllConnections();
  const deadline = setTimeout(cut, deadlineMs);
  const signal = nextSignal();
  signal.addEventListener('abort', cut);
  await closed;
  signal.removeEventListener('abort', cut);
  clearInterval(idle);
  clearTimeout(silent);
  clearTimeout(deadline);
}
