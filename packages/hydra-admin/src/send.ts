/** What the two senders, `send-got.ts` and `send-undici.ts`, have in common. */
import type { SecureContext } from 'node:tls';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface SendRequest {
  method: Method;
  /** Path and query, with the leading slash. */
  path: string;
  /** JSON, unless `isForm`. Every PUT and POST has one. */
  body?: string;
  /** The body is a form. */
  isForm?: boolean;
  /** True if the answer may have megabytes. */
  isLong?: boolean | undefined;
  /** For the whole exchange, from the wait for a connection to the last byte. */
  timeoutMs: number;
}

/** A complete answer of any status. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/**
 * Sends one request. Follows no redirect and retries nothing. Asks for no compression, but reads it:
 * gateways compress unasked.
 * @throws SendError if no complete answer arrived
 */
export type Send = (request: SendRequest) => Promise<Answer>;

export interface Sender {
  send: Send;
  /** Ends all connections, busy ones too. */
  close(): Promise<void>;
}

/** A sender talks to one server and sends the same headers each time. */
export interface SenderConfig {
  /** Such as `https://hydra.example:4445`. The headers go nowhere else. */
  origin: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Which certificates to trust; the usual ones when not given. */
  secureContext: SecureContext | undefined;
  /** Goes between: asked for a tunnel if the origin is https, else to pass each request on. */
  proxy?: URL | undefined;
  /** Headers for the request that is about to be sent, beside the others. */
  headersNow?: (() => Readonly<Record<string, string>> | undefined) | undefined;
}

/**
 * - `broken`: refused, reset, or closed before an answer began; only this one is worth a retry;
 * - `slow`: the time ran out;
 * - `truncated`, `too_large`: the answer did not arrive completely, or is too large;
 * - `malformed`: the answer is not HTTP, or its compression cannot be read.
 */
export type SendFault = 'broken' | 'slow' | 'truncated' | 'too_large' | 'malformed';

/**
 * Has no `cause` on purpose: the errors of HTTP clients hold the address of the request, and with
 * it the challenge.
 */
export class SendError extends Error {
  override readonly name = 'SendError';
  readonly fault: SendFault;
  /** Such as `ECONNREFUSED`. */
  readonly code: string | undefined;

  constructor(fault: SendFault, code?: string) {
    super(code === undefined ? fault : `${fault} (${code})`);
    this.fault = fault;
    this.code = code;
  }
}

/** The server's certificate is not trusted: the connection ended before anything was sent. */
export function isCertificateFault({ code = '' }: SendError): boolean {
  return /CERT|SIGNATURE|ALTNAME|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH/.test(code);
}

/**
 * Most answers have a few kilobytes. A large client makes them larger, and a list of those much
 * larger.
 */
const maxAnswerBytes = 1_048_576;
const maxLongAnswerBytes = 32 * maxAnswerBytes;

/**
 * Node servers close an idle connection after 5 seconds, many proxies later. We close it earlier,
 * so that no request meets a connection that is just being closed. A shorter `Keep-Alive` hint
 * wins.
 */
export const idleMs = 4_000;

/** Long enough to resend a lost packet, and short enough for a person who waits. */
export const connectTimeoutMs = 2_000;

/** A slow server must not use up our file handles: beyond this number, requests wait. */
export const maxConnections = 256;

/** Collects a body, up to the limit, as it comes. `readAnswer` makes text of it. */
export class AnswerBody {
  readonly #chunks: Buffer[] = [];
  /** The limit, in bytes. */
  readonly most: number;
  #bytes = 0;

  constructor(isLong: boolean | undefined) {
    this.most = isLong ? maxLongAnswerBytes : maxAnswerBytes;
  }

  /** Returns false if the body is too large. */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= this.most;
  }

  bytes(): Buffer {
    const [only = Buffer.alloc(0), ...more] = this.#chunks;
    return more.length === 0 ? only : Buffer.concat(this.#chunks);
  }
}

/** The content type of a request body. */
export function contentTypeOf({ isForm }: Pick<SendRequest, 'isForm'>): string {
  return isForm ? 'application/x-www-form-urlencoded' : 'application/json';
}
