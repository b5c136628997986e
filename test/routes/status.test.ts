import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createStoreSwitch } from '../support/store-switch.ts';

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

test('is ready when the OAuth2 server is, and asks it each time', async () => {
  for (let i = 0; i < 2; i++) {
    const page = await ask('ready');
    expect(page.status).toBe(200);
    expect(JSON.parse(page.html)).toEqual({ status: 'ok' });
    expect(page.setCookies).toEqual([]);
  }
  expect(stub.calls.map(({ operation }) => operation)).toEqual(['server.ready', 'server.ready']);
});

test('is alive but not ready while the OAuth2 server is not there, and ready again with it', async () => {
  await stub.goDown();
  const page = await ask('ready');
  expect(page.status).toBe(503);
  expect(page.setCookies).toEqual([]);
  expect(page.html).not.toContain('127.0.0.1');
  expect((await ask('alive')).status).toBe(200);
  await stub.comeBack();
  expect((await ask('ready')).status).toBe(200);
});

test('is alive but not ready while the user store cannot be asked, and says what is away', async () => {
  const store = createStoreSwitch();
  const own = await startApp(stub, {}, { change: (parts) => store.change(parts) });
  const tell = async () => {
    const page = await own.browser().get('/health/ready');
    return [page.status, JSON.parse(page.html)] as const;
  };
  const storeAway = 'the user store does not answer';
  const serverAway = 'the OAuth2 server does not answer';
  store.goAway();
  expect(await tell()).toEqual([503, { status: storeAway }]);
  expect((await own.browser().get('/health/alive')).status).toBe(200);
  await stub.goDown();
  expect(await tell()).toEqual([503, { status: `${serverAway}, ${storeAway}` }]);
  store.comeBack();
  expect(await tell()).toEqual([503, { status: serverAway }]);
  await stub.comeBack();
  expect(await tell()).toEqual([200, { status: 'ok' }]);
  await own.close();
});

test.each([
  ['says 503', 503, '{"errors":{"database":"down"}}'],
  ['has a page of its own', 200, '<html>'],
  ['answers nothing', 204, undefined],
])('is not ready when the OAuth2 server %s', async (_what, status, body) => {
  stub.answer('server.ready', (_call, res) => res.writeHead(status).end(body));
  expect((await ask('ready')).status).toBe(503);
});

test('does not wait for an OAuth2 server that never answers', async () => {
  stub.answer('server.ready', () => {});
  const start = performance.now();
  expect((await ask('ready')).status).toBe(503);
  // far below the 5 seconds that a person is made to wait
  expect(performance.now() - start).toBeLessThan(4_000);
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
