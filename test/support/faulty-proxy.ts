/** A proxy in front of a server, in which one fault after the other can be switched on. */
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface Head {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
}

export interface Answer {
  status: number;
  /** By names in small letters; a list is sent as several headers. */
  headers: Record<string, string | string[]>;
  body: string | Buffer;
}

/** What goes wrong; nothing by itself. */
export interface Faults {
  /** Answers in place of the server. `hang` never does. */
  answer?: ((head: Head) => Answer | 'hang' | undefined) | undefined;
  /** Changes what the server gets. */
  request?: (head: Head) => void;
  /** Changes what the browser gets. */
  response?: ((answer: Answer, head: Head) => void) | undefined;
}

export type FaultyProxy = Awaited<ReturnType<typeof startFaultyProxy>>;

const maxHeaderSize = 256 * 1024;

/**
 * @param ports of the servers, which get requests by turns
 * @param tls makes it speak https
 */
export async function startFaultyProxy(
  ports: readonly number[],
  tls?: { key: Buffer; cert: Buffer },
) {
  const targets = [...ports];
  let faults: Faults = {};
  let turn = 0;

  async function pass(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of req) chunks.push(chunk as Buffer);
    const head: Head = {
      method: req.method ?? 'GET',
      path: req.url ?? '/',
      headers: Object.fromEntries(
        Object.entries(req.headers).map(([name, value]) => [name, String(value)]),
      ),
    };
    const { remoteAddress = '' } = req.socket;
    const before = head.headers['x-forwarded-for'];
    head.headers['x-forwarded-for'] = before ? `${before}, ${remoteAddress}` : remoteAddress;
    if (tls) head.headers['x-forwarded-proto'] = 'https';
    const own = faults.answer?.(head);
    if (own === 'hang') return;
    if (own) return send(res, own);
    faults.request?.(head);
    const port = targets[turn++ % targets.length]!;
    const answer = await ask(port, head, Buffer.concat(chunks));
    faults.response?.(answer, head);
    send(res, answer);
  }

  const listener = (req: IncomingMessage, res: ServerResponse) => {
    pass(req, res).catch(() => {
      if (!res.headersSent) res.writeHead(502, { server: 'faulty' });
      res.end('Bad gateway');
    });
  };
  const server = tls
    ? createTlsServer({ ...tls, maxHeaderSize }, listener)
    : createServer({ maxHeaderSize }, listener);
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const { port } = server.address() as AddressInfo;

  return {
    port,
    /** Replaces what went wrong so far. */
    breakBy(next: Faults): void {
      faults = next;
    },
    mend(): void {
      faults = {};
    },
    /** Which servers get requests. */
    lead(to: readonly number[]): void {
      targets.splice(0, targets.length, ...to);
    },
    async close(): Promise<void> {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function send(res: ServerResponse, { status, headers, body }: Answer): void {
  res.writeHead(status, headers).end(body);
}

function ask(port: number, { method, path, headers }: Head, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      { host: 'localhost', port, method, path, headers, agent: false, maxHeaderSize },
      (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
        res.on('end', () => {
          const { connection: _one, 'transfer-encoding': _two, ...kept } = res.headers;
          const content = Buffer.concat(chunks);
          resolve({
            status: res.statusCode!,
            headers: { ...(kept as Answer['headers']), 'content-length': String(content.length) },
            body: content,
          });
        });
      },
    );
    call.on('error', reject).end(body);
  });
}
