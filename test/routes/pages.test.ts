/** The screens without a challenge, and every request that no screen is for. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, type Browser } from '../support/browser.ts';
import { control, link, referenceOf, type Page } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

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

async function signedIn(of = app, isKept = false): Promise<Browser> {
  const browser = of.browser();
  const login = stub.login(newChallenge('login'));
  const page = await browser.get(addressOf('/login', 'login_challenge', login));
  await browser.submit(page, { fill: foosLogin, ...(isKept && { tick: { remember: true } }) });
  return browser;
}

describe('the page for errors that the server cannot give to an app', () => {
  const get = (query: Record<string, string> | string): Promise<Page> =>
    app.browser().get(`/error?${new URLSearchParams(query).toString()}`);

  const drawn: Record<string, string> = {
    default: 'caution caution',
    invalid_request: 'caution caution',
    invalid_client: 'caution caution',
    invalid_scope: 'caution caution',
    unauthorized_client: 'caution caution',
    unsupported_response_type: 'caution caution',
    access_denied: 'accent arch',
    login_required: 'accent arch',
    consent_required: 'accent arch',
    interaction_required: 'accent arch',
    server_error: 'caution cloud',
    temporarily_unavailable: 'caution cloud',
    request_forbidden: 'accent clock',
    request_unauthorized: 'accent clock',
    not_found: 'accent lens',
  };

  test.each([
    ['invalid_request', 'invalid_request'],
    ['invalid_client', 'invalid_client'],
    ['invalid_scope', 'invalid_scope'],
    ['unauthorized_client', 'unauthorized_client'],
    ['unsupported_response_type', 'unsupported_response_type'],
    ['server_error', 'server_error'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
    ['login_required', 'login_required'],
    ['consent_required', 'consent_required'],
    ['interaction_required', 'interaction_required'],
    ['request_forbidden', 'request_forbidden'],
    ['request_unauthorized', 'request_unauthorized'],
    ['Not Found', 'not_found'],
    ['error', 'not_found'],
    ['access_denied', 'access_denied'],
    ['something_new', 'default'],
    ['constructor', 'default'],
    ['', 'default'],
  ])('has for "%s" the words of %s', async (error, code) => {
    const page = await get({ error });
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words(`oauth2.${code}.title`));
    expect(page.text).toContain(words(`oauth2.${code}.text`));
    expect(page.text).not.toMatch(/oauth2\.|\{app\}/);
    expect(link(page, words('button.start_page'))?.href).toBe('/');
    const [, kind, tile] = /<span class="tile (\w+)"><svg class="icon (\w+)"/.exec(page.html)!;
    expect(`${kind} ${tile}`).toBe(drawn[code]);
    // Where the person can just start again, nobody has to be asked for help.
    expect(referenceOf(page) !== undefined).toBe(kind === 'caution');
    expect(page.html.includes('<details class="fold">')).toBe(tile === 'caution' && error !== '');
    expect(page.setCookies).toEqual([]);
  });

  test('offers help where there is some', async () => {
    const own = await startApp(stub, { SUPPORT_URL: 'mailto:help@example.org' });
    const page = await own.browser().get('/error?error=access_denied');
    expect(link(page, words('button.help'))?.href).toBe('mailto:help@example.org');
    await own.close();
    expect(link(await get({ error: 'access_denied' }), words('button.help'))).toBeUndefined();
  });

  test('shows what the server wrote as text, in a fold', async () => {
    const markup = '<b onclick="x">bold</b><script>alert(1)</script>';
    const page = await get({ error: markup, error_description: `See ${markup}` });
    expect(page.text).toContain(`${words('error.details')} ${words('error.details_error')}`);
    expect(page.text).toContain(`${words('error.details_description')} See ${markup}`);
    expect(page.html).not.toMatch(/<b |<script/);
  });

  test('shows the first of parameters that are there twice, and not too much of it', async () => {
    const page = await get(
      'error=invalid_client&error=other&error_description=1st&error_description=2',
    );
    expect(page.text).toContain(`invalid_client ${words('error.details_description')} 1st`);
    expect(page.text).not.toMatch(/\bother\b/);
    const long = await get({ error: 'invalid_client', error_description: 'x'.repeat(9_000) });
    expect(long.text.length).toBeLessThan(2_000);
  });

  test('has a page without any parameter', async () => {
    const page = await app.browser().get('/error');
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words('oauth2.default.title'));
    expect(link(page, words('button.start_page'))?.href).toBe('/');
    expect(page.html).not.toContain('<details class="fold">');
  });
});

describe('the start page', () => {
  test('says what this is and what to do', async () => {
    const page = await app.browser().get('/');
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('start.title'));
    expect(page.text).toContain(words('start.lead'));
    expect(page.text).toContain(words('start.signed_out'));
    expect(page.setCookies).toEqual([]);
    expect(stub.calls).toEqual([]);
  });

  test('says who is signed in in this browser, and signs them out', async () => {
    const browser = await signedIn();
    const page = await browser.get('/');
    expect(page.text).toContain(words('start.signed_in'));
    expect(page.text).toContain(foo.email);
    const done = await browser.submit(page);
    expect(done.leadsTo).toBe('http://127.0.0.1:4444/oauth2/sessions/logout');
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
    expect((await browser.get('/')).text).toContain(words('start.signed_out'));
  });

  test('says so after a restart, too, of a person who asked to be kept signed in', async () => {
    const browser = await signedIn(app, true);
    browser.setCookie(app.cookie('session'), '');
    const page = await browser.get('/');
    expect(page.text).toContain(foo.email);
    await browser.submit(page);
    expect((await browser.get('/')).text).toContain(words('start.signed_out'));
  });

  test('leads to "signed out" when nobody knows where the server is', async () => {
    const own = await startApp(stub, { HYDRA_PUBLIC_URL: undefined });
    const browser = await signedIn(own);
    const done = await browser.submit(await browser.get('/'));
    expect(done.leadsTo).toBe('/logged-out');
    expect((await browser.follow(done)).heading).toBe(words('logged_out.title'));
    await own.close();
  });

  test('signs nobody out by a broken form or by any other word', async () => {
    const browser = await signedIn();
    const page = await browser.get('/');
    const broken = await browser.submit(page, { forge: { _csrf: 'broken' } });
    expect(broken.status).toBe(403);
    expect(broken.text).toContain(foo.email);
    const token = control(page, '_csrf')!.value;
    const other = await browser.post('/', { _csrf: token, decision: 'accept' });
    expect(other.status).toBe(400);
    expect((await browser.get('/')).text).toContain(foo.email);
  });

  test('shows nobody whom we do not have any more', async () => {
    const find = async () => undefined;
    const own = await startApp(
      stub,
      {},
      { change: (parts) => ({ ...parts, identity: { ...parts.identity, find } }) },
    );
    const page = await (await signedIn(own)).get('/');
    expect(page.status).toBe(200);
    expect(page.text).toContain(words('start.signed_out'));
    await own.close();
  });

  test('believes no cookie that we did not sign', async () => {
    const browser = await signedIn();
    const value = /=([^;]+)/.exec(browser.cookies()[app.cookie('session')]!)![1]!;
    browser.setCookie(app.cookie('session'), `${value.slice(0, -4)}AAAA`);
    expect((await browser.get('/')).text).toContain(words('start.signed_out'));
  });
});

describe('a request that no page is for', () => {
  test.each([
    ['/nothing-here'],
    ['/login/more'],
    ['/none.ico'],
    ['/.env'],
    ['/static/'],
    ['/static/../src/main.ts'],
    ['/health/other'],
    ['//login'],
    ['/oauth2/auth'],
  ])('is a 404 with a way on: %s', async (path) => {
    const page = await app.browser().get(app.url + path);
    expect(page.status).toBe(404);
    expect(page.heading).toBe(words('error.page_unknown.title'));
    expect(link(page, words('button.start_page'))?.href).toBe('/');
    expect(page.setCookies).toEqual([]);
  });

  test.each([['put'], ['delete']] as const)(
    'by %s is a 405 that says what is allowed',
    async (by) => {
      for (const path of ['/login', '/consent', '/logout', '/device/verify', '/']) {
        const page = await app.browser().send(by, path);
        expect(page.status).toBe(405);
        expect(page.headers['allow']).toBe('GET, HEAD, POST');
        expect(page.heading).toBe(words('error.method_unknown.title'));
      }
      expect(stub.calls).toEqual([]);
    },
  );

  test.each([
    ['/error'],
    ['/logged-out'],
    ['/logout/stayed'],
    ['/device'],
    ['/device/stopped'],
    ['/device/success'],
    ['/oauth2/device/success'],
    ['/health/alive'],
    ['/health/ready'],
  ])('as a form at a page without one is a 405: %s', async (path) => {
    const page = await app.browser().post(path, { any: 'thing' });
    expect(page.status).toBe(405);
    expect(page.headers['allow']).toBe('GET, HEAD');
  });

  test.each([
    ['/login?login_challenge=%'],
    ['/login?login_challenge=%zz'],
    ['/%zz'],
    ['/%c0%ae%c0%ae/'],
    ['/login%00'],
    ['/error?error=%ff%fe'],
  ])('with a broken escape is no fault of ours: %s', async (path) => {
    const page = await app.browser().get(path);
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).toBeLessThan(500);
    expect(page.heading).not.toBe('');
    expect(page.headers['content-security-policy']).toContain("script-src 'none'");
  });
});

describe.each(screens)('a form of $name', (screen) => {
  async function send(body: string | Buffer, type: string, headers: Record<string, string> = {}) {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    await browser.get(address);
    const page = await browser.send('post', address, { body: body as string, type, headers });
    expect(stub.sent()).toEqual([]);
    return page;
  }

  test('of 128 kB is read, and one with more is a 413', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const post = (size: number): Promise<Page> => {
      const fields = fieldsOf(form.forms[0]!, screen.yes);
      const room = size - new URLSearchParams([...fields, ['note', '']]).toString().length;
      return browser.post(screen.path, [...fields, ['note', 'x'.repeat(room)]]);
    };
    const large = await post(128 * 1024 + 1);
    expect(large.status).toBe(413);
    expect(large.heading).toBe(words('error.form_too_large.title'));
    expect(stub.sent()).toEqual([]);
    expect((await post(128 * 1024)).status).toBe(303);
  });

  test('with more than 1,000 fields is a 4xx', async () => {
    const page = await send('a=1&'.repeat(1_200), 'application/x-www-form-urlencoded');
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).toBeLessThan(500);
    expect(page.heading).not.toBe('');
  });

  test.each([
    ['JSON', '{"decision":"accept"}', 'application/json'],
    ['plain text', 'decision=accept', 'text/plain'],
    ['a multipart form', '--x\r\n\r\n--x--', 'multipart/form-data; boundary=x'],
    ['no type at all', 'decision=accept', ' '],
  ])('sent as %s is never acted on', async (_how, body, type) => {
    const page = await send(body, type);
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).toBeLessThan(500);
    expect(page.heading).not.toBe('');
  });

  test.each([
    ['a charset that nobody knows', 'application/x-www-form-urlencoded; charset=klingon', {}],
    ['an encoding that nobody knows', undefined, { 'Content-Encoding': 'klingon' }],
    ['a broken gzip', undefined, { 'Content-Encoding': 'gzip' }],
  ])('with %s is a 4xx', async (_how, type, headers) => {
    const form = 'application/x-www-form-urlencoded';
    const page = await send('decision=accept', type ?? form, headers);
    expect(page.status).toBeGreaterThanOrEqual(400);
    expect(page.status).toBeLessThan(500);
    expect(page.heading).toBe(words('error.request_malformed.title'));
  });
});

test('a fault of ours is a 500 that tells its id and nothing more', async () => {
  const faulty = await startApp(
    stub,
    { LOG_LEVEL: 'info' },
    {
      change: (parts) => {
        const find = () => Promise.reject(new Error('the secret place of the database'));
        return { ...parts, identity: { ...parts.identity, find } };
      },
    },
  );
  const address = addressOf('/consent', 'consent_challenge', stub.consent(newChallenge()));
  const page = await faulty.browser().get(address);
  expect(page.status).toBe(500);
  expect(page.heading).toBe(words('error.unexpected.title'));
  expect(page.html).not.toMatch(/secret place|\.ts|node_modules/);
  const id = referenceOf(page)!;
  expect(page.text).toContain(words('error.reference', { id }));
  const line = faulty.logs.find(({ msg }) => msg === 'unexpected error');
  expect(line).toMatchObject({ request: id, err: { message: 'the secret place of the database' } });
  expect(JSON.stringify(line)).toContain('consent-page.ts');
  await faulty.close();
});
