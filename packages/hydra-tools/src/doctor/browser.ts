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
  body: string;
}

export type Browser = ReturnType<typeof createBrowser>;

interface BrowserOptions {
  /** Aborts the current visit, which then throws its reason. */
  signal: AbortSignal;
  /** For each visit. */
  timeoutMs: number;
  /** Sent with each visit. */
  headers: Record<string, string>;
}

/** There was no answer. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Creates a minimal browser: it keeps cookies by host, and neither follows nor shows anything. */
export function createBrowser({ signal, timeoutMs, headers }: BrowserOptions) {
  /** By host name: cookies ignore ports. */
  const jars = new Map<string, Map<string, string>>();

  /** @throws NoAnswer, or the reason of the signal */
  async function visit(address: string, form?: Record<string, string>): Promise<Visit> {
    signal.throwIfAborted();
    const { hostname, host } = new URL(address);
    const jar = jars.get(hostname) ?? new Map<string, string>();
    jars.set(hostname, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const late = new NoAnswer(`${host} gave no answer within ${timeoutMs} ms`);
    const { ended, release } = endOf(signal, { timeoutMs, late });
    try {
      const response = await fetch(address, {
        redirect: 'manual',
        headers: {
          ...headers,
          accept: 'text/html, application/json;q=0.9',
          ...(cookie && { cookie }),
        },
        signal: ended,
        ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      });
      const body = (await response.text()).slice(0, 100_000);
      const cookies = response.headers.getSetCookie();
      for (const line of cookies) keep(jar, line);
      const date = new Date(response.headers.get('date') ?? Number.NaN);
      return {
        status: response.status,
        location: locationOf(response, address),
        cookies,
        date: Number.isNaN(date.getTime()) ? undefined : date,
        body,
      };
    } catch (error) {
      signal.throwIfAborted();
      throw error === late ? late : new NoAnswer(`${host} gave no answer${reasonOf(error)}`);
    } finally {
      release();
    }
  }

  return { visit };
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

function locationOf({ headers }: Response, base: string): URL | undefined {
  const location = headers.get('location');
  if (location === null || !URL.canParse(location, base)) return undefined;
  return new URL(location, base);
}

function reasonOf(error: unknown): string {
  const code = (error as { cause?: NodeJS.ErrnoException }).cause?.code;
  const fault = connectionFault(code) ?? code;
  return fault === undefined ? '' : `: ${fault}`;
}
