/** What the two ways of sending, `send-got.ts` and `send-undici.ts`, have in common. */
import type { SecureContext } from 'node:tls';

export type Method = 'GET' | 'PUT' | 'POST' | 'DELETE';

export interface SendRequest {
  method: Method;
  /** Path and query, from the first slash on. */
  path: string;
  /** JSON, unless `isForm`; a PUT and a POST always have one. */
  body?: string;
  /** The body is a form. */
  isForm?: boolean;
  /** The answer may fill megabytes. */
  isLong?: boolean | undefined;
  /** For the whole exchange: waiting for a connection, connecting, sending, the last byte. */
  timeoutMs: number;
}

/** Any answer that arrived whole, whatever its status. */
export interface Answer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/**
 * One exchange: follows no redirect, repeats nothing, undoes no compression.
 * @throws SendError when no whole answer arrived
 */
export type Send = (request: SendRequest) => Promise<Answer>;

export interface Sender {
  send: Send;
  /** Ends all connections, busy ones too. */
  close(): Promise<void>;
}

/** A sender speaks to one server, and says the same headers each time. */
export interface SenderConfig {
  /** `https://hydra.example:4445`, the only place that ever gets the headers. */
  origin: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  /** Which certificates to trust; the usual ones when not given. */
  secureContext: SecureContext | undefined;
}

/**
 * - `broken`: refused, reset, or closed before an answer began; the only one worth another try;
 * - `slow`: the time was over;
 * - `truncated`, `too_large`, `malformed`: the answer is not to be had, or is no HTTP.
 */
export type SendFault = 'broken' | 'slow' | 'truncated' | 'too_large' | 'malformed';

/**
 * Has no cause on purpose: the errors of HTTP clients carry the address of the request, and with it
 * the challenge. The code is what they know beside it.
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

/** Real answers have a few kilobytes; with a giant client some more, and many of those in a list. */
const maxAnswerBytes = 1_048_576;
const maxLongAnswerBytes = 32 * maxAnswerBytes;

/**
 * Node closes an idle connection after 5 seconds, many proxies later. Ours end before, so that no
 * request meets a connection that is just being closed. A shorter `Keep-Alive` hint wins.
 */
export const idleMs = 4_000;

/** Long enough for one lost packet, far below the patience of a person. */
export const connectTimeoutMs = 2_000;

/** A slow server must not cost us all our file handles: beyond this, requests wait in line. */
export const maxConnections = 256;

/** Collects a body, up to the limit. */
export class AnswerBody {
  readonly #chunks: Buffer[] = [];
  readonly #most: number;
  #bytes = 0;

  constructor(isLong: boolean | undefined) {
    this.#most = isLong ? maxLongAnswerBytes : maxAnswerBytes;
  }

  /** Returns false when the body has grown too large. */
  add(chunk: Buffer): boolean {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    return this.#bytes <= this.#most;
  }

  text(): string {
    const [only = Buffer.alloc(0), ...more] = this.#chunks;
    return (more.length === 0 ? only : Buffer.concat(this.#chunks)).toString();
  }
}

/** What a body is said to be. */
export function contentTypeOf({ isForm }: Pick<SendRequest, 'isForm'>): string {
  return isForm ? 'application/x-www-form-urlencoded' : 'application/json';
}
