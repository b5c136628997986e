import http from 'node:http';
import https from 'node:https';
import { urlToHttpOptions } from 'node:url';
import { got, ReadError, TimeoutError, type HandlerFunction, type Request } from 'got';
import { readAnswer } from './read-answer.ts';
import { routeTo, type Route } from './route.ts';
import {
  AnswerBody,
  connectTimeoutMs,
  contentTypeOf,
  idleMs,
  maxConnections,
  SendError,
  type Answer,
  type Sender,
  type SenderConfig,
  type SendRequest,
} from './send.ts';
import { proxySlow } from './tunnel.ts';

type Headers = http.OutgoingHttpHeaders | undefined;

/** The default sender. */
export function createGotSender(config: SenderConfig): Sender {
  const { origin } = config;
  const route = routeTo(config);
  const { agent, request } = connections(route, config);
  const sender = got.extend({
    headers: route.headers,
    timeout: { connect: connectTimeoutMs, secureConnect: connectTimeoutMs },
    request,
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    handlers: [withoutCacheOptions],
  });
  const put = withJson('PUT');
  const post = withJson('POST');

  function withJson(method: 'PUT' | 'POST') {
    return sender.extend({ method, headers: { 'content-type': contentTypeOf({}) } });
  }

  /** Uses streams, because got's promises cost half as much again. */
  function begin({ method, path, body, isForm }: SendRequest): Request {
    const url = origin + path;
    if (method === 'GET') return sender.stream(url);
    // Without `end()` got would wait for a body.
    if (method === 'DELETE') return sender.stream(url, { method }).end();
    const text = body ?? '';
    if (isForm) {
      return post.stream(url, {
        body: text,
        headers: { 'content-type': contentTypeOf({ isForm }) },
      });
    }
    return (method === 'PUT' ? put : post).stream(url, { body: text });
  }

  async function send(asked: SendRequest): Promise<Answer> {
    return whole(begin(asked), asked);
  }

  return { send, close: async () => agent.destroy() };
}

/**
 * Options of a cache that we do not use. On Node 20, got's literal of forty members begins with them, which
 * makes each of the members cost two microseconds.
 */
const withoutCacheOptions: HandlerFunction = (options, next) => {
  options.cacheOptions = {};
  return next(options);
};

/** A connection pool, and the function that starts a request on it. */
function connections(
  { origin, prefix, open }: Route,
  { secureContext, headersNow = none }: SenderConfig,
) {
  const { protocol, hostname, port } = urlToHttpOptions(new URL(origin));
  const pooling = { keepAlive: true, timeout: idleMs, maxSockets: maxConnections };
  const isTls = protocol === 'https:';
  const agent = isTls
    ? new https.Agent({ ...pooling, ...(secureContext && { secureContext }) })
    : new http.Agent(pooling);
  if (open) {
    agent.createConnection = (_options, done) => {
      open((fault, socket) => done!(fault, socket!));
      return undefined;
    };
  }
  const begin = isTls ? https.request : http.request;
  // Got passes forty options on, which Node copies three times for each request.
  const request = (url: URL, { method, headers }: https.RequestOptions) =>
    begin({
      hostname,
      port,
      agent,
      method,
      headers: withThose(headers as Headers, headersNow()),
      path: prefix + url.pathname + url.search,
    });
  return { agent, request };
}

const none = () => undefined;

/** Not by got: options of its own for each request take it a third more time. */
function withThose(headers: Headers, more: Headers): Headers {
  return more ? { ...headers, ...more } : headers;
}

function whole(stream: Request, { timeoutMs, isLong }: SendRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const body = new AnswerBody(isLong);
    // Got's own timer never fires if Node has dropped the connection, as it does after a 101.
    const timer = setTimeout(() => giveUp(new SendError('slow', 'request')), timeoutMs);

    function giveUp(fault: SendError): void {
      clearTimeout(timer);
      reject(fault);
      stream.destroy();
    }

    stream.on('data', (chunk: Buffer) => {
      if (!body.add(chunk)) giveUp(new SendError('too_large'));
    });
    stream.once('end', () => {
      clearTimeout(timer);
      const { statusCode, headers } = stream.response!;
      resolve(readAnswer({ status: statusCode, headers }, body));
    });
    // Stays registered: a late error without a listener would end the process.
    stream.on('error', (error: Error & { code?: string }) => giveUp(sendErrorOf(error)));
  });
}

function sendErrorOf(error: Error & { code?: string }): SendError {
  if (error.code === proxySlow) return new SendError('slow', 'connect');
  if (error instanceof TimeoutError) return new SendError('slow', error.event);
  if (error.code?.startsWith('HPE_')) return new SendError('malformed', error.code);
  // After the header, a closed connection is a ReadError; a reset one is not.
  if (error instanceof ReadError) return new SendError('truncated');
  return new SendError('broken', error.code);
}
