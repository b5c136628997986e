import { afterAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import net from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { createHydra, type Hydra } from '../src/client.ts';
import type { HydraConfig } from '../src/hydra-config.ts';
import { HydraError } from '../src/hydra-error.ts';
import {
  closeAll,
  configFor,
  exchange,
  json,
  likeServer,
  listen,
  startAdminApi,
  transports,
  type Reply,
} from './admin-api.ts';
import { anAnswer, operations } from './operations.ts';

afterAll(closeAll);

const c = 'a-challenge==';
const answer =
  (status: number, body: string, headers: Record<string, string> = {}): Reply =>
  (_, res) =>
    res.writeHead(status, headers).end(body);
const raw =
  (text: string): Reply =>
  (_heard, _res, socket) =>
    void socket.end(text);

/** An answer, and the kind of error that every operation makes of it. */
const badAnswers: [string, Reply, string][] = [
  ['closed connection', (_heard, _res, socket) => void socket.destroy(), 'down'],
  ['reset connection', (_heard, _res, socket) => void socket.resetAndDestroy(), 'down'],
  ['500', answer(500, '{"error":"error"}'), 'down'],
  ['502 in HTML', answer(502, '<h1>Bad Gateway</h1>'), 'down'],
  ['503 in HTML', answer(503, '<h1>Maintenance</h1>'), 'unavailable'],
  [
    '400 of another server',
    answer(400, 'Client sent an HTTP request to an HTTPS server.'),
    'nonsense',
  ],
  ['401 of a gateway', answer(401, '{"error":"unauthorized"}'), 'refused'],
  ['403 of a gateway', answer(403, '{"error":"request_unauthorized"}'), 'refused'],
  ['429 of a gateway', answer(429, ''), 'limited'],
  ['405', answer(405, 'Method Not Allowed'), 'refused'],
  ['expired challenge', answer(401, '{"error":"request_unauthorized"}'), 'expired'],
  ['unknown record', answer(404, '{"error":"Unable to locate the resource"}'), 'unknown'],
  ['unknown path in HTML', answer(404, '<h1>Not Found</h1>'), 'route_unknown'],
  ['unknown path in JSON', answer(404, '{"error":{"code":404}}'), 'route_unknown'],
  ['conflict', answer(409, '{"error":"Conflict"}'), 'conflict'],
  ['used challenge without a redirect', answer(410, '{}'), 'gone'],
  ['redirect', answer(302, '', { location: 'http://127.0.0.1:1/' }), 'nonsense'],
  ['redirect that keeps the method', answer(307, '', { location: '/admin/x' }), 'nonsense'],
  ['success of another kind', answer(201, '{}'), 'nonsense'],
  ['HTML', answer(200, '<html></html>', { 'content-type': 'application/json' }), 'nonsense'],
  ['nothing', answer(200, ''), 'nonsense'],
  ['broken JSON', answer(200, '{"redirect_to":"https://a.exam'), 'nonsense'],
  ['a list', answer(200, '[]'), 'nonsense'],
  ['null', answer(200, 'null'), 'nonsense'],
  ['an empty object', answer(200, '{}'), 'nonsense'],
  ['giant body', answer(200, `"${'x'.repeat(1_100_000)}"`), 'nonsense'],
  [
    'giant body without an announced length',
    (_, res) => {
      for (let part = 0; part < 20; part++) res.write('x'.repeat(100_000));
      res.end();
    },
    'nonsense',
  ],
  [
    'truncated body',
    raw('HTTP/1.1 200 OK\r\ncontent-length: 999\r\n\r\n{"redirect_to":'),
    'nonsense',
  ],
  [
    'truncated chunks',
    raw('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"red'),
    'nonsense',
  ],
  ['something that is not HTTP', raw('SSH-2.0-OpenSSH_9\r\n\r\n'), 'nonsense'],
];

describe.each(transports)('an answer fetched by %s', (transport) => {
  async function start(reply: Reply, more: Partial<HydraConfig> = {}) {
    const api = await startAdminApi(reply);
    const hydra = createHydra(configFor(api, { transport, version: '26.2', ...more }));
    return { api, hydra };
  }

  async function faultOf(work: Promise<unknown>): Promise<HydraError> {
    const error = await work.then(
      (value) => new Error(`no error, but ${JSON.stringify(value)}`),
      (reason: unknown) => reason,
    );
    if (!(error instanceof HydraError)) throw error;
    return error;
  }

  test.each(badAnswers)('%s', async (_name, reply, kind) => {
    const { hydra } = await start(reply, { token: 'a-token' });
    for (const [operation, ask] of Object.entries(operations)) {
      const fault = await faultOf(ask(hydra, { challenge: c }));
      expect([operation, fault.kind]).toEqual([operation, kind]);
      expect(fault.message).toMatch(new RegExp(`^${operation}: `));
      expect(fault.message).not.toMatch(/a-challenge|a-token/);
      expect(fault.cause).toBeUndefined();
    }
    await expect(hydra.server.ready()).resolves.toBe(false);
    await hydra.close();
  });

  test.each<[string, number | undefined]>([
    ['7', 7],
    [' 7 ', 7],
    ['0', 1],
    ['3600', 3_600],
    ['86400', 3_600],
    ['9'.repeat(400), 3_600],
    [new Date(Date.now() - 60_000).toUTCString(), 1],
    [new Date(Date.now() + 86_400_000).toUTCString(), 3_600],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['0x10', undefined],
    ['2026', 2_026],
    ['2026-12-01', undefined],
  ])('that asks to come back after %j is kept with its status and %p', async (text, seconds) => {
    const { api, hydra } = await start((_, res) => res.end());
    for (const [status, kind] of [
      [429, 'limited'],
      [503, 'unavailable'],
    ] as const) {
      api.reply = answer(status, '', text === '' ? {} : { 'retry-after': text });
      const { kind: found, status: same, retryAfterSeconds } = await faultOf(hydra.login.get(c));
      expect([found, same, retryAfterSeconds]).toEqual([kind, status, seconds]);
    }
    api.reply = answer(500, '', { 'retry-after': '7' });
    expect((await faultOf(hydra.login.get(c))).retryAfterSeconds).toBeUndefined();
    await hydra.close();
  });

  test('that asks to come back at a time is kept with the seconds until then', async () => {
    const { hydra } = await start((_, res) => {
      res.writeHead(503, { 'retry-after': new Date(Date.now() + 1_000_000).toUTCString() }).end();
    });
    const { retryAfterSeconds } = await faultOf(hydra.login.get(c));
    expect(retryAfterSeconds).toBeGreaterThan(900);
    expect(retryAfterSeconds).toBeLessThanOrEqual(1_000);
    await hydra.close();
  });

  describe('that a gateway has touched', () => {
    const { challenge = '', response } = exchange('v26', 'login request, open');
    const text = JSON.stringify(response.body);
    const send =
      (body: Buffer | string, coding?: string): Reply =>
      (_, res) =>
        void res
          .writeHead(200, { ...(coding !== undefined && { 'content-encoding': coding }) })
          .end(body);

    test.each<[string, Reply]>([
      ['by gzip', send(gzipSync(text), 'gzip')],
      ['by gzip in capitals', send(gzipSync(text), ' GZIP ')],
      ['by x-gzip', send(gzipSync(text), 'x-gzip')],
      ['by deflate', send(deflateSync(text), 'deflate')],
      ['by brotli', send(brotliCompressSync(text), 'br')],
      ['by nothing', send(text, 'identity')],
      ['with a byte order mark', send(`\uFEFF${text}`)],
      ['with a byte order mark inside gzip', send(gzipSync(`\uFEFF${text}`), 'gzip')],
    ])('%s is read', async (_name, reply) => {
      const { hydra } = await start(reply);
      await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
      await hydra.close();
    });

    test.each<[string, Reply]>([
      ['an encoding that nobody knows', send(text, 'zip')],
      ['the name of a member of Object', send(text, 'constructor')],
      ['gzip that is none', send(text, 'gzip')],
      ['half a gzip', send(gzipSync(text).subarray(0, 100), 'gzip')],
      ['a bomb of gzip', send(gzipSync(Buffer.alloc(50_000_000, ' ')), 'gzip')],
      ['gzip of nothing', send('', 'gzip')],
    ])('by %s is nonsense', async (_name, reply) => {
      const { hydra } = await start(reply);
      expect((await faultOf(hydra.login.get(challenge))).kind).toBe('nonsense');
      await hydra.close();
    });

    test('is a fault like any other when it is compressed', async () => {
      const { hydra } = await start((_, res) => {
        const body = gzipSync('{"error":"Unable to locate the resource"}');
        res.writeHead(404, { 'content-encoding': 'gzip' }).end(body);
      });
      expect((await faultOf(hydra.login.get(c))).kind).toBe('unknown');
      await hydra.close();
    });
  });

  test('that repeats the challenge or the token is kept out of the message', async () => {
    const { api, hydra } = await start((_, res) => json(res, {}, 400), { token: 'a-token' });
    const message = async () => (await faultOf(hydra.login.get(c))).message;
    expect(await message()).toBe('login.get: 400 bad_request');
    api.reply = (_, res) => json(res, { error: 'invalid_request', error_description: 'No' }, 400);
    expect(await message()).toBe('login.get: 400 bad_request: invalid_request, No');
    for (const secret of [c, encodeURIComponent(c), 'a-token']) {
      api.reply = (_, res) => json(res, { error: 'e', error_description: `<${secret}>` }, 400);
      expect(await message()).toBe('login.get: 400 bad_request');
    }
    await hydra.close();
  });

  describe('that is slow', () => {
    const timeoutMs = 400;
    const drip: Reply = (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json' });
      const timer = setInterval(() => res.write(' '), 20);
      res.on('close', () => clearInterval(timer));
    };
    test.each<[string, Reply]>([
      ['silence', () => {}],
      ['a head without a body', (_, res) => res.writeHead(200).flushHeaders()],
      ['a body by drops', drip],
    ])('%s', async (_name, reply) => {
      const { api, hydra } = await start(reply, { timeoutMs });
      const names = ['login.get', 'login.accept', 'logout.reject'];
      const faults = names.map(async (name) => (await faultOf(operations[name]!(hydra, {}))).kind);
      await expect(hydra.server.ready(100)).resolves.toBe(false);
      expect(await Promise.all(faults)).toEqual(['slow', 'slow', 'slow']);
      // Nothing is sent twice: the server may still be working on it.
      expect(api.heard).toHaveLength(4);
      api.reply = likeServer('v26');
      expect((await faultOf(hydra.login.get(c))).kind).toBe('unknown');
      await hydra.close();
    });

    test('the version too', async () => {
      const { api, hydra } = await start(() => {}, { timeoutMs, version: undefined });
      expect((await faultOf(hydra.login.accept(c, { subject: 's' }))).kind).toBe('slow');
      api.reply = likeServer('v26');
      expect((await faultOf(hydra.login.get(c))).kind).toBe('unknown');
      await hydra.close();
    });

    test('a connection that is never made', async () => {
      // Accepts connections and stays silent, so that no TLS handshake succeeds.
      const sockets: net.Socket[] = [];
      const deaf = net.createServer((socket) => void sockets.push(socket));
      const url = `https://127.0.0.1:${await listen(deaf)}`;
      const hydra = createHydra(configFor({ url }, { transport, timeoutMs }));
      expect((await faultOf(hydra.login.get(c))).kind).toBe('slow');
      await hydra.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => deaf.close(resolve));
    });
  });

  describe('over a connection that breaks', () => {
    const { challenge = '' } = exchange('v26', 'login request, open');
    const { body = anAnswer } = exchange('v26', 'accept login, open').request;
    const accept = (hydra: Hydra) => hydra.login.accept(challenge, body);
    const server = likeServer('v26');

    /** Breaks the first requests, then answers. */
    const breakFirst = (count: number): Reply => {
      let left = count;
      return (heard, res, socket) => (left-- > 0 ? socket.destroy() : server(heard, res, socket));
    };

    test('is fetched again by GET, but only once', async () => {
      const { api, hydra } = await start(breakFirst(1));
      await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
      expect(api.heard).toHaveLength(2);
      api.reply = breakFirst(2);
      expect((await faultOf(hydra.login.get(challenge))).kind).toBe('down');
      expect(api.heard).toHaveLength(4);
      await hydra.close();
    });

    test('is not fetched again by PUT', async () => {
      const { api, hydra } = await start(breakFirst(1));
      expect((await faultOf(accept(hydra))).kind).toBe('down');
      expect(api.heard).toHaveLength(1);
      await expect(accept(hydra)).resolves.toMatch(/^https:/);
      expect(api.heard).toHaveLength(2);
      await hydra.close();
    });

    test('arrives for a GET although its kept connection is dead', async () => {
      const { api, hydra } = await start(server);
      await hydra.login.get(challenge);
      const old = api.connections();
      const alive = new Set<unknown>();
      api.reply = (heard, res, socket) => {
        // Older connections are dead; newer ones work.
        if (api.connections() > old) alive.add(socket);
        if (alive.has(socket)) server(heard, res, socket);
        else socket.destroy();
      };
      await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
      await hydra.close();
    });

    test('arrives for a PUT after the server has closed its idle connections', async () => {
      const ended: Promise<unknown>[] = [];
      const { api, hydra } = await start((heard, res, socket) => {
        ended.push(once(socket, 'close'));
        server(heard, res, socket);
        res.on('finish', () => setImmediate(() => socket.end()));
      });
      for (let round = 1; round < 4; round++) {
        await expect(accept(hydra)).resolves.toMatch(/^https:/);
        await Promise.all(ended);
        expect(api.connections()).toBe(round);
      }
      await hydra.close();
    });

    test('does not keep a connection that the server will close soon', async () => {
      const { api, hydra } = await start((heard, res, socket) => {
        res.setHeader('keep-alive', 'timeout=1');
        server(heard, res, socket);
      });
      for (let round = 0; round < 3; round++) await hydra.login.get(challenge);
      expect(api.connections()).toBe(3);
      await hydra.close();
    });
  });
});
