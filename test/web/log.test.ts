import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { LogLine } from '../support/serve-app.ts';
import { control } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';

let stub: AdminStub;
/** Says all that it can say. */
let app: TestApp;
const token = 'the-token-for-the-admin-api';
const [debug, info] = [20, 30];

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { LOG_LEVEL: 'trace', HYDRA_ADMIN_TOKEN: token });
});
beforeEach(() => {
  stub.reset();
  app.logs.length = 0;
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

const lines = (msg: string): LogLine[] => app.logs.filter((line) => line.msg === msg);

test('one line tells of each request, with its id and without its query', async () => {
  const { challenge, address } = openAt(stub, screens[0]!, 'secret');
  await app.browser().get(address);
  expect(lines('request')).toEqual([
    {
      level: info,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ...app.parts.config.writer,
      request: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
      method: 'GET',
      path: '/login',
      status: 200,
      ms: expect.any(Number),
      msg: 'request',
    },
  ]);
  expect(JSON.stringify(app.logs)).not.toContain(challenge);
});

test.each([
  ['/login%3Flogin_challenge=CHALLENGE', '/login'],
  ['/login%3flogin_challenge%3dCHALLENGE', '/login'],
  ['/login&login_challenge=CHALLENGE', '/login'],
  ['/login;login_challenge=CHALLENGE?x', '/login'],
  ['/login_challenge=CHALLENGE', '/login_challenge'],
  ['/login/CHALLENGE/x', '/login/…/x'],
  [`/a${'/b'.repeat(200)}`, `/a${'/b'.repeat(8)}`],
])('the path of a mangled link is logged without a challenge: %s', async (address, path) => {
  const challenge = '0123456789abcdef0123456789abcdef';
  await app.browser().get(address.replace('CHALLENGE', challenge));
  expect(lines('request').map((line) => line['path'])).toEqual([path]);
  expect(JSON.stringify(app.logs)).not.toContain(challenge);
});

test('a debug line tells of each call of the admin API, under the id of the request', async () => {
  const { address } = openAt(stub, screens[0]!);
  await app.browser().get(address);
  const call = lines('admin call').find(({ operation }) => operation === 'login.get');
  expect(call).toMatchObject({ level: debug, method: 'GET', status: 200, ms: expect.any(Number) });
  expect(call?.['request']).toBe(lines('request')[0]?.['request']);
  stub.answer('login.get', (_call, res) => res.writeHead(500).end());
  await app.browser().get(address);
  expect(lines('admin call').at(-1)).toMatchObject({ status: 500, kind: 'down' });
  expect(lines('cannot answer')).toEqual([
    expect.objectContaining({ level: 40, code: 'oauth2_server_down' }),
  ]);
});

test('no line holds a challenge, a password, a token, a verifier or a cookie', async () => {
  const browser = app.browser();
  const secrets = new Set<string>([token, foosLogin.password, 'sesame']);
  for (const screen of screens) {
    const { challenge, address } = openAt(stub, screen, 'secret');
    secrets.add(challenge).add(encodeURIComponent(challenge));
    const form = await browser.get(address);
    secrets.add(control(form, '_csrf')!.value);
    const { path, field, yes, no } = screen;
    if (screen.name === 'login') {
      await browser.submit(form, { fill: { email: 'foo@bar.com', password: 'sesame' } });
    }
    await browser.submit(form, { ...yes, forge: { _csrf: 'broken' } });
    await browser.submit(form, { ...yes, add: [['decision', 'maybe']] });
    const done = await browser.submit(form, yes);
    secrets.add(/_verifier=([^&]+)/.exec(done.leadsTo!)![1]!);
    await browser.submit(form, no);
    await browser.get(address);
    const old = stub[screen.name](newChallenge('secret'));
    secrets.add(old).add(encodeURIComponent(old));
    stub.set(old, 'expired');
    await browser.get(addressOf(path, field, old));
    for (const bad of ['<html>', '{"redirect_to":"javascript:sesame"}', '{']) {
      stub.answer(`${screen.name}.get`, (_call, res) => res.end(bad));
      await browser.get(addressOf(path, field, old));
    }
    // some servers repeat in their words what they were asked for
    stub.answer(`${screen.name}.get`, (call, res) => {
      const error_description = `no ${call.challenge} for ${call.headers.authorization}`;
      res.writeHead(404).end(JSON.stringify({ error: 'Not Found', error_description }));
    });
    await browser.get(addressOf(path, field, old));
    stub.usually();
  }
  const device = stub.device(newChallenge('secret'), 'deviceCode7');
  const form = await browser.get(addressOf('/device/verify', 'device_challenge', device));
  await browser.submit(form, { fill: { code: 'wrongCode7' } });
  await browser.submit(form, { fill: { code: 'deviceCode7' } });
  await browser.get('/error?error=sesame&error_description=sesame');
  secrets.add(device).add('deviceCode7').add('wrongCode7');
  for (const cookie of Object.values(browser.cookies())) {
    const value = /=([^;]+)/.exec(cookie)![1]!;
    secrets.add(value).add(decodeURIComponent(value));
  }
  const written = app.logs.map((line) => JSON.stringify(line));
  expect(written.length).toBeGreaterThan(60);
  const leaks = written.filter((line) => [...secrets].some((secret) => line.includes(secret)));
  expect(leaks).toEqual([]);
  expect(written.filter((line) => line.includes('?'))).toEqual([]);
});

test('nothing is written at a quiet level, and little at the usual one', async () => {
  const quiet = await startApp(stub, { LOG_LEVEL: 'error' });
  const usual = await startApp(stub, { LOG_LEVEL: 'info' });
  for (const one of [quiet, usual]) await one.browser().get(openAt(stub, screens[0]!).address);
  expect(quiet.logs).toEqual([]);
  expect(usual.logs.map(({ msg }) => msg)).toEqual(['request']);
  await Promise.all([quiet.close(), usual.close()]);
});

test('a browser that leaves before its answer is noted', async () => {
  const { address } = openAt(stub, screens[0]!);
  const leaving = new AbortController();
  const asked = new Promise<void>((resolve) => {
    stub.answer('login.get', (_call, _res, usual) => {
      resolve();
      setTimeout(usual, 50);
    });
  });
  const gone = fetch(app.url + address, { signal: leaving.signal }).catch(() => undefined);
  await asked;
  leaving.abort();
  await gone;
  while (lines('request').length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(lines('request')[0]).toMatchObject({ path: '/login', end: 'gone' });
});

describe('the id of a request', () => {
  test('comes from a trusted proxy, when it is one', async () => {
    const own = await startApp(stub, { LOG_LEVEL: 'info', TRUST_PROXY: 'loopback' });
    const given = ['a'.repeat(64), 'req:1.2-x_Y', 'a'.repeat(65), 'a b', '<b>', 'ü', ''];
    for (const id of given) {
      await own.browser({ 'X-Request-Id': encodeURI(id) === id ? id : 'a b' }).get('/');
    }
    const ids = own.logs.map((line) => line['request']);
    expect(ids.slice(0, 2)).toEqual(given.slice(0, 2));
    for (const id of ids.slice(2)) expect(id).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    await own.close();
  });

  test('is our own when nobody is trusted', async () => {
    await app.browser({ 'X-Request-Id': 'given' }).get('/');
    expect(lines('request')[0]?.['request']).not.toBe('given');
  });

  test('stands on pages where help may be asked, the same as in the log', async () => {
    const page = await app.browser().get('/login?login_challenge=unknown');
    expect(page.text).toContain(String(lines('request')[0]?.['request']));
  });
});
