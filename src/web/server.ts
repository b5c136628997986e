import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { faultOfListening } from './listen-faults.ts';
import { answerRequest, answerSocket, rawAnswerOf } from './raw-answers.ts';

/** A challenge may have 32 kB, and comes twice: in the address and, after a page of ours, as Referer. */
const maxHeaderSize = 96 * 1024;
const drainMs = 50;

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
  /** How long a connection is kept for the next request. */
  keepAliveSeconds?: number;
  /** The headers of answers that are given before the app sees a request: `rawHeaders`. */
  headers?: Readonly<Record<string, string>>;
  patience?: Patience;
  /** Gets faults of the server itself, such as a lack of file handles. It goes on listening. */
  warn?: (fault: Error) => void;
}

export interface RunningServer {
  /** The actual port, even if the setting was 0. */
  port: number;
  /** Accepts no more requests, waits for those being served, and closes the rest at the deadline. */
  stop(deadlineMs: number): Promise<void>;
}

/**
 * Starts to listen.
 * @throws SettingsError when that is impossible, such as on a port that is taken
 */
export async function startServer(
  app: RequestListener,
  { port, host, warn = () => {}, ...options }: ServerOptions,
): Promise<RunningServer> {
  const server = createListener(app, options);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(faultOfListening(error, { host, port })));
    server.listen({ port, host }, resolve);
  });
  server.on('error', warn);
  return {
    port: (server.address() as AddressInfo).port,
    stop: (deadlineMs) => stop(server, deadlineMs),
  };
}

function createListener(
  app: RequestListener,
  {
    keepAliveSeconds = 75,
    headers = {},
    patience = usualPatience,
  }: Pick<ServerOptions, 'keepAliveSeconds' | 'headers' | 'patience'>,
): Server {
  const responses = new WeakMap<Socket, ServerResponse>();
  function serve(req: IncomingMessage, res: ServerResponse): void {
    responses.set(req.socket, res);
    if (hasOneHost(req)) app(req, res);
    else answerRequest(res, 'malformed', headers);
  }

  const server = createServer({
    maxHeaderSize,
    requireHostHeader: false, // Node's own answer would have no headers of ours
    keepAliveTimeout: keepAliveSeconds * 1000,
    headersTimeout: patience.headersMs,
    requestTimeout: patience.requestMs,
    connectionsCheckingInterval: patience.checkEveryMs,
  });
  server.timeout = patience.silenceMs;
  server.on('request', serve);
  server.on('checkExpectation', (_req, res) => answerRequest(res, 'expectation', headers));
  server.on('connect', (_req, socket: Socket) => answerSocket(socket, 'no_proxy', headers));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const current = responses.get(socket);
    // In the middle of a page, an answer would become part of that page.
    const isBetween = !current?.headersSent || current.writableFinished;
    if (isBetween && error.code !== 'ECONNRESET') {
      answerSocket(socket, rawAnswerOf(error), headers);
    } else socket.destroy();
  });
  return server;
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

/** `close` alone would wait for idle connections that browsers keep open. */
async function stop(server: Server, deadlineMs: number): Promise<void> {
  const idle = setInterval(() => server.closeIdleConnections(), drainMs);
  const deadline = setTimeout(() => server.closeAllConnections(), deadlineMs);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearInterval(idle);
  clearTimeout(deadline);
}
