/** A proxy in front of several instances, without sticky sessions: each request goes to the next one. */
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type RoundRobin = Awaited<ReturnType<typeof startRoundRobin>>;

export async function startRoundRobin() {
  let ports: readonly number[] = [];
  let only: number | undefined;
  let turn = 0;

  function next(): number {
    if (only !== undefined) return ports[only]!;
    turn += 1;
    return ports[turn % ports.length]!;
  }

  const server = createServer({ maxHeaderSize: 128 * 1024 }, (req, res) => {
    const { method, url: path, headers } = req;
    const passed = request({
      host: '127.0.0.1',
      port: next(),
      method,
      path,
      headers,
      agent: false,
    });
    passed.on('response', (answer: IncomingMessage) => {
      res.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
      answer.pipe(res);
    });
    passed.on('error', () => (res.headersSent ? res.destroy() : res.writeHead(502).end()));
    req.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}`,
    /** Where the instances listen. */
    lead(to: readonly number[]): void {
      ports = to;
    },
    /** Leads all requests to one instance; without a number, to one after the other again. */
    pin(index?: number): void {
      only = index;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
