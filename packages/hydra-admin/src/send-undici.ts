import errors from 'undici/lib/core/errors.js';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Dispatcher } from 'undici';
import { readAnswer } from './read-answer.ts';
import { routeTo } from './route.ts';
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

/** The lean sender: needs a quarter of got's processor time. */
export function createUndiciSender(config: SenderConfig): Sender {
  const { secureContext, headersNow } = config;
  const { origin, prefix, headers, open } = routeTo(config);
  const usual = { timeout: connectTimeoutMs, ...(secureContext && { secureContext }) };
  const pool = new Pool(origin, {
    connections: maxConnections,
    connect: open ? (_options, done) => open(done) : usual,
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    keepAliveTimeoutThreshold: 1_000,
    // Our own timer covers the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const json = { ...headers, 'content-type': contentTypeOf({}) };
  const form = { ...headers, 'content-type': contentTypeOf({ isForm: true }) };

  function send({ method, path, body, isForm, isLong, timeoutMs }: SendRequest): Promise<Answer> {
    const usual = body === undefined ? headers : isForm ? form : json;
    const now = headersNow?.();
    return new Promise((resolve, reject) => {
      pool.dispatch(
        {
          method,
          path: prefix + path,
          body: body ?? null,
          headers: now ? { ...usual, ...now } : usual,
        },
        new Exchange({ timeoutMs, isLong }, resolve, reject),
      );
    });
  }

  return { send, close: () => pool.destroy() };
}

/**
 * Handles one exchange on the level of `dispatch`: streams and signals of `request` would cost
 * time.
 */
class Exchange implements Dispatcher.DispatchHandler {
  readonly #body: AnswerBody;
  readonly #resolve: (answer: Answer | Promise<Answer>) => void;
  readonly #reject: (error: SendError) => void;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #status = 0;
  #headers: Answer['headers'] = {};
  #fault: SendError | undefined;

  constructor(
    { timeoutMs, isLong }: Pick<SendRequest, 'timeoutMs' | 'isLong'>,
    resolve: (answer: Answer | Promise<Answer>) => void,
    reject: (error: SendError) => void,
  ) {
    this.#body = new AnswerBody(isLong);
    this.#resolve = resolve;
    this.#reject = reject;
    this.#timer = setTimeout(() => this.#giveUp(new SendError('slow', 'request')), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // The time ran out while it waited for a connection: do not send it any more.
    if (this.#fault) controller.abort(this.#fault);
  }

  onResponseStart(_: unknown, status: number, headers: Answer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    if (!this.#body.add(chunk)) this.#giveUp(new SendError('too_large'));
  }

  onResponseEnd(): void {
    clearTimeout(this.#timer);
    this.#resolve(readAnswer({ status: this.#status, headers: this.#headers }, this.#body));
  }

  onResponseError(_: unknown, error: Error & { code?: string }): void {
    clearTimeout(this.#timer);
    this.#reject(this.#fault ?? sendErrorOf(error, this.#status > 0));
  }

  #giveUp(fault: SendError): void {
    clearTimeout(this.#timer);
    this.#fault = fault;
    this.#reject(fault);
    this.#controller?.abort(fault);
  }
}

function sendErrorOf(error: Error & { code?: string }, hasBegun: boolean): SendError {
  const { code } = error;
  if (code === proxySlow) return new SendError('slow', 'connect');
  if (error instanceof errors.ConnectTimeoutError) return new SendError('slow', 'connect');
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return new SendError('malformed', code);
  }
  const isClosed = error instanceof errors.SocketError && hasBegun;
  const isTruncated = isClosed || error instanceof errors.ResponseContentLengthMismatchError;
  return isTruncated ? new SendError('truncated') : new SendError('broken', code);
}
