/**
 * A balancer as strict as they come: it keeps connections to the instances open for the next request, asks
 * each for its health, and never sends a request twice.
 */
import { Agent, createServer, get, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type PoolBalancer = Awaited<ReturnType<typeof startPoolBalancer>>;

interface Upstream {
  port: number;
  agent: Agent;
  isHealthy: boolean;
}

/** @param options.checkEveryMs between two looks at `/health/ready`; one that fails is enough */
export async function startPoolBalancer({ checkEveryMs }: { checkEveryMs: number }) {
  let upstreams: Upstream[] = [];
  let turn = 0;
  let lost = 0;
  let served = 0;

  const server = createServer({ maxHeaderSize: 128 * 1024 }, (req, res) => {
    const healthy = upstreams.filter(({ isHealthy }) => isHealthy);
    const upstream = healthy[(turn += 1) % healthy.length];
    function fail(): void {
      lost += 1;
      if (res.headersSent) res.destroy();
      else res.writeHead(502).end('bare 502 of the balancer');
    }
    if (!upstream) return fail();
    const { method, url: path, headers } = req;
    const { port, agent } = upstream;
    const passed = request({ host: '127.0.0.1', port, agent, method, path, headers });
    passed.on('response', (answer: IncomingMessage) => {
      served += 1;
      const { connection: _connection, ...others } = answer.headers; // that is between us two
      res.writeHead(answer.statusCode ?? 502, others);
      answer.on('error', fail).pipe(res);
    });
    passed.on('error', fail);
    req.pipe(passed);
    return undefined;
  });
  server.keepAliveTimeout = 120_000; // browsers of the tests may ask again late
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const checks = setInterval(() => {
    for (const upstream of upstreams) {
      const { port } = upstream;
      const probe = get({ host: '127.0.0.1', port, path: '/health/ready', agent: false });
      probe.on('response', (answer) => {
        upstream.isHealthy = answer.resume().statusCode === 200;
      });
      probe.on('error', () => {
        upstream.isHealthy = false;
      });
    }
  }, checkEveryMs);

  const upstreamOf = (port: number): Upstream => ({
    port,
    agent: new Agent({ keepAlive: true }),
    isHealthy: false,
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** Where instances listen, or will. */
    lead(ports: readonly number[]): void {
      upstreams = ports.map(upstreamOf);
    },
    healthy: (): number[] => upstreams.flatMap(({ isHealthy, port }) => (isHealthy ? [port] : [])),
    /** Connections on which nothing is asked now. */
    idle: (): number =>
      upstreams.reduce(
        (sum, { agent }) => sum + (Object.values(agent.freeSockets)[0]?.length ?? 0),
        0,
      ),
    counts: () => ({ served, lost }),
    async close(): Promise<void> {
      clearInterval(checks);
      for (const { agent } of upstreams) agent.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
