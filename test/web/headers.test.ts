/** Security headers on everything, static files, and which answers set cookies. */
import { readFileSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { noButton, type FormWork } from '../support/browser.ts';
import type { Page } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { noScript, scriptOfSignIn, scriptsIn } from '../support/scripts.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { titleBar } from '../support/words.ts';

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

/** The answer to one wrong password too many. */
async function pausedLogin(): Promise<Page> {
  const browser = app.browser();
  const fill = { email: 'paused@example.org', password: 'wrong' };
  const form = await browser.get(openAt(stub, screens[0]!).address);
  let page = form;
  // oxlint-disable-next-line no-await-in-loop -- one after the other, as a person tries
  while (page.status !== 429) page = await browser.submit(form, { fill });
  return page;
}

/** One of each kind of answer, by what it is. */
async function everyKind(): Promise<Record<string, Page>> {
  const browser = app.browser();
  const device = stub.device(newChallenge(), 'code');
  const skipped = stub.login(newChallenge(), { skip: true, subject: 'max-1' });
  const [login, consent, logout] = await Promise.all(
    screens.map((screen) => browser.get(openAt(stub, screen).address)),
  );
  return {
    login: login!,
    consent: consent!,
    logout: logout!,
    device: await browser.get(addressOf('/device/verify', 'device_challenge', device)),
    'device done': await browser.get('/device/success'),
    start: await browser.get('/'),
    'signed out': await browser.get('/logged-out'),
    stayed: await browser.get('/logout/stayed'),
    error: await browser.get('/error?error=invalid_request'),
    'wrong password': await browser.submit(login!, { fill: { email: 'a', password: 'b' } }),
    paused: await pausedLogin(),
    'other language': await browser.submit(login!, { press: noButton, add: [['lang', 'en']] }),
    'broken form': await browser.submit(login!, { forge: { _csrf: 'x' } }),
    leaving: await browser.submit(consent!, { press: 'accept' }),
    redirect: await browser.get(addressOf('/login', 'login_challenge', skipped)),
    missing: await browser.get('/login'),
    unknown: await browser.get('/login?login_challenge=unknown'),
    'no page': await browser.get('/nowhere'),
    'no method': await browser.send('put', '/login'),
    health: await browser.get('/health/alive'),
  };
}

/** The sign-in screen, however it comes to be shown. */
const withScript = ['login', 'wrong password', 'paused', 'broken form', 'other language'];

test('every answer has the security headers, and is neither stored nor indexed', async () => {
  for (const [kind, { headers }] of Object.entries(await everyKind())) {
    const csp = headers['content-security-policy']!;
    const scripts = withScript.includes(kind) ? "'self'" : "'none'";
    expect([kind, csp.split(';').toSorted()]).toEqual([
      kind,
      [
        "base-uri 'none'",
        "default-src 'none'",
        "font-src 'self'",
        "frame-ancestors 'none'",
        "img-src 'self'",
        "manifest-src 'self'",
        `script-src ${scripts}`,
        "style-src 'self'",
      ],
    ]);
    expect([kind, headers]).toEqual([
      kind,
      expect.objectContaining({
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      }),
    ]);
    for (const absent of [
      'x-powered-by',
      'etag',
      'cross-origin-opener-policy',
      'strict-transport-security',
    ]) {
      expect([kind, headers[absent]]).toEqual([kind, undefined]);
    }
  }
});

test('every page has a language, a direction and one heading, and no script but that of sign-in', async () => {
  for (const [kind, page] of Object.entries(await everyKind())) {
    if (['leaving', 'redirect', 'health'].includes(kind)) continue;
    expect([kind, page.headers['content-type']]).toEqual([kind, 'text/html; charset=utf-8']);
    expect([kind, page.lang, page.dir]).toEqual([kind, 'en', 'ltr']);
    expect([kind, page.html.match(/<h1/g)]).toEqual([kind, ['<h1']]);
    const titles = [false, true].map((isError) => titleBar(page.heading, { isError }));
    expect([kind, titles]).toEqual([kind, expect.arrayContaining([page.title])]);
    const scripts = scriptsIn(page.html, page.headers['content-security-policy']);
    expect([kind, scripts]).toEqual([kind, withScript.includes(kind) ? scriptOfSignIn : noScript]);
    expect(page.html).not.toMatch(/<style|\sstyle=|\son\w+="|javascript:/i);
    expect(page.html).not.toMatch(/undefined|\[object|\{\w+\}|>null</);
  }
});

test('an anonymous page view sets the form cookie alone, and only on pages with a form', async () => {
  const withForm: string[] = [];
  const paths = screens.map((screen) => openAt(stub, screen).address);
  const device = stub.device(newChallenge(), 'code');
  paths.push(addressOf('/device/verify', 'device_challenge', device));
  for (const path of paths) {
    const page = await app.browser().get(path);
    expect(page.setCookies).toEqual([
      expect.stringMatching(/^portico_csrf-\d+=s%3A[^;]+; Path=\/; HttpOnly; SameSite=Lax$/),
    ]);
    withForm.push(path);
  }
  const skipped = stub.consent(newChallenge(), { skip: true });
  const without = [
    '/',
    '/error?error=x',
    '/logged-out',
    '/logout/stayed',
    '/device/success',
    '/health/alive',
    '/health/ready',
    '/nowhere',
    '/login',
    '/login?login_challenge=unknown',
    addressOf('/consent', 'consent_challenge', skipped),
  ];
  for (const path of without) expect((await app.browser().get(path)).setCookies).toEqual([]);
  expect(withForm).toHaveLength(4);
});

test('a browser that already has the form cookie gets no other', async () => {
  const browser = app.browser();
  await browser.get(openAt(stub, screens[0]!).address);
  const page = await browser.get(openAt(stub, screens[1]!).address);
  expect(page.setCookies).toEqual([]);
});

test('a HEAD request gets the headers of the page and answers no challenge', async () => {
  const skipping = [
    openAt(stub, screens[0]!).address,
    addressOf(
      '/login',
      'login_challenge',
      stub.login(newChallenge(), { skip: true, subject: 'max-1' }),
    ),
    addressOf('/consent', 'consent_challenge', stub.consent(newChallenge(), { skip: true })),
    addressOf(
      '/logout',
      'logout_challenge',
      stub.logout(newChallenge(), { client: { skip_logout_consent: true } }),
    ),
  ];
  for (const path of [...skipping, '/', '/health/alive']) {
    const page = await app.browser().send('head', path);
    expect([path, page.status]).toEqual([path, 200]);
    expect(page.html).toBe('');
    const scripts = path.startsWith('/login') ? "'self'" : "'none'";
    expect(page.headers['content-security-policy']).toContain(`script-src ${scripts}`);
  }
  expect(stub.sent()).toEqual([]);
});

test('no text from outside becomes markup on any page', async () => {
  const evil = '"><img src=x onerror=alert(1)>\'';
  const people = [{ ...foo, name: evil, email: `<b>&"'@example.org`, username: 'foo' }];
  const own = await startApp(stub, { BRAND_NAME: evil.slice(0, 60) }, { people });
  const browser = own.browser();
  const client = {
    client_name: evil,
    client_id: evil,
    client_uri: `https://example.org/${evil}`,
    policy_uri: `https://example.org/${evil}`,
  };
  const given = {
    client,
    requested_scope: [evil],
    requested_access_token_audience: [evil],
    request_url: `https://auth.example.org/oauth2/auth?redirect_uri=https://${evil}/&x=${evil}`,
  };
  const pages: Page[] = [];
  const submit = async (page: Page, work: FormWork) =>
    pages.push(page, await browser.submit(page, work));
  const login = stub.login(newChallenge(), { ...given, oidc_context: { login_hint: evil } });
  const form = await browser.get(addressOf('/login', 'login_challenge', login));
  await submit(form, { fill: { email: evil, password: evil } });
  await submit(form, { forge: { _csrf: evil }, fill: { email: evil } });
  await submit(form, { add: [['decision', evil]] });
  await submit(form, { fill: { email: 'foo', password: 'foobar' } });
  await submit(form, { press: 'reject' });
  const consent = stub.consent(newChallenge(), given);
  await submit(await browser.get(addressOf('/consent', 'consent_challenge', consent)), {
    press: 'accept',
  });
  const logout = stub.logout(newChallenge(), { client });
  await submit(await browser.get(addressOf('/logout', 'logout_challenge', logout)), {
    press: 'reject',
  });
  const query = new URLSearchParams({
    error: evil,
    error_description: evil,
    login_challenge: evil,
    device_challenge: evil,
    user_code: evil,
  }).toString();
  for (const path of [
    '/error',
    '/login',
    '/device/verify',
    '/nowhere',
    '/',
    `/${encodeURI(evil)}`,
  ]) {
    pages.push(await browser.get(`${path}?${query}`));
  }
  expect(pages).toHaveLength(20);
  for (const { html, leadsTo } of pages) {
    if (!leadsTo) expect(html).toContain('<h1');
    expect(html).not.toMatch(/<img src=x|"><img/);
  }
  await own.close();
});

describe('static files', () => {
  interface Answer {
    status: number;
    headers: IncomingHttpHeaders;
    body: Buffer;
  }

  /** By hand, because other clients take the compression away. */
  function get(path: string, sent: Record<string, string> = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      httpRequest(app.url + path, { headers: sent }, (res) => {
        const chunks: Buffer[] = [];
        res.on('data', (chunk: Buffer) => chunks.push(chunk));
        res.on('end', () => {
          const { statusCode: status = 0, headers: got } = res;
          resolve({ status, headers: got, body: Buffer.concat(chunks) });
        });
      })
        .on('error', reject)
        .end();
    });
  }
  const styleSheet = async (): Promise<string> => {
    const { html } = await app.browser().get('/');
    return /<link rel="stylesheet" href="([^"]+)"/.exec(html)![1]!;
  };

  test('have a hash in their address, are kept for a year, and carry all headers', async () => {
    const path = await styleSheet();
    expect(path).toMatch(/^\/static\/[\da-f]{12}\/style\.css$/);
    const { status, headers, body } = await get(path);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(headers['content-type']).toBe('text/css; charset=utf-8');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['set-cookie']).toBeUndefined();
    expect(body).toEqual(readFileSync('public/style.css'));
  });

  test('that a page links to are there', async () => {
    const { html } = await app.browser().get('/');
    const used = [...html.matchAll(/(?:href|src)="(\/static\/[^"]+)"/g)].map(([, path]) => path!);
    expect(used.length).toBeGreaterThan(1);
    for (const path of used) expect((await get(path)).status).toBe(200);
  });

  test('let no script run, not even the script itself, and it is small', async () => {
    const { html } = await app.browser().get(openAt(stub, screens[0]!).address);
    const script = /<script type="module" src="([^"]+)"/.exec(html)![1]!;
    for (const path of [script, await styleSheet(), '/sign-in.js', '/none.js']) {
      const { headers } = await get(path);
      expect(headers['content-security-policy']).toContain("script-src 'none'");
    }
    const { headers, body } = await get(script);
    expect(headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(body.length).toBeLessThanOrEqual(1_500);
  });

  test('have a plain address too, but never take the place of a screen', async () => {
    const { status, headers } = await get('/style.css');
    expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=300']);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect((await get('/login')).headers['content-type']).toContain('text/html');
  });

  test('that do not exist get a word, and a page only when a person opens the address', async () => {
    const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';
    const pictures = 'image/avif,image/webp,*/*;q=0.8';
    const styles = 'text/css,*/*;q=0.1';
    const lost = ['/none.css', '/favicon.ico', '/.env', '/views/login.ejs', '/%zz'];
    const hashed = ['/static/000000000000/none.png', (await styleSheet()).replace('style', 'none')];
    const asked: [headers: Record<string, string>, isPage: boolean][] = [
      [{ Accept: html, 'Sec-Fetch-Dest': 'document' }, true],
      [{ Accept: html }, true],
      [{ Accept: html, 'Sec-Fetch-Dest': 'image' }, false],
      [{ Accept: pictures, 'Sec-Fetch-Dest': 'image' }, false],
      [{ Accept: pictures }, false],
      [{ Accept: styles }, false],
      [{ Accept: '*/*' }, false],
      [{}, false],
    ];
    for (const [sent, isPage] of asked) {
      for (const path of [...lost, ...hashed]) {
        const { status, headers, body } = await get(path, sent);
        const isWhole = isPage && lost.includes(path);
        const kind = isWhole ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8';
        const what = [path, sent, status, headers['cache-control'], headers['content-type']];
        expect(what).toEqual([path, sent, 404, 'no-store', kind]);
        expect(body.toString().includes('<h1')).toBe(isWhole);
        if (!isWhole) expect(body.length).toBeLessThan(50);
        expect(headers['content-security-policy']).toContain("default-src 'none'");
        expect(headers['set-cookie']).toBeUndefined();
      }
    }
  });
});

test('the logo and the name of the house are shown, the logo from an address of ours', async () => {
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
  const BRAND_LOGO = join(temporaryFolder({ 'own.svg': drawing }), 'own.svg');
  const own = await startApp(stub, { BRAND_LOGO, BRAND_NAME: 'Meadow <House>' });
  const page = await own.browser().get('/');
  const address = /<img class="logo" src="([^"]+)" alt=""/.exec(page.html)![1]!;
  expect(address).toMatch(/^\/static\/[\da-f]{12}\/brand-logo\.svg$/);
  const logo = await own.browser().get(address);
  expect([logo.status, logo.headers['content-type']]).toEqual([200, 'image/svg+xml']);
  expect(page.text).toContain('Meadow <House>');
  await own.close();
});

test('the footer shows the links of the brand that are set', async () => {
  const own = await startApp(stub, {
    SUPPORT_URL: 'mailto:help@example.org',
    PRIVACY_URL: 'https://example.org/privacy',
    TERMS_URL: 'https://example.org/terms?a=1&b=2',
  });
  const page = await own.browser().get('/');
  const links = page.links.map(({ href }) => href);
  const wanted = ['mailto:help@example.org', 'https://example.org/privacy'];
  expect(links).toEqual(expect.arrayContaining([...wanted, 'https://example.org/terms?a=1&b=2']));
  const plain = await app.browser().get('/');
  expect(plain.html).not.toContain('example.org');
  await own.close();
});

test('a page that names the person is not stored', async () => {
  const browser = app.browser();
  await browser.submit(await browser.get(openAt(stub, screens[0]!).address), { fill: foosLogin });
  const page = await browser.get('/');
  expect(page.text).toContain('foo@bar.com');
  expect(page.headers['cache-control']).toBe('no-store');
});
