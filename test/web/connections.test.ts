/** Connections as they really come: half sent, kept open, cut, and what they get before the app. */
import { spawnSync } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import type { RequestListener } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServer, type RunningServer, type ServerOptions } from '../../src/web/server.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { removeUsersFile, writeUsersFile } from '../support/people.ts';

const servers: RunningServer[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop(20))));

async function listenTo(app: RequestListener, more: Partial<ServerOptions> = {}) {
  const server = await startServer(app, { port: 0, host: '127.0.0.1', ...more });
  servers.push(server);
  return server;
}

const whole = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

interface Open {
  socket: Socket;
  /** All that has come so far. */
  text(): string;
  /** When the other side has said that it sends no more. */
  ended: Promise<void>;
  /** When nothing can be sent to the other side any more. */
  gone: Promise<void>;
}

/** A connection that never ends by itself, as an attacker keeps it. */
function open(port: number, bytes = ''): Open {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  const ended = new Promise<void>((resolve) => socket.once('end', resolve).once('close', resolve));
  const gone = new Promise<void>((resolve) => socket.once('close', resolve));
  socket.on('error', () => {}); // a reset is an end like another: `close` follows
  if (bytes) socket.write(bytes);
  return { socket, text: () => text, ended, gone };
}

/** Sends on and on, until the other side is really gone. */
async function push({ socket, gone }: Open): Promise<void> {
  const timer = setInterval(() => socket.write('x'), 10);
  await gone;
  clearInterval(timer);
}

describe('a request that is only half sent', () => {
  const patience = { headersMs: 100, requestMs: 300, silenceMs: 60_000, checkEveryMs: 20 };
  const neverEnding: RequestListener = (req, res) => void req.resume().on('end', () => res.end());

  test.each([
    ['nothing at all', ''],
    ['half a line', 'GET / HT'],
    ['half the headers', 'POST / HTTP/1.1\r\nHost: x\r\nConte'],
    ['half a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf'],
    ['half a chunk', 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n50\r\nhalf'],
  ])('(%s) is answered, and its connection is destroyed', async (_what, bytes) => {
    const server = await listenTo(neverEnding, {
      patience,
      headers: { 'X-Frame-Options': 'DENY' },
    });
    const held = Array.from({ length: 20 }, () => open(server.port, bytes));
    await Promise.all(held.map((one) => one.ended));
    for (const one of held) {
      expect(one.text()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
      expect(one.text()).toContain('X-Frame-Options: DENY\r\n');
      expect(one.text()).toMatch(/<h1>[^<]+<\/h1>/);
    }
    await Promise.all(held.map(push));
  });

  test('byte by byte lasts no longer', async () => {
    const server = await listenTo(neverEnding, { patience });
    const slow = open(server.port, 'GET / HTTP/1.1\r\nHost: x\r\nX-Long: ');
    await push(slow);
    expect(slow.text()).toMatch(/^HTTP\/1\.1 408 /);
  });

  test('after a whole one is cut as well, and the whole one has its answer', async () => {
    const server = await listenTo((_req, res) => void res.end('first'), { patience });
    const held = open(server.port, `${whole}GET / HT`);
    await held.ended;
    const [first, second] = held.text().split('first');
    expect([first, second]).toEqual([
      expect.stringMatching(/^HTTP\/1\.1 200 /),
      expect.stringMatching(/^HTTP\/1\.1 408 /),
    ]);
    await push(held);
  });

  test('while its answer is being sent writes nothing into that answer', async () => {
    const server = await listenTo((_req, res) => void res.write('begun'), { patience });
    const held = open(server.port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\nhalf');
    await held.ended;
    expect(held.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*begun\r\n$/);
    held.socket.destroy();
  });

  test('does not keep a whole one from being answered late', async () => {
    const server = await listenTo((_req, res) => void setTimeout(() => res.end('late'), 600), {
      patience,
    });
    const held = open(server.port, whole.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'));
    await held.ended;
    expect(held.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*late/);
    held.socket.destroy();
  });
});

test('a thousand requests in one packet are not worked at together', async () => {
  let count = 0;
  const server = await listenTo((_req, res) => {
    count += 1;
    setImmediate(() => res.end(`answer ${count}`));
  });
  const greedy = open(server.port, whole.repeat(1_000));
  await greedy.ended;
  greedy.socket.destroy();
  expect(greedy.text().match(/HTTP\/1\.1 200/g)).toHaveLength(16);
  expect(greedy.text().match(/Connection: close/g)).toHaveLength(1);
  expect(count).toBe(16);
  const patient = open(server.port, whole.repeat(8));
  while (patient.text().match(/answer/g)?.length !== 8) await pause(5); // oxlint-disable-line no-await-in-loop
  expect(patient.text()).not.toContain('Connection: close');
  patient.socket.destroy();
});

test('a browser that does not read its answer is cut', async () => {
  const patience = { headersMs: 1_000, requestMs: 1_000, silenceMs: 200, checkEveryMs: 20 };
  let closed = (): void => {};
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const app: RequestListener = (_req, res) => {
    res.on('close', closed);
    res.end(Buffer.alloc(64 * 1024 * 1024));
  };
  const server = await listenTo(app, { patience });
  const { socket } = open(server.port, whole);
  socket.pause();
  await isClosed;
  socket.destroy();
});

describe('an idle connection', () => {
  test('is kept as long as the setting says, and the browser is told', async () => {
    const server = await listenTo((_req, res) => void res.end('x'), { keepAliveSeconds: 75 });
    const idle = open(server.port, whole);
    while (!idle.text().endsWith('x')) await pause(5);
    expect(idle.text()).toContain('Keep-Alive: timeout=75\r\n');
    idle.socket.destroy();
  });

  test('is not kept while too many are open, but everybody is answered', async () => {
    const server = await listenTo((_req, res) => void res.end('x'), { mostKept: 2 });
    const [one, two, three] = [open(server.port), open(server.port), open(server.port)];
    while (server.connections() < 3) await pause(5);
    three.socket.write(whole);
    await three.ended;
    expect(three.text()).toContain('Connection: close\r\n');
    while (server.connections() > 2) await pause(5);
    two.socket.write(whole);
    while (!two.text().endsWith('x')) await pause(5);
    expect(two.text()).toContain('Connection: keep-alive\r\n');
    for (const { socket } of [one, two, three]) socket.destroy();
  });

  test('is closed after that time, with nothing sent', async () => {
    const server = await listenTo((_req, res) => void res.end('x'), { keepAliveSeconds: 1 });
    const idle = open(server.port, whole);
    await idle.ended;
    expect(idle.text()).toMatch(/^HTTP\/1\.1 200 [\s\S]*x$/);
    idle.socket.destroy();
  });
});

describe('an answer that is given before the app sees a request', () => {
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

  const ask = async (bytes: string): Promise<string> => {
    const asked = open(Number(new URL(app.url).port), bytes);
    await asked.ended;
    asked.socket.destroy();
    return asked.text();
  };
  const headersIn = (answer: string): Record<string, string> => {
    const lines = answer.split('\r\n\r\n', 1)[0]!.split('\r\n').slice(1);
    return Object.fromEntries(
      lines.map((line) => [line.split(':')[0]!.toLowerCase(), line.replace(/^[^:]*: /, '')]),
    );
  };
  const head = (line: string, ...headers: string[]) =>
    `${[line, ...headers, 'Connection: close'].join('\r\n')}\r\n\r\n`;

  test.each([
    [400, 'no host', head('GET / HTTP/1.1')],
    [400, 'two hosts', head('GET / HTTP/1.1', 'Host: x', 'host: x')],
    [400, 'no HTTP', 'hello\r\n\r\n'],
    [400, 'the greeting of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    [400, 'the greeting of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    [400, 'a broken header', head('GET / HTTP/1.1', 'Host: x', 'broken')],
    [400, 'a header with NUL', head('GET / HTTP/1.1', 'Host: x', 'X: a\0b')],
    [400, 'two lengths', head('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1, 2')],
    [
      400,
      'a length and chunks',
      head('POST / HTTP/1.1', 'Host: x', 'Content-Length: 1', 'Transfer-Encoding: chunked'),
    ],
    [
      400,
      'a chunk of no size',
      `${head('POST /login HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked')}zz\r\n`,
    ],
    [
      413,
      'endless chunk extensions',
      `${head('POST /login HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked')}1;${'x'.repeat(20_000)}`,
    ],
    [405, 'a wish for a tunnel', head('CONNECT evil.example:443 HTTP/1.1', 'Host: x')],
    [417, 'an expectation', head('GET / HTTP/1.1', 'Host: x', 'Expect: the unexpected')],
    [431, 'too long an address', head(`GET /?${'x'.repeat(100_000)} HTTP/1.1`, 'Host: x')],
    [431, 'too large a header', head('GET / HTTP/1.1', 'Host: x', `X: ${'x'.repeat(100_000)}`)],
  ])('(%i, %s) is a page with the headers of all pages', async (status, _what, bytes) => {
    const answer = await ask(bytes);
    const [headers = '', page] = answer.split('\r\n\r\n');
    expect(headers).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const page404 = await ask(head('GET /nowhere HTTP/1.1', 'Host: x', 'Accept: text/html'));
    const ofPages = headersIn(page404);
    for (const name of ['date', 'content-length', 'transfer-encoding']) delete ofPages[name];
    expect(headersIn(answer)).toMatchObject({ ...ofPages, date: expect.any(String) });
    expect(ofPages['content-security-policy']).toContain("default-src 'none'");
    expect(page).toMatch(/<h1>[^<]+<\/h1>/);
    expect(answer).not.toMatch(/node_modules|\bat \S+ \(|\.ts:\d/);
    expect((await app.browser().get('/')).status).toBe(200);
  });

  test('has the headers of an https site too', async () => {
    const secure = await startApp(stub, { BASE_URL: 'https://example.org', TRUST_PROXY: '1' });
    const asked = open(Number(new URL(secure.url).port), 'GET / HTTP/1.1\r\n\r\n');
    await asked.ended;
    expect(asked.text()).toContain('Strict-Transport-Security: max-age=31536000');
    expect(asked.text()).toContain('upgrade-insecure-requests');
    asked.socket.destroy();
    await secure.close();
  });

  test('is no other when a browser would rather speak another protocol', async () => {
    for (const wish of ['websocket', 'h2c', 'TLS/1.0']) {
      const answer = await ask(
        head('GET /nowhere HTTP/1.1', 'Host: x', 'Accept: text/html', `Upgrade: ${wish}`),
      );
      expect(answer).toMatch(/^HTTP\/1\.1 404 /);
      expect(answer).toContain("default-src 'none'");
    }
  });

  test('is the page itself after "100 Continue"', async () => {
    const answer = await ask(
      `${head('POST /nowhere HTTP/1.1', 'Host: x', 'Accept: text/html', 'Content-Length: 3', 'Expect: 100-continue')}a=b`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 404 /);
  });
});

describe('an operator', () => {
  const reject = (more: Partial<ServerOptions>) =>
    listenTo(() => {}, more).then(
      () => 'it listens',
      (error: unknown) => String(error),
    );

  test('reads which setting is wrong when the server cannot listen', async () => {
    expect(await reject({ host: 'no-such-host.invalid' })).toContain(
      'HOST is "no-such-host.invalid"',
    );
    expect(await reject({ host: 'local host' })).toContain('HOST is "local host"');
    expect(await reject({ host: '192.0.2.1' })).toContain(
      'HOST is "192.0.2.1", which is not an address of this machine.',
    );
  });

  test('reads a sentence and no stack', async () => {
    const usersFile = await writeUsersFile();
    const { stderr, status } = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'test/support/main.ts'],
      {
        encoding: 'utf8',
        env: {
          PATH: process.env['PATH'],
          PORT: '0',
          HOST: 'no-such-host.invalid',
          BASE_URL: 'http://127.0.0.1',
          HYDRA_ADMIN_URL: 'http://127.0.0.1:1',
          COOKIE_SECRET: 'a-secret-for-connections-0123456789-0123456789',
          USERS_FILE: usersFile,
        },
      },
    );
    await removeUsersFile(usersFile);
    expect(status).toBe(1);
    expect(stderr).toContain('HOST is "no-such-host.invalid"');
    expect(stderr).not.toMatch(/\bat \S+ \(|\bat file:|node:internal/);
  });
});
