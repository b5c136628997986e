import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { connectionFault } from '../connection-faults.ts';

/** One answer, without following its redirect. */
export interface Visit {
  status: number;
  /** The absolute target of a redirect. */
  location: URL | undefined;
  /** The `Set-Cookie` headers. */
  cookies: string[];
  /** The `Date` header, if there is a valid one. */
  date: Date | undefined;
  headers: IncomingHttpHeaders;
  /** How often each header came, by its name in small letters. */
  headerCounts: ReadonlyMap<string, number>;
  /** When the certificate ends; `undefined` for http. */
  certificateEnd: Date | undefined;
  body: string;
}

export type Browser = ReturnType<typeof createBrowser>;

interface BrowserOptions {
  /** Aborts the current visit, which then throws its reason. */
  signal: AbortSignal;
  /** For each visit. */
  timeoutMs: number;
  /** Sent with each visit. */
  headers?: Record<string, string>;
}

interface VisitOptions {
  /** Posted, as a browser posts a form. */
  form?: Record<string, string> | undefined;
  /** Beside those of every visit. */
  headers?: Record<string, string>;
}

/** There was no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** Of Node, such as `ECONNREFUSED`; `ETIMEDOUT` when it took too long. */
  readonly code: string | undefined;
  /** With the port, if it is not the usual one. */
  readonly host: string;

  constructor(host: string, reason: string, code: string | undefined) {
    super(`${host} gave no answer${reason}`);
    this.code = code;
    this.host = host;
  }
}

/** Servers and proxies send more than Node takes by itself: 16 KiB. */
const maxHeaderSize = 256 * 1024;
const longestBody = 2_000_000;

/**
 * Creates a minimal browser: it keeps cookies by host, neither follows nor shows anything, and makes a
 * new connection for each visit, so that a balancer may choose another instance.
 */
export function createBrowser({ signal, timeoutMs, headers: always = {} }: BrowserOptions) {
  /** By host name: cookies ignore ports. */
  const jars = new Map<string, Map<string, string>>();

  /** @throws NoAnswer, or the reason of the signal */
  async function visit(address: string, { form, headers = {} }: VisitOptions = {}): Promise<Visit> {
    signal.throwIfAborted();
    const { hostname, host } = new URL(address);
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const late = new NoAnswer(host, ` within ${timeoutMs} ms`, 'ETIMEDOUT');
    const { ended, release } = endOf(signal, { timeoutMs, late });
    try {
      const body = form && new URLSearchParams(form).toString();
      const response = await send(new URL(address), body, ended, {
        accept: 'text/html, application/json;q=0.9',
        'user-agent': 'portico-doctor',
        ...always,
        ...(cookie && { cookie }),
        ...headers,
      });
      const text = await textOf(response);
      const cookies = response.headers['set-cookie'] ?? [];
      for (const line of cookies) keep(jar, line);
      const date = new Date(response.headers.date ?? Number.NaN);
      return {
        status: response.statusCode ?? 0,
        location: locationOf(response, address),
        cookies,
        date: Number.isNaN(date.getTime()) ? undefined : date,
        headers: response.headers,
        headerCounts: countsOf(response),
        certificateEnd: certificateEndOf(response),
        body: text,
      };
    } catch (error) {
      signal.throwIfAborted();
      if (ended.aborted) throw late;
      const { code } = error as NodeJS.ErrnoException;
      throw new NoAnswer(host, reasonOf(code), code);
    } finally {
      release();
    }
  }

  return { visit, cookiesOf: (address: string) => jars.get(new URL(address).hostname) };
}

function send(
  url: URL,
  body: string | undefined,
  signal: AbortSignal,
  headers: Record<string, string>,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const call = send(
      url,
      {
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        maxHeaderSize,
        signal,
        headers: {
          ...headers,
          ...(body !== undefined && {
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': String(Buffer.byteLength(body)),
          }),
        },
      },
      resolve,
    );
    call.on('error', reject).end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) {
    if (text.length < longestBody) text += String(chunk);
  }
  return text;
}

function countsOf({ rawHeaders }: IncomingMessage): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function certificateEndOf({ socket }: IncomingMessage): Date | undefined {
  const end = (socket as TLSSocket).getPeerCertificate?.()?.valid_to;
  return end ? new Date(end) : undefined;
}

/** Replaces `AbortSignal.any` with a timeout, which Node 20 may garbage-collect before it fires. */
function endOf(signal: AbortSignal, { timeoutMs, late }: { timeoutMs: number; late: NoAnswer }) {
  const end = new AbortController();
  const stop = () => end.abort(signal.reason);
  const timer = setTimeout(() => end.abort(late), timeoutMs);
  signal.addEventListener('abort', stop, { once: true });
  const release = () => {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  };
  return { ended: end.signal, release };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split(';');
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(pair.trim()) ?? [];
  if (name === undefined || value === undefined) return;
  const isOver = attributes.some((text) => /^\s*max-age=(0|-\d+)\s*$/i.test(text));
  if (isOver || value === '') jar.delete(name);
  else jar.set(name, value);
}

function locationOf({ headers: { location } }: IncomingMessage, base: string): URL | undefined {
  if (location === undefined || !URL.canParse(location, base)) return undefined;
  return new URL(location, base);
}

function reasonOf(code: string | undefined): string {
  const fault = connectionFault(code) ?? code;
  return fault === undefined ? '' : `: ${fault}`;
}
