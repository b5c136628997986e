/** What the public address rules: links, cookies, static files, https. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, request as httpsRequest, type Server } from 'node:https';
import { request as forward } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import { fieldsOf } from '../support/browser.ts';
import { link } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let proxy: Server | undefined;
beforeAll(async () => {
  stub = await startAdminStub();
});
beforeEach(() => stub.reset());
afterAll(async () => {
  proxy?.close();
  proxy?.closeAllConnections();
  await stub.close();
});

describe('with a path in its address, the app', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(stub, { BASE_URL: 'http://127.0.0.1:{port}/auth/' });
  });
  afterAll(() => app.close());

  test('lives below it, and nowhere else', async () => {
    expect(app.publicUrl).toMatch(/\/auth$/);
    const browser = app.browser();
    for (const path of ['/auth/', '/auth', '/auth/logged-out', '/auth/health/alive']) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 200]);
    }
    for (const path of ['/', '/login', '/logged-out', '/health/alive', '/authx', '/auth/auth']) {
      const page = await browser.get(path);
      expect([path, page.status]).toEqual([path, 404]);
      expect(link(page, words('button.start_page'))?.href).toBe('/auth/');
    }
    expect((await browser.get('/auth/oauth2/device/success')).status).toBe(200);
  });

  test.each(screens)('has forms, links, files and cookies of $name below it', async (screen) => {
    const browser = app.browser();
    const challenge = stub[screen.name](newChallenge());
    const page = await browser.get(addressOf(`/auth${screen.path}`, screen.field, challenge));
    expect(page.forms.map(({ action }) => action)).toEqual([`/auth${screen.path}`]);
    const own = page.links.map(({ href }) => href).filter((href) => href.startsWith('/'));
    for (const href of own) expect(href).toMatch(/^\/auth\//);
    const files = [...page.html.matchAll(/href="([^"]*\/static\/[^"]*)"/g)].map(
      ([, path]) => path!,
    );
    for (const file of files) {
      expect(file).toMatch(/^\/auth\/static\//);
      expect((await browser.get(file)).status).toBe(200);
    }
    expect(page.setCookies).toEqual([
      expect.stringMatching(/^portico_csrf-\d+_auth=[^;]+; Path=\/auth; HttpOnly; SameSite=Lax$/),
    ]);
    const done = await browser.submit(page, screen.yes);
    expect(done.leadsTo).toContain('_verifier=');
    for (const line of done.setCookies) expect(line).toContain('; Path=/auth');
  });

  test('keeps its own addresses below it after an answer, too', async () => {
    const browser = app.browser();
    const device = stub.consent(newChallenge(), stub.inDeviceFlow);
    const form = await browser.get(addressOf('/auth/consent', 'consent_challenge', device));
    const denied = await browser.submit(form, { press: 'reject' });
    expect(denied.leadsTo).toBe('/auth/device/stopped');
    const logout = stub.logout(newChallenge());
    const address = addressOf('/auth/logout', 'logout_challenge', logout);
    await browser.submit(await browser.get(address), { press: 'reject' });
    const again = await browser.get(address);
    expect(again.leadsTo).toBe('/auth/logout/stayed');
    const bad = await browser.get('/auth/error?error=request_forbidden');
    expect(link(bad, words('button.start_page'))?.href).toBe('/auth/');
  });

  test('leads to the same page once more when the server is down', async () => {
    const address = addressOf('/auth/login', 'login_challenge', stub.login(newChallenge()));
    stub.answer('login.get', (_call, res) => res.writeHead(500).end());
    const page = await app.browser().get(address);
    expect(link(page, words('button.try_again'))?.href).toBe(address);
  });
});

describe('with an https address behind a proxy, the app', () => {
  let app: TestApp;
  const proxied = { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '198.51.100.7' };
  beforeAll(async () => {
    const env = { BASE_URL: 'https://login.example.org/auth', TRUST_PROXY: 'loopback' };
    app = await startApp(stub, env);
  });
  afterAll(() => app.close());

  test('asks browsers to stay with https', async () => {
    for (const path of ['/auth/', '/auth/nowhere', '/auth/health/alive']) {
      const { headers } = await app.browser(proxied).get(path);
      expect(headers['strict-transport-security']).toBe('max-age=31536000');
      expect(headers['content-security-policy']).toContain('upgrade-insecure-requests');
    }
  });

  test.each([
    ['told by the proxy', proxied],
    ['even when the proxy does not tell', {}],
  ])('sets secure cookies for the host alone, marked by its path, %s', async (_how, headers) => {
    const browser = app.browser(headers);
    const login = stub.login(newChallenge());
    const form = await browser.get(addressOf('/auth/login', 'login_challenge', login));
    const done = await browser.submit(form, { fill: foosLogin });
    const picked = await browser.get('/auth/?lang=en');
    const lines = [...form.setCookies, ...done.setCookies, ...picked.setCookies];
    const names = new Set(lines.map((line) => line.replace(/=.*/, '')));
    expect([...names].toSorted()).toEqual([
      '__Host-portico_csrf_auth',
      '__Host-portico_known_auth',
      '__Host-portico_lang_auth',
      '__Host-portico_session_auth',
    ]);
    for (const line of lines) {
      expect(line).toMatch(/; Path=\/;/);
      expect(line).toMatch(/; HttpOnly; Secure; SameSite=Lax$/);
      expect(line).not.toContain('Domain');
    }
    expect(picked.text).toContain('foo@bar.com');
  });

  test('takes forms of its public address only', async () => {
    const browser = app.browser(proxied);
    const form = await browser.get(
      addressOf('/auth/consent', 'consent_challenge', stub.consent(newChallenge())),
    );
    const body = new URLSearchParams(fieldsOf(form.forms[0]!, { press: 'accept' })).toString();
    for (const Origin of ['http://login.example.org', 'https://example.org', app.url]) {
      const page = await browser.send('post', '/auth/consent', { headers: { Origin }, body });
      expect(page.status).toBe(403);
    }
    expect(stub.sent()).toEqual([]);
    expect((await browser.submit(form, { press: 'accept' })).status).toBe(303);
  });

  test('believes no host that came along with a request', async () => {
    const login = addressOf('/auth/login', 'login_challenge', stub.login(newChallenge()));
    const headers = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' };
    for (const path of ['/auth/', '/auth/nowhere', login]) {
      const page = await app.browser({ ...proxied, ...headers }).get(path);
      expect(page.html).not.toContain('evil.example');
    }
  });
});

test('with an https address, everything works through a real proxy', async () => {
  const pem = (name: string) =>
    readFileSync(`packages/hydra-admin/test/fixtures/tls/${name}.pem`, 'utf8');
  let backend = '';
  proxy = createServer({ key: pem('key'), cert: pem('cert') }, (req, res) => {
    const { method, headers } = req;
    const also = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '198.51.100.9' };
    const onward = forward(backend + req.url, { method, headers: { ...headers, ...also } }, (r) => {
      res.writeHead(r.statusCode!, r.headers);
      r.pipe(res);
    });
    req.pipe(onward);
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const publicUrl = `https://localhost:${(proxy.address() as AddressInfo).port}`;
  const app = await startApp(stub, { BASE_URL: publicUrl, TRUST_PROXY: 'loopback' });
  backend = app.url;
  const jar = new Map<string, string>();

  function send(path: string, method = 'GET', more: Record<string, string> = {}, body?: string) {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const options = { method, headers: { ...more, cookie }, rejectUnauthorized: false };
    const target = new URL(path, publicUrl.replace('localhost', '127.0.0.1'));
    return new Promise<{ status: number; location: string | undefined; html: string }>(
      (resolve, reject) => {
        httpsRequest(target, options, (res) => {
          for (const line of res.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
            expect(line).toContain('Secure');
            jar.set(name!, value!);
          }
          let html = '';
          res.setEncoding('utf8').on('data', (chunk) => (html += chunk));
          res.on('end', () =>
            resolve({ status: res.statusCode!, location: res.headers.location, html }),
          );
        })
          .on('error', reject)
          .end(body);
      },
    );
  }

  const login = stub.login(newChallenge());
  const form = await send(addressOf('/login', 'login_challenge', login));
  expect(form.status).toBe(200);
  const [, token] = /name="_csrf" value="([^"]+)"/.exec(form.html)!;
  const [, sealed] = /name="sealed" value="([^"]+)"/.exec(form.html)!;
  const hidden = { _csrf: token!, sealed: sealed!, login_challenge: login };
  const fields = { ...hidden, decision: 'accept', ...foosLogin };
  const type = 'application/x-www-form-urlencoded';
  const headers = { origin: publicUrl, accept: 'text/html', 'content-type': type };
  const body = new URLSearchParams(fields).toString();
  const done = await send('/login', 'POST', headers, body);
  expect(done.status).toBe(303);
  expect(done.location).toContain('login_verifier=');
  expect([...jar.keys()].toSorted()).toEqual([
    app.cookie('csrf'),
    app.cookie('known'),
    app.cookie('session'),
  ]);
  expect(app.cookie('csrf')).toMatch(/^__Host-portico_csrf-\d+$/);
  const start = await send('/');
  expect(start.html).toContain('value="sign_out"');
  await app.close();
});

describe('a secret for cookies', () => {
  test('may be followed by a new one, while the old still verifies', async () => {
    const before = await startApp(stub);
    const browser = before.browser();
    const address = addressOf('/consent', 'consent_challenge', stub.consent(newChallenge()));
    const form = await browser.get(address);
    await before.close();
    const secrets = `a-new-secret-of-the-tests-0123456789abcdef, ${cookieSecret}`;
    const { host } = new URL(before.url);
    const after = await startApp(stub, { COOKIE_SECRET: secrets, BASE_URL: `http://${host}` });
    const cookie = Object.values(browser.cookies())
      .map((line) => line.split(';')[0])
      .join('; ');
    const done = await after.browser({ Cookie: cookie }).submit(form, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
    await after.close();
  });

  test('that is another one verifies nothing', async () => {
    const before = await startApp(stub);
    const browser = before.browser();
    const address = addressOf('/consent', 'consent_challenge', stub.consent(newChallenge()));
    const form = await browser.get(address);
    await before.close();
    const { host } = new URL(before.url);
    const other = { COOKIE_SECRET: 'x'.repeat(32), BASE_URL: `http://${host}` };
    const after = await startApp(stub, other);
    const [cookie] = browser.cookies()[before.cookie('csrf')]!.split(';');
    const page = await after.browser({ Cookie: cookie! }).submit(form, { press: 'accept' });
    expect(page.status).toBe(403);
    expect(page.text).toContain(words('form.expired.title'));
    expect(page.text).not.toContain(words('error.cookies_blocked.title'));
    expect(stub.sent()).toEqual([]);
    await after.close();
  });

  test.each(screens)(
    'that is another one after a restart costs one more press on $name',
    async (screen) => {
      const before = await startApp(stub);
      const { address } = openAt(stub, screen);
      const browser = before.browser();
      const form = await browser.get(address);
      await before.close();
      const { port } = new URL(before.url);
      const own = { COOKIE_SECRET: 'y'.repeat(32), BASE_URL: `http://127.0.0.1:${port}` };
      const after = await startApp(stub, own);
      const same = after.browser();
      const [cookie] = browser.cookies()[before.cookie('csrf')]!.split(';');
      same.setCookie(before.cookie('csrf'), cookie!.slice(cookie!.indexOf('=') + 1));
      const again = await same.submit(form, screen.yes);
      expect([again.status, again.text.includes(words('form.expired.title'))]).toEqual([403, true]);
      const done = await same.submit(again, screen.yes);
      expect([done.status, done.leadsTo]).toEqual([303, expect.stringContaining('_verifier=')]);
      await after.close();
    },
  );
});

test('two apps on two ports of a host keep their cookies apart', async () => {
  const [one, other] = [
    await startApp(stub),
    await startApp(stub, { COOKIE_SECRET: 'z'.repeat(32) }),
  ];
  const [login] = screens;
  const first = one.browser();
  const form = await first.get(openAt(stub, login!).address);
  const cookieOf = (app: TestApp, line: string) =>
    [app.cookie('csrf'), /=([^;]+)/.exec(line)![1]!] as const;
  const page = await other.browser().get(openAt(stub, login!).address);
  first.setCookie(...cookieOf(other, page.setCookies[0]!));
  const done = await first.submit(form, login!.yes);
  expect(done.leadsTo).toContain('login_verifier=');
  expect(other.cookie('csrf')).not.toBe(one.cookie('csrf'));
  await Promise.all([one.close(), other.close()]);
});

test.each([
  ['https://example.org', '__Host-portico_csrf'],
  ['https://example.org:443', '__Host-portico_csrf'],
  ['https://example.org:8443/auth', '__Host-portico_csrf-8443_auth'],
  ['http://localhost', 'portico_csrf'],
  ['http://localhost:80/auth', 'portico_csrf_auth'],
  ['http://localhost:3000', 'portico_csrf-3000'],
])('the cookies of %s are called %s', async (BASE_URL, name) => {
  const own = await startApp(stub, { BASE_URL, TRUST_PROXY: 'false' });
  expect(own.cookie('csrf')).toBe(name);
  await own.close();
});

test.each([
  '/a+b',
  '/(a)',
  '/a(b',
  '/a)b',
  '/[a]',
  '/a?b'.replace('?', '%3F'),
  '/a!',
  '/a:b',
  '/:a',
  '/*',
  '/*a',
  '/a*',
  '/{a}',
  '/a.b',
  '/a$b^|',
  "/a'b",
  '/a@b,c=d&e',
  '/ä b',
])('a path such as %s means itself', async (path) => {
  const own = await startApp(stub, { BASE_URL: `http://127.0.0.1:{port}${path}` });
  const browser = own.browser();
  const base = new URL(own.publicUrl).pathname;
  const [login] = screens;
  const challenge = stub.login(newChallenge());
  const form = await browser.get(addressOf(`${base}/login`, 'login_challenge', challenge));
  expect([form.status, form.forms.map(({ action }) => action)]).toEqual([200, [`${base}/login`]]);
  const [, style = ''] = /<link rel="stylesheet" href="([^"]+)"/.exec(form.html)!;
  const sheet = style.replaceAll('&#39;', "'").replaceAll('&amp;', '&');
  expect((await browser.get(sheet)).headers['content-type']).toBe('text/css; charset=utf-8');
  expect((await browser.get(`${base}/style.css`)).status).toBe(200);
  expect((await browser.get(`${base}/health/alive`)).status).toBe(200);
  const done = await browser.submit(form, login!.yes);
  expect(done.leadsTo).toContain('login_verifier=');
  for (const other of ['/login', '/x/login', `${base}x/login`]) {
    expect([
      other,
      (await browser.get(`${other}?login_challenge=${newChallenge()}`)).heading,
    ]).toEqual([other, words('error.page_unknown.title')]);
  }
  await own.close();
});

describe('a proxy', () => {
  const guess = async (app: TestApp, from: string): Promise<number> => {
    const browser = app.browser({ 'X-Forwarded-For': from });
    const form = await browser.get(
      addressOf('/login', 'login_challenge', stub.login(newChallenge())),
    );
    const fill = { email: 'max@example.org', password: 'wrong' };
    return (await browser.submit(form, { fill })).status;
  };

  test('that is trusted says who the browser is', async () => {
    const app = await startApp(stub, { TRUST_PROXY: '1' });
    for (let i = 0; i < 7; i++) expect(await guess(app, `198.51.100.${i}`)).toBe(400);
    await app.close();
  });

  test.each([
    ['a port', '203.0.113.5:{i}'],
    ['brackets and a port', '[2001:db8::1]:{i}'],
    ['quotes, brackets and a port', '"[2001:db8::1]:{i}"'],
    ['a zone', 'fe80::1%{i}'],
    ['no address at all', 'browser-{i}'],
    ['an address that the browser made up before the real one', '10.0.0.{i}, 203.0.113.5'],
    ['no address after one that the browser made up', '10.0.0.{i}, unknown'],
    ['its socket after an address that the browser made up', '10.0.0.{i}, unix:'],
  ])('that writes %s still says who the browser is', async (_what, from) => {
    const app = await startApp(stub, { TRUST_PROXY: '1' });
    const results: number[] = [];
    for (let i = 1; i <= 6; i++) results.push(await guess(app, from.replace('{i}', `${i}`)));
    expect(results).toEqual([400, 400, 400, 400, 400, 429]);
    await app.close();
  });

  test('that is trusted by its address is known when it comes with a port', async () => {
    const app = await startApp(stub, { TRUST_PROXY: 'loopback, 10.0.0.0/8' });
    const results: number[] = [];
    for (let i = 1; i <= 6; i++) results.push(await guess(app, `203.0.113.${i}, 10.0.0.1:4000`));
    expect(results).toEqual([400, 400, 400, 400, 400, 400]);
    await app.close();
  });

  test('that is not trusted says nothing: its addresses count as one', async () => {
    const app = await startApp(stub, { TRUST_PROXY: 'false' });
    const results: number[] = [];
    for (let i = 0; i < 6; i++) results.push(await guess(app, `198.51.100.${i}`));
    expect(results).toEqual([400, 400, 400, 400, 400, 429]);
    await app.close();
  });
});
