import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createStoreSwitch } from '../support/store-switch.ts';
import { words } from '../support/words.ts';
import { createLifecycle } from '../../src/web/lifecycle.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const ask = (which: string) => app.browser().get(`/health/${which}`);

test('is alive without asking anybody', async () => {
  const page = await ask('alive');
  expect(page.status).toBe(200);
  expect(JSON.parse(page.html)).toEqual({ status: 'ok' });
  expect(page.setCookies).toEqual([]);
  expect(stub.calls).toEqual([]);
});

test('is ready without asking anybody', async () => {
  const page = await ask('ready');
  expect(page.status).toBe(200);
  expect(JSON.parse(page.html)).toEqual({ status: 'ok' });
  expect(page.setCookies).toEqual([]);
  expect(stub.calls).toEqual([]);
});

test('is ready while the OAuth2 server and the user store are away: its pages say so, and no others would', async () => {
  const store = createStoreSwitch();
  const own = await startApp(stub, {}, { change: (parts) => store.change(parts) });
  store.goAway();
  await stub.goDown();
  for (const which of ['alive', 'ready']) {
    expect((await own.browser().get(`/health/${which}`)).status).toBe(200);
  }
  const page = await own.browser().get('/login?login_challenge=c');
  expect([page.status, page.heading]).toEqual([502, words('error.oauth2_server_down.title')]);
  await stub.comeBack();
  await own.close();
});

test('is alive but not ready once it is told to stop, and serves pages all the same', async () => {
  const own = await startApp(stub);
  own.parts.lifecycle.end();
  const ready = await own.browser().get('/health/ready');
  expect([ready.status, JSON.parse(ready.html)]).toEqual([503, { status: 'stopping' }]);
  expect((await own.browser().get('/health/alive')).status).toBe(200);
  expect((await own.browser().get('/')).status).toBe(200);
  own.parts.lifecycle.begin(); // too late
  expect((await own.browser().get('/health/ready')).status).toBe(503);
  await own.close();
});

test('is not ready before the port is open', () => {
  const lifecycle = createLifecycle();
  expect(lifecycle.readiness()).toEqual({ isReady: false, status: 'starting' });
  lifecycle.begin();
  expect(lifecycle.readiness()).toEqual({ isReady: true, status: 'ok' });
});

test('writes no line at `info`, but at `debug`', async () => {
  const own = await startApp(stub, { LOG_LEVEL: 'debug' });
  const lines = () => own.logs.filter(({ msg }) => msg === 'request');
  for (const which of ['alive', 'ready']) await own.browser().get(`/health/${which}`);
  expect(lines().map(({ level }) => level)).toEqual([20, 20]);
  own.logs.length = 0;
  for (const path of ['/health', '/health/other']) await own.browser().get(path);
  expect(lines().map(({ level }) => level)).toEqual([30, 30]);
  await own.close();
});

test('works, starts and serves pages while the OAuth2 server is not there yet', async () => {
  await stub.goDown();
  const early = await startApp(stub);
  expect((await early.browser().get('/')).status).toBe(200);
  expect((await early.browser().get('/login?login_challenge=c')).status).toBe(502);
  await stub.comeBack();
  stub.login('c');
  expect((await early.browser().get('/login?login_challenge=c')).status).toBe(200);
  await early.close();
});
