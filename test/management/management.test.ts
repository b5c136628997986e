import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SettingsError } from '@portico/settings';
import { createAnswers } from '../../src/management/answers.ts';
import { isAskedRightly } from '../../src/management/asked-host.ts';
import { startManagement } from '../../src/management/management.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import { startInstance } from '../support/instance.ts';
import { readMetrics } from '../support/metrics.ts';
import { until } from '../support/until.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { MANAGEMENT_PORT: '0' });
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const ask = (path: string, init: RequestInit = {}) => fetch(`${app.managementUrl}${path}`, init);

describe('the management port', () => {
  test('is another one than that of the screens, and each has nothing of the other', async () => {
    expect(app.managementUrl).not.toBe(new URL(app.url).origin);
    expect((await ask('/login')).status).toBe(404);
    for (const path of ['/metrics', '/version', '/health/dependencies']) {
      // oxlint-disable-next-line no-await-in-loop
      expect((await app.browser().get(path)).status).toBe(404);
    }
  });

  test('can only be read', async () => {
    const paths = [
      '/metrics',
      '/version',
      '/health/alive',
      '/health/ready',
      '/health/dependencies',
    ];
    for (const path of paths) {
      // oxlint-disable no-await-in-loop -- one after the other
      const posted = await ask(path, { method: 'POST', body: 'x' });
      expect([path, posted.status, posted.headers.get('allow')]).toEqual([path, 405, 'GET, HEAD']);
      const head = await ask(path, { method: 'HEAD' });
      expect([path, head.status, await head.text()]).toEqual([path, 200, '']);
      expect(head.headers.get('cache-control')).toBe('no-store');
      // oxlint-enable no-await-in-loop
    }
  });

  test('answers all else with a 404 in JSON', async () => {
    for (const path of ['/', '/metrics/', '/__proto__', '/constructor', '/Version', '//x']) {
      // oxlint-disable-next-line no-await-in-loop
      const answer = await ask(path);
      expect([path, answer.status]).toEqual([path, 404]);
      // oxlint-disable-next-line no-await-in-loop
      expect(await answer.json()).toEqual({ error: 'there is nothing here' });
    }
  });

  test('says which Portico it is, and which settings it has, without any of them', async () => {
    const text = await (await ask('/version')).text();
    const { settings, secrets, ...about } = JSON.parse(text) as Record<string, object>;
    expect(about).toEqual({
      name: 'portico',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      commit: null,
      node: process.version,
      instance: expect.stringMatching(/.-[\da-f]{4}$/),
      startedAt: expect.stringMatching(/^\d{4}-.+Z$/),
    });
    expect(settings).toHaveProperty('BASE_URL', expect.stringMatching(/^[\da-f]{12}$/));
    expect(settings).not.toHaveProperty('PORT');
    expect(secrets).toHaveProperty('COOKIE_SECRET', [expect.stringMatching(/^[\da-f]{12}$/)]);
    for (const value of [cookieSecret, stub.url, app.publicUrl]) expect(text).not.toContain(value);
  });

  test('tells nothing to a web page that gives 127.0.0.1 a name of its own', async () => {
    const { port } = new URL(app.managementUrl);
    const statusFor = async (host: string) => {
      const asked = get({ host: '127.0.0.1', port, path: '/version', headers: { host } });
      const [answer] = (await once(asked, 'response')) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    const own = ['127.0.0.1', `LocalHost:${port}`, `[::1]:${port}`, 'portico.localhost', 'portico'];
    const others = ['evil.example', `127.0.0.1.evil.example:${port}`, 'localhost.evil.example.'];
    for (const host of own) expect([host, await statusFor(host)]).toEqual([host, 200]); // oxlint-disable-line no-await-in-loop
    for (const host of others) expect([host, await statusFor(host)]).toEqual([host, 421]); // oxlint-disable-line no-await-in-loop
    expect(isAskedRightly(undefined, 'pods.example.org:9464')).toBe(true);
    expect(isAskedRightly('10.0.0.7', 'pods.example.org')).toBe(true);
  });

  test('answers many requests in one packet out of one piece of memory', async () => {
    const sent = new Set<unknown>();
    const { listener } = createAnswers({
      metrics: { contentType: 'text/plain', text: async () => 'x 1\n'.repeat(10_000) },
      fingerprint: app.parts.config.fingerprint,
      instanceId: 'one',
      host: undefined,
    });
    const server = createServer((req, res) => {
      const end = res.end.bind(res) as (body: unknown) => typeof res;
      res.end = ((body: unknown) => (sent.add(body), end(body))) as typeof res.end;
      listener(req, res);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    const plain = 'GET /metrics HTTP/1.1\r\nHost: a\r\n';
    socket.write(`${plain}\r\n`.repeat(100) + `${plain}Accept-Encoding: gzip\r\n\r\n`.repeat(99));
    socket.write(`${plain}Connection: close\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');
    expect(sent.size).toBe(2);
    server.close();
  });

  test('is ready when the app is, and says so while it drains', async () => {
    const lone = await startApp(stub, { MANAGEMENT_PORT: '0' });
    const ready = async () => {
      const answer = await fetch(`${lone.managementUrl}/health/ready`);
      return [answer.status, await answer.json()];
    };
    expect(await ready()).toEqual([200, { status: 'ok' }]);
    expect((await readMetrics(lone.managementUrl)).sum('portico_draining')).toBe(0);
    lone.parts.lifecycle.end();
    expect(await ready()).toEqual([503, { status: 'stopping' }]);
    expect((await readMetrics(lone.managementUrl)).sum('portico_draining')).toBe(1);
    await lone.close();
  });

  test('answers before there is an app: it runs, and is not ready', async () => {
    const early = await startManagement(app.parts.config, { port: 0, host: '127.0.0.1' });
    const statusOf = async (path: string) =>
      (await fetch(`http://127.0.0.1:${early.port}${path}`)).status;
    expect(await statusOf('/health/alive')).toBe(200);
    expect(await statusOf('/version')).toBe(200);
    expect(await statusOf('/metrics')).toBe(200);
    expect(await statusOf('/health/ready')).toBe(503);
    expect(await statusOf('/health/dependencies')).toBe(503);
    await early.close();
  });

  test('names its own settings when it cannot listen', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const taken = startManagement(app.parts.config, { port, host: '127.0.0.1' });
    await expect(taken).rejects.toThrow(
      new SettingsError([`MANAGEMENT_PORT is ${port}, where another program listens already.`]),
    );
    other.close();
    const nowhere = startManagement(app.parts.config, { port: 0, host: '192.0.2.1' });
    await expect(nowhere).rejects.toThrow(/MANAGEMENT_HOST is "192\.0\.2\.1"/);
  });
});

test('the management port is open while an instance drains, and ends with it', async () => {
  const instance = await startInstance({
    BASE_URL: 'http://127.0.0.1:3000',
    HYDRA_ADMIN_URL: stub.url,
    COOKIE_SECRET: cookieSecret,
    USERS_FILE: app.parts.config.identity.settings['USERS_FILE'] as string,
    MANAGEMENT_PORT: '0',
    DRAIN_SECONDS: '300',
  });
  const [, port] = /"management":(\d+)/.exec(instance.out()) ?? [];
  const url = `http://127.0.0.1:${port}`;
  expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  instance.signal('SIGTERM');
  await until(async () => (await fetch(`${url}/health/ready`)).status === 503);
  expect((await readMetrics(url)).sum('portico_draining')).toBe(1);
  // The next signal ends the drain, when it is not a part of the first one.
  await until(() => {
    instance.signal('SIGTERM');
    return !instance.isRunning();
  });
  await expect(fetch(`${url}/health/ready`)).rejects.toThrow();
}, 120_000);

describe('dependencies', () => {
  const dependencies = async (of = app) => {
    const answer = await fetch(`${of.managementUrl}/health/dependencies`);
    return [answer.status, await answer.json()];
  };
  const about = (status: string) => ({
    status,
    since: expect.any(String),
    checkedAt: expect.any(String),
    milliseconds: expect.any(Number),
  });

  test('are told one by one, and in the metrics', async () => {
    const lone = await startApp(stub, { MANAGEMENT_PORT: '0' });
    const up = { hydra: about('up'), user_store: about('up') };
    expect(await dependencies(lone)).toEqual([200, { status: 'up', dependencies: up }]);
    const metrics = await readMetrics(lone.managementUrl);
    expect(metrics.sum('portico_dependency_up', { dependency: 'hydra' })).toBe(1);
    expect(metrics.sum('portico_dependency_up', { dependency: 'user_store' })).toBe(1);
    await lone.close();
  });

  test('that are down make it a 503, and the instance stays ready', async () => {
    stub.answer('server.ready', (_call, res) => res.writeHead(503).end('{}'));
    const lone = await startApp(stub, { MANAGEMENT_PORT: '0' });
    const down = { hydra: about('down'), user_store: about('up') };
    expect(await dependencies(lone)).toEqual([503, { status: 'down', dependencies: down }]);
    expect((await fetch(`${lone.managementUrl}/health/ready`)).status).toBe(200);
    stub.usually();
    await lone.close();
  });

  test('have a name for each of several user stores', async () => {
    const nobody = 'http://127.0.0.1:1';
    const lone = await startApp(stub, {
      MANAGEMENT_PORT: '0',
      IDENTITY: 'file,http',
      PEOPLE_API_URL: nobody,
      PEOPLE_API_TOKEN: 'token',
    });
    const stores = { user_store_file: about('up'), user_store_http: about('down') };
    const all = { hydra: about('up'), ...stores };
    expect(await dependencies(lone)).toEqual([503, { status: 'down', dependencies: all }]);
    await lone.close();
  });

  test('are not asked more often when many ask', async () => {
    const lone = await startApp(stub, { MANAGEMENT_PORT: '0' });
    stub.calls.length = 0;
    const asking = Array.from({ length: 40 }, () => dependencies(lone));
    const reading = Array.from({ length: 10 }, () => readMetrics(lone.managementUrl));
    await Promise.all([...asking, ...reading]);
    // Once a second: a busy machine takes some for this.
    expect(stub.sent('server.ready').length).toBeLessThan(10);
    await lone.close();
  });
});
