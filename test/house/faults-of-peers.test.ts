/** Faults that login and consent apps around this protocol have had. Each must stay away from here. */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsFor } from '../../src/config.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp, type TestAppOptions } from '../support/app.ts';
import type { Browser, Page } from '../support/browser.ts';
import { control } from '../support/page.ts';
import { ada, foo } from '../support/people.ts';
import { noScript, scriptOfSignIn, scriptsIn } from '../support/scripts.ts';
import { locales } from './our-words.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const root = fileURLToPath(new URL('../..', import.meta.url));
const typed = { email: foo.email, password: 'foobar' };

let stub: AdminStub;
let app: TestApp;
let browser: Browser;
const others: TestApp[] = [];

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
});

beforeEach(() => {
  browser = app.browser();
});

afterEach(async () => {
  stub.reset();
  await Promise.all(others.splice(0).map((other) => other.close()));
});

afterAll(async () => {
  await app.close();
  await stub.close();
});

/** The app with other settings, for one test. */
async function startOther(env: Record<string, string>, options: TestAppOptions = {}) {
  const other = await startApp(stub, env, options);
  others.push(other);
  return other;
}

let counter = 0;
/** A challenge that nobody has answered yet. */
const fresh = () => `challenge-${(counter += 1)}`;

const openLogin = (given = {}, by = browser) =>
  by.get(`/login?login_challenge=${stub.login(fresh(), given)}`);
const openConsent = (given = {}, by = browser) =>
  by.get(`/consent?consent_challenge=${stub.consent(fresh(), given)}`);
const openLogout = (given = {}, by = browser) =>
  by.get(`/logout?logout_challenge=${stub.logout(fresh(), given)}`);
const openDevice = (_given = {}, by = browser) =>
  by.get(`/device/verify?device_challenge=${stub.device(fresh(), 'ABCD2345')}`);

/** Every kind of page that a person can come to. */
async function everyPage(): Promise<Page[]> {
  const login = await openLogin();
  const consent = await openConsent({ requested_access_token_audience: ['https://api.example'] });
  return [
    login,
    consent,
    await openLogout(),
    await openDevice(),
    await browser.submit(login, { press: 'accept', fill: { ...typed, password: 'wrong' } }),
    await browser.get('/'),
    await browser.get('/logged-out'),
    await browser.get('/logout/stayed'),
    await browser.get('/device/success'),
    await browser.get('/error?error=invalid_request&error_description=Why'),
    await browser.get('/login'),
    await browser.get('/login?login_challenge=unknown'),
    await browser.get('/nowhere'),
  ];
}

/** The files that a program is made of, from its entry on. */
function filesOf(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  const source = readFileSync(join(root, entry), 'utf8');
  for (const [, path = ''] of source.matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)) {
    filesOf(join(dirname(entry), path), found);
  }
  return found;
}

const sourceFiles = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => join('src', file));

describe('what an app may do', () => {
  test('is never more than it asked for, whatever the form says', async () => {
    const page = await openConsent({
      requested_scope: ['openid', 'email'],
      requested_access_token_audience: ['https://api.example'],
    });
    await browser.submit(page, {
      press: 'accept',
      add: [
        ['grant_scope', 'offline_access'],
        ['grant_scope', 'admin'],
        ['grant_access_token_audience', 'https://bank.example'],
      ],
    });
    expect(stub.sent().map(({ body }) => body)).toEqual([
      expect.objectContaining({
        grant_scope: ['openid', 'email'],
        grant_access_token_audience: ['https://api.example'],
      }),
    ]);
  });

  test('is an empty list when nothing is ticked', async () => {
    const careful = await startOther({ CONSENT_PRESELECT: 'none' });
    const by = careful.browser();
    await by.submit(await openConsent({}, by), { press: 'accept' });
    const [sent] = stub.sent('consent.accept');
    expect(sent?.body).toMatchObject({ grant_scope: [], grant_access_token_audience: [] });
  });

  test('is asked in a device flow also for an app of the house', async () => {
    const { client, ...device } = stub.inDeviceFlow;
    const page = await openConsent({ ...device, client: { ...client, skip_consent: true } });
    expect(page.status).toBe(200);
    expect(control(page, 'accept')).toBeDefined();
    expect(stub.sent()).toEqual([]);
  });

  test('is told in words, with the audience and the host it goes to', async () => {
    const page = await openConsent({
      requested_scope: ['openid', 'email', 'photos'],
      requested_access_token_audience: ['https://api.example'],
      client: { logo_uri: 'https://tracker.example/logo.png' },
    });
    expect(page.heading).toContain('Meadow Notes');
    expect(page.text).toContain('Your email address');
    expect(page.text).toContain('photos');
    expect(page.text).toContain('api.example');
    expect(page.text).toContain('notes.example.org');
    expect((await openLogin()).heading).toBe('Sign in to Meadow Notes');
    // A mark from a foreign host would tell it who is here.
    expect(page.html).not.toContain('tracker.example');
    expect(page.html).not.toMatch(/(?:src|srcset)="https?:/);
  });
});

describe('a yes', () => {
  const unclear =
    ',Accept,ACCEPT,accept ,accept\0,yes,true,on,1,Allow,Allow access,Deny,accéder,[object Object]';

  test.each(['login', 'consent', 'logout', 'device'])(
    'is one exact word on the page of %s, and anything else is no answer',
    async (step) => {
      const open = {
        login: openLogin,
        consent: openConsent,
        logout: openLogout,
        device: openDevice,
      };
      const page = await open[step as keyof typeof open]();
      const [form] = page.forms;
      const fields = form!.controls
        .filter(({ kind }) => kind !== 'button')
        .map(({ name, value }): [string, string] => [name, value]);
      const filled = [...fields, ['user_code', 'ABCD2345'], ['password', 'foobar']] as [
        string,
        string,
      ][];
      for (const decision of [undefined, 'accept,reject', ...unclear.split(',')]) {
        const more: [string, string][] = decision === undefined ? [] : [['decision', decision]];
        const answer = await browser.post(form!.action, [...filled, ...more]);
        expect([decision, answer.status]).toEqual([decision, 400]);
      }
      const both: [string, string][] = [
        ['decision', 'reject'],
        ['decision', 'accept'],
      ];
      expect((await browser.post(form!.action, [...filled, ...both])).status).toBe(400);
      expect(stub.sent()).toEqual([]);
    },
  );

  test('is not given by the Enter key on the consent page', async () => {
    await browser.submit(await openConsent());
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['consent.reject']);
  });

  test('has a value of its own in every language', async () => {
    for (const [lang] of locales) {
      for (const decision of ['accept', 'reject']) {
        const challenge = stub.consent(`${lang}-${decision}`);
        const page = await browser.get(`/consent?consent_challenge=${challenge}&lang=${lang}`);
        expect(page.lang).toBe(lang);
        await browser.submit(page, { press: decision });
        expect(stub.sent().at(-1)).toMatchObject({ operation: `consent.${decision}`, challenge });
      }
    }
  });

  test('is remembered when the box says so, and only then', async () => {
    for (const isTicked of [true, false]) {
      const challenge = stub.consent(`remember-${isTicked}`);
      const page = await browser.get(`/consent?consent_challenge=${challenge}`);
      expect(page.text).toContain('Don’t ask me again');
      await browser.submit(page, { press: 'accept', tick: { remember: isTicked } });
    }
    const remembered = stub.sent('consent.accept').map(({ body }) => body?.['remember']);
    expect(remembered).toEqual([true, false]);
  });
});

describe('signing out', () => {
  test('does not happen on "stay"', async () => {
    const page = await openLogout();
    const buttons = page.forms[0]!.controls.filter(({ kind }) => kind === 'button');
    expect(buttons.map(({ name, value }) => [name, value])).toEqual(
      expect.arrayContaining([
        ['decision', 'accept'],
        ['decision', 'reject'],
      ]),
    );
    const stayed = await browser.submit(page, { press: 'reject' });
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.reject']);
    expect(stayed.status).toBe(200);
    expect(stayed.heading).toBe('You are still signed in');
    // The way back is the app's, not that of some vendor.
    expect(stayed.links.map(({ href }) => href)).toContain('https://notes.example.org');
  });

  test('names the app and the person, and is not asked for when the app said so', async () => {
    const page = await openLogout();
    expect(page.text).toContain('Meadow Notes');
    expect(page.text).toContain(foo.email);
    const unasked = stub.logout('unasked', { client: { skip_logout_consent: true } });
    const answer = await browser.get(`/logout?logout_challenge=${unasked}`);
    expect(answer.leadsTo).toContain('logout_verifier=');
  });
});

describe('a challenge', () => {
  const pages: [path: string, name: string][] = [
    ['/login', 'login_challenge'],
    ['/consent', 'consent_challenge'],
    ['/logout', 'logout_challenge'],
    ['/device/verify', 'device_challenge'],
  ];

  test('that is not there, or there twice, is never sent as a word of its own', async () => {
    for (const [path, name] of pages) {
      for (const query of ['', `${name}=`, `${name}=a&${name}=b`, `${name}[]=a`, `${name}[x]=a`]) {
        const page = await browser.get(`${path}?${query}`);
        expect([path, query, page.status]).toEqual([path, query, 400]);
        expect(page.html).not.toMatch(/undefined|\[object|>a,b</);
      }
    }
    expect(stub.calls).toEqual([]);
    const device = await openDevice();
    expect(control(device, 'code')?.value).toBe('');
    expect(device.html).not.toContain('undefined');
  });

  test('that was used leads where the server says', async () => {
    const old = await startAdminStub({ version: '1.11' });
    const before = await startApp(old);
    const by = before.browser();
    const requests = { login: old.login('l'), consent: old.consent('c'), logout: old.logout('o') };
    for (const [step, challenge] of Object.entries(requests)) {
      old.set(challenge, 'done');
      const page = await by.get(`/${step}?${step}_challenge=${challenge}`);
      expect([step, page.status]).toEqual([step, 303]);
      // Also where the server gives only a path: it is the server's own.
      expect(page.leadsTo).toMatch(new RegExp(`^${old.publicUrl}/oauth2/`));
    }
    await before.close();
    await old.close();
  });

  test('is looked at before a password is', async () => {
    const verified: string[] = [];
    const counting = await startOther(
      {},
      {
        change: (parts) => ({
          ...parts,
          identity: {
            ...parts.identity,
            verify: (login, secret, origin) => {
              verified.push(login);
              return parts.identity.verify(login, secret, origin);
            },
          },
        }),
      },
    );
    const by = counting.browser();
    const page = await openLogin({}, by);
    const forge = { login_challenge: 'unknown' };
    const answer = await by.submit(page, { press: 'accept', fill: typed, forge });
    expect(answer.status).toBe(404);
    expect(verified).toEqual([]);
    expect(stub.sent()).toEqual([]);
  });
});

describe('a fault', () => {
  test('has its own status and its own page', async () => {
    const login = await openLogin();
    const large = `email=${'a'.repeat(140_000)}`;
    const met: [Page | Promise<Page>, number][] = [
      [browser.get('/nowhere'), 404],
      [browser.get('/login'), 400],
      [browser.get('/login?login_challenge=unknown'), 404],
      [browser.send('put', '/login?login_challenge=l'), 405],
      [browser.send('post', '/login', { body: large }), 413],
      [browser.submit(login, { press: 'accept', fill: typed, forge: { _csrf: 'x' } }), 403],
      [browser.get(`/login?login_challenge=${'a'.repeat(40_000)}`), 414],
    ];
    for (const [page, status] of met) {
      const { headers, html, heading, ...answer } = await page;
      expect([answer.url.slice(0, 60), answer.status]).toEqual([expect.anything(), status]);
      expect(headers['content-type']).toMatch(/^text\/html/);
      expect(heading).not.toBe('');
      expect(html).not.toMatch(/EBADCSRFTOKEN|ForbiddenError|node_modules|^\{/);
    }
    expect(stub.sent()).toEqual([]);
  });

  test('that the server reports has a page that says more than its code', async () => {
    const page = await browser.get(
      '/error?error=invalid_scope&error_description=%3Cb%3Eno%3C/b%3E',
    );
    expect(page.heading).not.toMatch(/invalid_scope/);
    expect(page.html).not.toContain('<b>no</b>');
    expect(page.text).toContain('<b>no</b>');
    expect((await browser.get('/logged-out')).status).toBe(200);
    expect((await browser.get('/device/success')).status).toBe(200);
  });
});

describe('a page', () => {
  test('cannot be framed, stored or sniffed, and does not say what made it', async () => {
    for (const { url, headers } of await everyPage()) {
      const policy = headers['content-security-policy'] ?? '';
      expect([url, policy]).toEqual([url, expect.stringContaining("frame-ancestors 'none'")]);
      expect(policy).not.toContain('unsafe');
      expect(headers).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });

  test('has no script, and may run none, but the one of ours at sign-in', async () => {
    const pages = await everyPage();
    const isSignIn = (page: Page) => control(page, 'password') !== undefined;
    for (const page of pages) {
      const scripts = scriptsIn(page.html, page.headers['content-security-policy']);
      expect([page.url, scripts]).toEqual([page.url, isSignIn(page) ? scriptOfSignIn : noScript]);
    }
    expect(pages.filter(isSignIn)).toHaveLength(2);
  });

  test('tells its language and title, and names every field', async () => {
    for (const { url, lang, title, html, forms } of await everyPage()) {
      expect([url, lang]).toEqual([url, 'en']);
      expect(title).toMatch(/\S.*Portico/);
      expect(html).toContain('<meta name="viewport"');
      expect(html).not.toMatch(/<table|\sstyle=|\son\w+=/);
      for (const { kind, type, id, tag } of forms.flatMap((form) => form.controls)) {
        expect(['hidden', 'text', 'password', 'checkbox', 'submit', 'button']).toContain(type);
        // What works by script alone is in sight only when the script runs.
        if (type === 'button') expect(tag).toMatch(/\saria-label="[^"]+".*\shidden>$/);
        if (kind === 'text' || kind === 'checkbox') expect(html).toContain(`<label for="${id}"`);
      }
    }
    const login = await openLogin();
    expect(control(login, 'email')?.tag).toContain('autocomplete="username"');
    expect(control(login, 'password')?.tag).toContain('autocomplete="current-password"');
  });

  test('shows no account to try, and keeps what was typed but the password', async () => {
    const page = await openLogin();
    expect(page.html).not.toMatch(/foobar|foo@bar/);
    const again = await browser.submit(page, {
      press: 'accept',
      fill: { email: 'somebody@example.org', password: 'guess-1234' },
    });
    expect(again.status).toBe(400);
    expect(control(again, 'email')?.value).toBe('somebody@example.org');
    expect(again.html).not.toContain('guess-1234');
  });

  test('keeps the secret of its forms in a signed cookie that no script can read', async () => {
    const secure = await startOther({
      BASE_URL: 'https://login.example.org',
      TRUST_PROXY: 'loopback',
    });
    for (const open of [openLogin, openConsent, openLogout, openDevice]) {
      const [plain, ...more] = (await open({}, app.browser())).setCookies;
      expect(more).toEqual([]);
      expect(plain).toMatch(/^portico_csrf-\d+=s%3A.*HttpOnly.*SameSite=Lax/);
      const by = secure.browser({ 'x-forwarded-proto': 'https' });
      const [hidden] = (await open({}, by)).setCookies;
      expect(hidden).toMatch(/^__Host-portico_csrf=s%3A.*HttpOnly.*Secure.*SameSite=Lax/);
    }
  });

  test('has all its addresses below the path of BASE_URL', async () => {
    const below = await startOther({ BASE_URL: 'http://127.0.0.1:{port}/auth' });
    const by = below.browser();
    const page = await by.get(`/auth/login?login_challenge=${stub.login('l')}`);
    const addresses = [...page.html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map(
      ([, address]) => address!,
    );
    expect(addresses.length).toBeGreaterThan(2);
    expect(addresses.filter((address) => !/^(\/auth\/|\?)/.test(address))).toEqual([]);
    expect(page.setCookies.filter((line) => !line.includes('Path=/auth;'))).toEqual([]);
    const style = addresses.find((address) => address.endsWith('style.css'))!;
    expect((await by.get(style)).status).toBe(200);
    const left = await by.submit(page, { press: 'accept', fill: typed });
    expect(left.leadsTo).toContain('login_verifier=');
  });

  test('finds its static files', async () => {
    const page = await openLogin();
    const style = /href="([^"]*style\.css)"/.exec(page.html)![1]!;
    const { status, headers } = await browser.get(style);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': expect.stringMatching(/^text\/css/),
      'cache-control': expect.stringContaining('immutable'),
      'x-content-type-options': 'nosniff',
    });
  });
});

describe('signing in', () => {
  test('is paused after five wrong tries', async () => {
    const patient = await startOther({});
    const by = patient.browser();
    let page = await openLogin({}, by);
    for (let tries = 1; tries <= 5; tries++) {
      page = await by.submit(page, { press: 'accept', fill: { ...typed, password: 'wrong' } });
      expect([tries, page.status]).toEqual([tries, 400]);
    }
    page = await by.submit(page, { press: 'accept', fill: typed });
    expect(page.status).toBe(429);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect(stub.sent()).toEqual([]);
  });

  test('is remembered for as long as the settings say, and says how it was done', async () => {
    const short = await startOther({ LOGIN_REMEMBER_SECONDS: '4711' });
    const by = short.browser();
    await by.submit(await openLogin({}, by), {
      press: 'accept',
      fill: typed,
      tick: { remember: true },
    });
    const [sent] = stub.sent('login.accept');
    expect(sent?.body).toMatchObject({
      remember: true,
      remember_for: 4711,
      amr: ['pwd'],
      acr: '1',
      context: expect.anything(),
    });
  });

  test('gives the same claims whether consent was asked, remembered or not needed', async () => {
    const requests = [
      { title: 'asked' },
      { title: 'remembered', skip: true },
      { title: 'not-needed', client: { skip_consent: true } },
    ];
    for (const { title, ...given } of requests) {
      const consent = { ...given, subject: ada.subject, requested_scope: ['openid', 'email'] };
      const page = await browser.get(`/consent?consent_challenge=${stub.consent(title, consent)}`);
      if (!page.leadsTo) await browser.submit(page, { press: 'accept' });
    }
    const sessions = stub.sent('consent.accept').map(({ body }) => body?.['session']);
    const claims = { id_token: { email: ada.email, email_verified: true }, access_token: {} };
    expect(sessions).toEqual([claims, claims, claims]);
  });

  test('gives claims by scope, whatever the place of the scope in the list', async () => {
    for (const [at, scopes] of [
      ['email', 'openid'],
      ['openid', 'email'],
      ['openid', 'photos'],
    ].entries()) {
      const challenge = stub.consent(`c-${at}`, { skip: true, requested_scope: scopes });
      await browser.get(`/consent?consent_challenge=${challenge}`);
    }
    const sent = stub.sent('consent.accept').map(({ body }) => body?.['session']);
    const withEmail = expect.objectContaining({ id_token: { email: foo.email } });
    expect(sent).toEqual([withEmail, withEmail, expect.objectContaining({ id_token: {} })]);
  });
});

describe('the admin API', () => {
  test('that says nothing is not waited for without end', async () => {
    const hasty = await startOther({ HYDRA_TIMEOUT_MS: '300' });
    stub.answer('login.get', () => {});
    const start = performance.now();
    const page = await openLogin({}, hasty.browser());
    expect(page.status).toBe(504);
    expect(performance.now() - start).toBeLessThan(5_000);
  });

  test('is asked once more when the connection broke on a question, never on an answer', async () => {
    stub.answer('login.get', (_call, res, usual) => {
      if (stub.sent('login.get').length === 1) res.socket?.destroy();
      else usual();
    });
    const page = await openLogin();
    expect(page.status).toBe(200);
    expect(stub.sent('login.get')).toHaveLength(2);
    stub.answer('login.accept', (_call, res) => void res.socket?.destroy());
    expect((await browser.submit(page, { press: 'accept', fill: typed })).status).toBe(502);
    expect(stub.sent('login.accept')).toHaveLength(1);
  });

  test('alone is told the token, and of TLS only when it is set so', async () => {
    const heard: unknown[] = [];
    const stranger = createServer((req, res) => {
      heard.push(req.headers);
      res.end();
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    const token = { HYDRA_ADMIN_TOKEN: 'a-token' };
    const plain = await startOther(token);
    const mocked = await startOther({ ...token, MOCK_TLS_TERMINATION: 'true' });
    for (const one of [plain, mocked]) await openLogin({}, one.browser());
    const [first, second] = stub.sent('login.get').map(({ headers }) => headers);
    expect(first).toMatchObject({ authorization: 'Bearer a-token' });
    expect(first).not.toHaveProperty('x-forwarded-proto');
    expect(second).toMatchObject({ authorization: 'Bearer a-token', 'x-forwarded-proto': 'https' });
    stub.answer('login.get', (_call, res) => {
      res.writeHead(307, { location: `http://127.0.0.1:${port}/` }).end();
    });
    expect((await openLogin({}, plain.browser())).status).toBe(502);
    expect(heard).toEqual([]);
    await new Promise((resolve) => stranger.close(resolve));
  });
});

describe('the program', () => {
  test('does not start without the settings it needs, and names them all', async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'] },
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = await once(child, 'close');
    expect(code).toBe(1);
    for (const name of ['BASE_URL', 'HYDRA_ADMIN_URL', 'COOKIE_SECRET', 'USERS_FILE']) {
      expect(said).toContain(name);
    }
    expect(said).not.toMatch(/\bat \S+ \(/);
  });

  test('writes no challenge, password, token or verifier into its log', async () => {
    const loud = await startOther({ LOG_LEVEL: 'debug' });
    const by = loud.browser();
    const challenge = (step: string) => `secret-challenge-of-${step}`;
    const login = await by.get(`/login?login_challenge=${stub.login(challenge('login'))}`);
    const again = await by.submit(login, {
      press: 'accept',
      fill: { ...typed, password: 'a-wrong-password' },
    });
    await by.submit(again, { press: 'accept', fill: typed });
    const consent = await by.get(
      `/consent?consent_challenge=${stub.consent(challenge('consent'))}`,
    );
    await by.submit(consent, { press: 'accept' });
    const logout = await by.get(`/logout?logout_challenge=${stub.logout(challenge('logout'))}`);
    await by.submit(logout, { press: 'accept' });
    await by.get('/login?login_challenge=secret-challenge-unknown');
    stub.answer('login.get', (_call, res) => void res.writeHead(500).end('secret-challenge-x'));
    await by.get(`/login?login_challenge=${challenge('login-2')}`);
    const log = JSON.stringify(loud.logs);
    expect(loud.logs.length).toBeGreaterThan(20);
    const token = control(login, '_csrf')!.value;
    for (const secret of ['secret-challenge', 'foobar', 'a-wrong-password', token, 'verifier-']) {
      expect(log).not.toContain(secret);
    }
    expect(log).not.toMatch(/_challenge=|Cookie|portico_csrf|"stack"/);
  });

  test('has no part in it that is meant for tests', () => {
    const parts = [...filesOf('src/main.ts')];
    expect(parts.length).toBeGreaterThan(50);
    expect(parts.filter((file) => /^(?:src\/dev|test)\//.test(file))).toEqual([]);
    expect(
      Object.keys(settingsFor({})).filter((name) =>
        /FAKE|TEST|CONFORM|INSECURE|SKIP|NODE_ENV/.test(name),
      ),
    ).toEqual([]);
    const sources = parts.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    expect(sources).not.toContain('NODE_ENV');
  });

  test('never takes the place of something in a list for a yes', () => {
    const sources = sourceFiles.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
    expect(sources.match(/(?:if \(|&& |\|\| |!|\? )[\w.]+\.indexOf\(/g)).toBeNull();
  });
});
