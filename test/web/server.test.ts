/** The server under the app: requests that are none, and how it stops. */
import { connect } from 'node:net';
import type { RequestListener } from 'node:http';
import { Agent, get as httpGet } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServer, type RunningServer } from '../../src/web/server.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { until } from '../support/until.ts';

describe('a request that is none', () => {
  let stub: AdminStub;
  let app: TestApp;
  beforeAll(async () => {
    stub = await startAdminStub();
    app = await startApp(stub);
  });
  afterAll(async () => {
    await app.close();
    await stub.close();
  });

  /** Sends bytes as they are. @returns all that comes back until the connection ends */
  function sendRaw(bytes: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk) => (answer += chunk));
      socket.on('close', () => resolve(answer)).on('error', reject);
      socket.end(bytes);
    });
  }

  test.each([
    ['no HTTP at all', 'hello\r\n\r\n', 400],
    ['a broken header', 'GET / HTTP/1.1\r\nHost: x\r\nbroken\r\n\r\n', 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a method that nobody knows', 'BREW / HTTP/1.1\r\nHost: x\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 2\r\n\r\nx', 400],
    ['too many headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`, 431],
  ])('with %s gets an answer, and the next one too', async (_what, bytes, status) => {
    const answer = await sendRaw(bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect((await app.browser().get('/')).status).toBe(200);
  });

  test('gets a page to read when its headers are too large', async () => {
    const answer = await sendRaw(`GET /?${'x'.repeat(100_000)} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(answer).toContain('Content-Type: text/html; charset=utf-8');
    expect(answer).toContain('Cache-Control: no-store');
    expect(answer).toContain("Content-Security-Policy: default-src 'none'");
    expect(answer).toMatch(/<h1>[^<]+<\/h1>/);
  });
});

/** A connection as a balancer keeps it in its pool. */
function openConnection(port: number) {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  socket.on('error', () => {}); // `close` follows
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return {
    gone,
    isOpen: () => !socket.destroyed && socket.readable,
    /** Asks for a page. @returns its headers */
    ask(): Promise<string> {
      const answer = new Promise<string>((resolve) => socket.once('data', resolve));
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      return answer.then(String);
    },
  };
}

describe('a server that is told to stop', () => {
  const servers: RunningServer[] = [];
  async function listenTo(listener: RequestListener): Promise<RunningServer> {
    const server = await startServer(listener, { port: 0, host: '127.0.0.1' });
    servers.push(server);
    return server;
  }
  afterAll(() => Promise.all(servers.map((server) => server.stop(20))));

  const address = (port: number) => `http://127.0.0.1:${port}/`;

  test('lets requests under way end, and takes no more', async () => {
    let finish = (): void => {};
    const begun = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let release = (): void => {};
    const server = await listenTo((req, res) => {
      const end = () => void res.end('whole');
      if (req.url !== '/') end();
      else {
        release = end;
        finish();
      }
    });
    const answer = fetch(address(server.port));
    await begun;
    const stopped = server.stop(60_000);
    await until(() =>
      fetch(`${address(server.port)}more`).then(
        () => false,
        () => true,
      ),
    );
    release();
    const { headers, text } = await answer.then(async (res) => ({
      headers: res.headers,
      text: await res.text(),
    }));
    expect([headers.get('connection'), text]).toEqual(['close', 'whole']);
    await stopped;
  });

  test('serves on as long as it drains, each answer being the last one on its connection', async () => {
    const server = await listenTo((_req, res) => void res.end('x'));
    const kept = openConnection(server.port);
    expect(await kept.ask()).toContain('Connection: keep-alive');
    const idle = openConnection(server.port);
    await idle.ask();
    const [next, silent] = [new AbortController(), openConnection(server.port)];
    const stopped = server.stop(60_000, { drainMs: 60_000, nextSignal: () => next.signal });
    expect(await kept.ask()).toContain('Connection: close');
    await kept.gone;
    const fresh = openConnection(server.port);
    expect(await fresh.ask()).toContain('Connection: close');
    await fresh.gone;
    expect(idle.isOpen()).toBe(true);
    next.abort(); // a second signal ends the drain
    await Promise.all([idle.gone, silent.gone]);
    await stopped;
  });

  test('is cut by one more signal', async () => {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await listenTo(() => begin()); // and never answers
    const held = openConnection(server.port);
    void held.ask();
    await begun;
    const signals = [new AbortController(), new AbortController()];
    let turn = 0;
    const stopped = server.stop(60_000, {
      drainMs: 60_000,
      nextSignal: () => signals[turn++]!.signal,
    });
    signals[0]!.abort();
    await until(() => turn === 2);
    expect(held.isOpen()).toBe(true);
    signals[1]!.abort();
    await Promise.all([held.gone, stopped]);
  });

  test('does not wait for connections that are kept open for nothing', async () => {
    const server = await listenTo((_req, res) => void res.end('x'));
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve, reject) => {
      const sent = httpGet(address(server.port), { agent }, (res) =>
        res.resume().on('end', resolve),
      );
      sent.on('error', reject);
    });
    await server.stop(60_000);
    agent.destroy();
  });

  test('cuts what is left at the deadline', async () => {
    let begin = (): void => {};
    const begun = new Promise<void>((resolve) => {
      begin = resolve;
    });
    const server = await listenTo(() => begin()); // and never answers
    const cut = expect(fetch(address(server.port))).rejects.toThrow('fetch failed');
    await begun;
    await server.stop(20);
    await cut;
  });

  test('is not started where another one listens', async () => {
    const server = await listenTo((_req, res) => void res.end());
    const second = startServer(() => {}, { port: server.port, host: '127.0.0.1' });
    await expect(second).rejects.toThrow(`PORT is ${server.port}, where another program listens`);
    await server.stop(20);
  });
});
