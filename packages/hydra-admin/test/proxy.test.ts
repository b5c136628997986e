/** The way to an admin API by a proxy, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY say. */
import { readFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type Socket } from 'node:net';
import { afterAll, describe, expect, test } from '@jest/globals';
import { readSettings } from '@portico/settings';
import { createHydra } from '../src/client.ts';
import { proxyOf } from '../src/proxy.ts';
import { hydraConfigOf, hydraSettings } from '../src/settings.ts';
import {
  certificate,
  closeAll,
  configFor,
  exchange,
  likeServer,
  listen,
  startAdminApi,
  transports,
  type AdminApi,
} from './admin-api.ts';

const closing: (() => void)[] = [];
afterAll(async () => {
  for (const close of closing) close();
  await closeAll();
});

const { challenge = '' } = exchange('v26', 'login request, open');
const { body: decision = {} } = exchange('v26', 'accept login, open').request;
const file = (name: string) =>
  readFileSync(new URL(`./fixtures/tls/${name}.pem`, import.meta.url), 'utf8');
/** For hydra.example and 192.0.2.7, which no test can reach without a proxy. */
const far = { cert: file('far-cert'), key: file('far-key') };

/** A proxy that leads to this API, wherever it is asked to go. */
async function startProxy(api: AdminApi, { tls = false } = {}) {
  const asked: { line: string; authorization: string | undefined; host: string | undefined }[] = [];
  const sockets = new Set<Socket>();
  const note = ({ method, url, headers }: IncomingMessage) =>
    asked.push({
      line: `${method} ${url}`,
      authorization: headers['proxy-authorization'],
      host: headers.host,
    });
  const proxy = {
    url: '',
    asked,
    /** What it says to a wish for a tunnel in the place of opening one. */
    refusal: '',
    isDeaf: false,
    tunnels: () => sockets.size,
  };
  const server = tls ? https.createServer(certificate) : http.createServer();
  server.on('request', (req, res) => {
    note(req);
    const { pathname, search } = new URL(req.url ?? '');
    const { method, headers } = req;
    const onward = http.request(
      new URL(pathname + search, api.url),
      { method, headers },
      (answer) => {
        res.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(res);
      },
    );
    req.pipe(onward);
  });
  server.on('connect', (req: IncomingMessage, socket: Socket) => {
    note(req);
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    if (proxy.isDeaf) socket.resume().on('end', () => socket.end());
    else if (proxy.refusal) socket.end(proxy.refusal);
    else lead(socket);
  });
  function lead(socket: Socket): void {
    const onward = net.connect(Number(new URL(api.url).port), '127.0.0.1');
    onward.on('error', () => socket.destroy());
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    socket.pipe(onward).pipe(socket);
  }
  proxy.url = `${tls ? 'https' : 'http'}://127.0.0.1:${await listen(server)}`;
  closing.push(() => {
    server.close();
    server.closeAllConnections();
    for (const socket of sockets) socket.destroy();
  });
  return proxy;
}

describe.each(transports)('a proxy, used by %s,', (transport) => {
  test('passes on requests for an http server, with the whole address', async () => {
    const api = await startAdminApi(likeServer('v26'));
    const proxy = await startProxy(api);
    const url = 'http://hydra.example:4445/base';
    const by = { http: proxy.url.replace('//', '//us%40er:p%3Ass@'), https: 'http://127.0.0.1:1' };
    const hydra = createHydra(configFor({ url }, { transport, version: '26.2', proxy: by }));
    api.reply = (heard, ...rest) =>
      likeServer('v26')({ ...heard, path: heard.path.replace('/base', '') }, ...rest);
    await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
    await expect(hydra.login.accept(challenge, decision as never)).resolves.toMatch(/^https:/);
    const authorization = `Basic ${Buffer.from('us@er:p:ss').toString('base64')}`;
    const query = new URLSearchParams({ login_challenge: challenge }).toString();
    const path = '/base/admin/oauth2/auth/requests/login';
    expect(proxy.asked).toEqual([
      {
        line: `GET http://hydra.example:4445${path}?${query}`,
        authorization,
        host: 'hydra.example:4445',
      },
      {
        line: `PUT http://hydra.example:4445${path}/accept?${query}`,
        authorization,
        host: 'hydra.example:4445',
      },
    ]);
    await hydra.close();
  });

  test.each([
    ['http', 'hydra.example:4445', false],
    ['https', 'hydra.example', true],
    ['http', '192.0.2.7:4445', false],
  ])('(%s) opens a tunnel to %s', async (_scheme, server, tls) => {
    const api = await startAdminApi(likeServer('v26'), { tls: far });
    const proxy = await startProxy(api, { tls });
    const ca = `${far.cert}${certificate.cert}`;
    const by = { https: proxy.url.replace('//', '//user:secret@'), http: 'http://127.0.0.1:1' };
    const url = `https://${server}`;
    const hydra = createHydra(
      configFor({ url }, { transport, ca, proxy: by, token: 'a-token', version: '26.2' }),
    );
    for (let round = 0; round < 3; round++) {
      await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
    }
    await expect(hydra.login.accept(challenge, decision as never)).resolves.toMatch(/^https:/);
    const target = server.includes(':') ? server : `${server}:443`;
    const authorization = `Basic ${Buffer.from('user:secret').toString('base64')}`;
    // The connection stays, and the proxy sees nothing else. undici's pool may open a second one.
    expect(new Set(proxy.asked.map((one) => JSON.stringify(one)))).toEqual(
      new Set([JSON.stringify({ line: `CONNECT ${target}`, authorization, host: target })]),
    );
    expect(proxy.asked.length).toBeLessThanOrEqual(2);
    expect(api.heard).toHaveLength(4);
    for (const { headers } of api.heard) {
      expect(headers['proxy-authorization']).toBeUndefined();
      expect(headers.authorization).toBe('Bearer a-token');
      expect(headers.host).toBe(server);
    }
    await hydra.close();
  });

  test('does not make a certificate trusted', async () => {
    const api = await startAdminApi(likeServer('v26'), { tls: far });
    const proxy = await startProxy(api);
    const by = { https: proxy.url };
    const wary = createHydra(
      configFor({ url: 'https://hydra.example' }, { transport, proxy: by, version: '26.2' }),
    );
    await expect(wary.login.accept(challenge, decision as never)).rejects.toMatchObject({
      kind: 'down',
      mayBeDone: false,
    });
    const ca = far.cert;
    const elsewhere = { url: 'https://other.example' };
    const wrong = createHydra(configFor(elsewhere, { transport, proxy: by, ca, version: '26.2' }));
    await expect(wrong.login.get(challenge)).rejects.toMatchObject({ kind: 'down' });
    expect(api.heard).toEqual([]);
    await Promise.all([wary.close(), wrong.close()]);
  });

  test.each([
    ['407', 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'],
    [
      'an answer that looks like the server',
      'HTTP/1.1 410 Gone\r\n\r\n{"redirect_to":"https://evil.example/"}',
    ],
    ['an unknown challenge', 'HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n{"error":"x"}'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9\r\n\r\n'],
    ['nothing, and hangs up', ' '],
  ])('that refuses with %s is down', async (_what, refusal) => {
    const api = await startAdminApi(likeServer('v26'), { tls: far });
    const proxy = Object.assign(await startProxy(api), {});
    proxy.refusal = refusal;
    const hydra = createHydra(
      configFor(
        { url: 'https://hydra.example' },
        { transport, proxy: { https: proxy.url.replace('//', '//user:secret@') }, version: '26.2' },
      ),
    );
    const error = await hydra.login
      .accept(challenge, decision as never)
      .catch((fault: unknown) => fault);
    expect(error).toMatchObject({ kind: 'down', redirectTo: undefined });
    expect(String(error)).not.toMatch(/secret|evil|a-challenge/);
    expect(api.heard).toEqual([]);
    await hydra.close();
  });

  test('that says nothing is slow, and its connection is given up', async () => {
    const api = await startAdminApi(likeServer('v26'), { tls: far });
    const proxy = await startProxy(api);
    proxy.isDeaf = true;
    const by = { https: proxy.url };
    const hydra = createHydra(
      configFor({ url: 'https://hydra.example' }, { transport, proxy: by, version: '26.2' }),
    );
    await expect(hydra.login.accept(challenge, decision as never)).rejects.toMatchObject({
      kind: 'slow',
      mayBeDone: false,
    });
    while (proxy.tunnels() > 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await hydra.close();
  });

  test('that is not there is down', async () => {
    for (const url of ['http://hydra.example', 'https://hydra.example']) {
      const by = { http: 'http://127.0.0.1:1', https: 'http://127.0.0.1:1' };
      const hydra = createHydra(configFor({ url }, { transport, proxy: by, version: '26.2' }));
      await expect(hydra.login.get(challenge)).rejects.toMatchObject({ kind: 'down' });
      await hydra.close();
    }
  });

  test('is not asked for a server on this machine', async () => {
    const api = await startAdminApi(likeServer('v26'));
    const by = { http: 'http://127.0.0.1:1' };
    const hydra = createHydra(configFor(api, { transport, proxy: by }));
    await expect(hydra.login.get(challenge)).resolves.toMatchObject({ challenge });
    await hydra.close();
  });
});

describe('NO_PROXY', () => {
  const isDirect = (adminUrl: string, except: string) =>
    proxyOf({ adminUrl, proxy: { http: 'http://p:1', https: 'http://p:2', except } }) === undefined;

  test.each([
    ['http://hydra.example:4445', '*'],
    ['http://hydra.example:4445', 'hydra.example'],
    ['http://hydra.example:4445', 'HYDRA.example:4445'],
    ['https://hydra.example', 'hydra.example:443'],
    ['http://hydra.example', 'hydra.example:80'],
    ['http://a.hydra.example', 'hydra.example'],
    ['http://a.hydra.example', '.hydra.example'],
    ['http://a.hydra.example', '*.hydra.example'],
    ['http://hydra.example', 'other, hydra.example'],
    ['http://hydra.example', 'other  hydra.example'],
    ['http://10.1.2.3:4445', '10.1.2.3'],
    ['http://10.1.2.3:4445', '10.1.2.3:4445'],
    ['http://10.1.2.3:4445', '10.0.0.0/8'],
    ['http://[fd00::1]:4445', 'fd00::1'],
    ['http://[fd00::1]:4445', '[fd00::1]'],
    ['http://[fd00::1]:4445', '[fd00::1]:4445'],
    ['http://[fd00::1]:4445', 'fd00::/8'],
    ['http://localhost:4445', ''],
    ['http://127.0.0.1:4445', ''],
    ['http://127.9.9.9:4445', ''],
    ['http://[::1]:4445', ''],
    ['http://hydra.localhost:4445', ''],
  ])('for %s: %j means directly', (adminUrl, except) => {
    expect(isDirect(adminUrl, except)).toBe(true);
  });

  test.each([
    ['http://hydra.example:4445', ''],
    ['http://hydra.example:4445', 'hydra.example:4444'],
    ['http://hydra.example', 'hydra'],
    ['http://hydra.example', 'a.hydra.example'],
    ['http://myhydra.example', 'hydra.example'],
    ['http://10.1.2.3', '10.1.2'],
    ['http://10.1.2.3', '2.3'],
    ['http://10.1.2.3', '11.0.0.0/8'],
    ['http://10.1.2.3', '10.0.0.0/99'],
    ['http://10.1.2.3', 'x/8'],
    ['http://[fd00::1]', 'fe80::/10'],
    ['http://[fd00::1]', '10.0.0.0/8'],
    ['http://hydra.example', '10.0.0.0/8'],
    ['http://hydra.example', ':80'],
  ])('for %s: %j means by the proxy', (adminUrl, except) => {
    expect(isDirect(adminUrl, except)).toBe(false);
  });

  test('is for both, and each has its proxy', () => {
    const proxy = { http: 'http://p:1', https: 'http://p:2' };
    expect(proxyOf({ adminUrl: 'http://h', proxy })?.port).toBe('1');
    expect(proxyOf({ adminUrl: 'https://h', proxy })?.port).toBe('2');
    expect(proxyOf({ adminUrl: 'https://h', proxy: { http: 'http://p:1' } })).toBeUndefined();
    expect(proxyOf({ adminUrl: 'https://h' })).toBeUndefined();
  });
});

describe('the settings', () => {
  const read = (env: Record<string, string>) => {
    const { values, files } = readSettings(hydraSettings, { HYDRA_ADMIN_URL: 'http://h', ...env });
    return hydraConfigOf(values, files).proxy;
  };

  test('may be in capitals or not, as other programs take them', () => {
    const wanted = { https: 'http://p:1/', http: 'http://p:2/', except: 'a,b' };
    const capital = { HTTPS_PROXY: 'http://p:1', HTTP_PROXY: 'p:2', NO_PROXY: 'a,b' };
    expect(read(capital)).toMatchObject({ except: 'a,b' });
    const small = Object.entries(capital).map(([name, value]) => [name.toLowerCase(), value]);
    expect(read(Object.fromEntries(small))).toEqual(read(capital));
    const { https: byHttps = '', http: byHttp = '' } = read(capital);
    expect([new URL(byHttps).href, new URL(byHttp).href]).toEqual([wanted.https, wanted.http]);
  });

  test.each([
    'socks5://p:1080',
    'ftp://p',
    'http://p/path',
    'http://p?q',
    'http://us%er@p',
    'http://',
  ])('do not take %j, and do not show it', (value) => {
    expect(() => read({ https_proxy: value })).toThrow(
      'HTTPS_PROXY is a value that is not shown. It must be the http(s) address of a proxy.',
    );
  });
});
