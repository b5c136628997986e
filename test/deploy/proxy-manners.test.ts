/** How the proxies of `deploy/proxies` that can be run here treat servers: what they send, and to whom. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { askByHttps, openHttp2 } from '../support/ask-by-tls.ts';
import { freePorts } from '../support/free-ports.ts';
import { notRun } from '../support/not-run.ts';
import { until } from '../support/until.ts';
import { ca, proxyKinds, startProxy, whyNoProxy, type LocalProxy } from './local-proxy.ts';

jest.setTimeout(60_000);

const kinds = proxyKinds.filter((kind) => {
  const why = whyNoProxy(kind);
  if (why) notRun(`the manners of ${kind.name}`, why);
  return why === undefined;
});

test('each proxy is run, or there is a reason why not', () => {
  expect(kinds.length).toBe(proxyKinds.filter((kind) => !whyNoProxy(kind)).length);
});

const kilobytes = (count: number): string => 'x'.repeat(count * 1000);
type Answering = (req: IncomingMessage, res: ServerResponse, body: string) => unknown;

describe.each(kinds)('$name', (kind) => {
  let proxy: LocalProxy;
  let site: string;
  let servers: Server[];
  /** What each of the two did get, but for health checks. */
  let seen: { server: number; req: IncomingMessage; body: string }[];
  let answer: Answering;
  const usually: Answering = (_req, res) => void res.end('ok');

  const listen = (index: number, port: number) =>
    new Promise<Server>((resolve) => {
      const server = createServer({ maxHeaderSize: 256 * 1024 }, (req, res) => {
        let body = '';
        req.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        req.on('end', () => {
          if (req.url === '/auth/health/ready') return res.end();
          seen.push({ server: index, req, body });
          return answer(req, res, body);
        });
      });
      server.listen(port, '127.0.0.1', () => resolve(server));
    });
  const close = (server: Server) =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  beforeAll(async () => {
    const [https, http, one, two, hydra] = await freePorts(5);
    site = `https://localhost:${https}/auth/`;
    [seen, answer] = [[], usually];
    servers = await Promise.all([listen(0, one!), listen(1, two!)]);
    const ports = { https: https!, http: http!, portico: [one!, two!] as const, hydra: hydra! };
    proxy = await startProxy(kind, ports);
    const isBehind = async (index: number) => {
      await ask();
      return seen.some(({ server }) => server === index);
    };
    await until(async () => (await isBehind(0)) && (await isBehind(1)));
  });
  beforeEach(() => {
    seen = [];
    answer = usually;
  });
  afterAll(async () => {
    await proxy.close();
    await Promise.all(servers.map(close));
  });

  const byHttps = askByHttps(ca);
  const ask = (headers: Record<string, string> = {}, query = '') =>
    byHttps('get', new URL(site + query), { headers });
  const post = (body: string, headers: Record<string, string> = {}) =>
    byHttps('post', new URL(site), { headers, body });

  test('says who asks, and hands on nothing of what a stranger says of it', async () => {
    await askByHttps(ca, '127.0.0.2')('get', new URL(site), {
      headers: {
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Proto': 'gopher',
        'X-Forwarded-Host': 'evil.example',
        Forwarded: 'for=203.0.113.9',
        'X-Request-Id': 'chosen',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'evil=1',
      },
    });
    const { headers } = seen[0]!.req;
    expect(headers).toMatchObject({
      'x-forwarded-for': '127.0.0.2',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': expect.stringMatching(/^localhost/),
      'x-request-id': expect.stringMatching(/^[\w.:-]{16,64}$/),
    });
    const stranger = ['forwarded', 'traceparent', 'tracestate'].filter((name) => name in headers);
    expect([stranger, JSON.stringify(headers)]).toEqual([
      [],
      expect.not.stringMatching(/203\.0\.113|evil|chosen|gopher/),
    ]);
  });

  test.each(['HTTP/1.1', 'HTTP/2'])('takes long headers both ways, by %s', async (protocol) => {
    const http2 = openHttp2(ca);
    const way = protocol === 'HTTP/2' ? http2.ask : byHttps;
    answer = (_req, res) => {
      res.setHeader('Location', `https://example.org/?${kilobytes(45)}`);
      res.setHeader(
        'Set-Cookie',
        [1, 2, 3, 4].map((part) => `a${part}=${kilobytes(3.7)}`),
      );
      res.writeHead(303).end();
    };
    // A challenge of 32 kB in the address, what browsers keep of it as Referer, and all cookies.
    const given = { Referer: kilobytes(4), Cookie: `a=${kilobytes(36)}` };
    const came = await way('get', new URL(`${site}?${kilobytes(40)}`), { headers: given });
    http2.close();
    expect(came.status).toBe(303);
    expect(came.headers['location']).toHaveLength(45_021);
    expect([came.headers['set-cookie']].flat().join('').length).toBeGreaterThan(14_000);
    const { headers, url } = seen[0]!.req;
    expect([url!.length, headers.referer?.length, headers.cookie?.length]).toEqual([
      40_007, 4_000, 36_002,
    ]);
  });

  test('hands on a form of 120 kB, also from who waits for a word before sending it', async () => {
    for (const headers of [{}, { Expect: '100-continue' }]) {
      expect((await post(kilobytes(120), headers)).status).toBe(200);
      expect(seen.at(-1)!.body).toHaveLength(120_000);
    }
  });

  test('asks again when a page does not come, and never sends a form twice', async () => {
    answer = (req) => void req.socket.destroy();
    const refused = await post('a=b');
    expect([refused.status >= 500, seen.length]).toEqual([true, 1]);
    seen = [];
    answer = (req, res) => (seen.length === 1 ? req.socket.destroy() : void res.end('second'));
    const page = await ask();
    expect([page.status, page.text, seen.length]).toEqual([200, 'second', 2]);
  });

  test('shows the page of a 503 as it is, and asks nobody else', async () => {
    answer = (_req, res) => void res.writeHead(503, { 'Retry-After': '5' }).end('our page');
    const { status, text, headers } = await ask();
    expect([status, text, headers['retry-after'], seen.length]).toEqual([503, 'our page', '5', 1]);
  });

  test('loses nothing when one of the two is gone, and uses it as soon as it is back', async () => {
    const { port } = servers[0]!.address() as { port: number };
    await close(servers[0]!);
    const statuses: number[] = [];
    for (let count = 0; count < 10; count += 1) {
      statuses.push((await ask()).status, (await post('a=b')).status);
    }
    expect(new Set(statuses)).toEqual(new Set([200]));
    servers[0] = await listen(0, port);
    seen = [];
    await until(async () => (await ask()).status && seen.some(({ server }) => server === 0));
  });
});
