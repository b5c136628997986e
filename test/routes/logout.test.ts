import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { noButton, type Browser } from '../support/browser.ts';
import { withLanguages } from '../support/languages.ts';
import { control, link, type Page } from '../support/page.ts';
import { ada, foo } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
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

type Given = NonNullable<Parameters<AdminStub['logout']>[1]>;
const logout = (given?: Given): string =>
  addressOf('/logout', 'logout_challenge', stub.logout(newChallenge('logout'), given));
const fromServer: Given = {
  rp_initiated: false,
  client: null,
  request_url: '/oauth2/sessions/logout',
};

async function signedIn(): Promise<Browser> {
  const browser = app.browser();
  const login = stub.login(newChallenge('login'));
  const page = await browser.get(addressOf('/login', 'login_challenge', login));
  await browser.submit(page, { fill: foosLogin });
  stub.calls.length = 0;
  expect(browser.cookies()).toHaveProperty([app.cookie('session')]);
  return browser;
}

function isSignedIn(page: Page): boolean {
  return page.text.includes(foo.email);
}

describe('the question', () => {
  test('names the app and the person', async () => {
    const page = await app.browser().get(logout({ subject: ada.subject }));
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('logout.title'));
    expect(page.text).toContain(words('logout.lead', { app: 'Meadow Notes' }));
    for (const shown of [ada.name, ada.email]) expect(page.text).toContain(shown);
    for (const button of ['logout.stay', 'logout.submit']) {
      expect(page.text).toContain(words(button));
    }
    expect(stub.sent()).toEqual([]);
  });

  test('names the house when no app asked, and nobody whom we do not know', async () => {
    const page = await app.browser().get(logout({ ...fromServer, subject: 'nobody-we-know' }));
    expect(page.status).toBe(200);
    expect(page.text).toContain(words('logout.lead_self'));
    expect(page.html).not.toContain('class="person"');
    expect(page.text).not.toContain('nobody-we-know');
  });

  test('stays for the Enter key', async () => {
    const browser = app.browser();
    await browser.submit(await browser.get(logout()));
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.reject']);
  });

  test('comes in the language that the app wished for', async () => {
    const request_url = '/oauth2/sessions/logout?id_token_hint=e.y&ui_locales=fr+de';
    const own = await startApp(stub, {}, { change: withLanguages('de') });
    const page = await own.browser().get(logout({ request_url }));
    expect(page.lang).toBe('de');
    await own.close();
  });
});

describe('yes', () => {
  test('ends the session here, and goes on to the server', async () => {
    const browser = await signedIn();
    const done = await browser.submit(await browser.get(logout()), { press: 'accept' });
    expect(done.status).toBe(303);
    expect(done.leadsTo).toMatch(/^http:\/\/127\.0\.0\.1:4444\/oauth2\/sessions\/logout\?logout_v/);
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.accept']);
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
    expect(isSignedIn(await browser.get('/'))).toBe(false);
  });

  test('is worth nothing to who kept the cookie', async () => {
    const browser = await signedIn();
    const [kept] = browser.cookies()[app.cookie('session')]!.split(';');
    await browser.submit(await browser.get(logout()), { press: 'accept' });
    const thief = app.browser({ Cookie: kept! });
    expect(isSignedIn(await thief.get('/'))).toBe(false);
  });

  test('ends no session here when the server does not take it', async () => {
    const browser = await signedIn();
    const page = await browser.get(logout());
    stub.answer('logout.accept', (_call, res) => res.writeHead(500).end());
    expect((await browser.submit(page, { press: 'accept' })).status).toBe(502);
    expect(isSignedIn(await browser.get('/'))).toBe(true);
  });

  test.each([
    ['yes', {}],
    ['no question', { client: { skip_logout_consent: true } }],
  ])('to an app about somebody else signs nobody out here: by %s', async (_how, given) => {
    const browser = await signedIn();
    const before = browser.cookies()[app.cookie('csrf')];
    expect(before).toBeDefined();
    let page = await browser.get(logout({ ...given, subject: ada.subject }));
    if (page.status === 200) page = await browser.submit(page, { press: 'accept' });
    expect(page.leadsTo).toContain('logout_verifier=');
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.accept']);
    expect(isSignedIn(await browser.get('/'))).toBe(true);
    expect(browser.cookies()[app.cookie('csrf')]).toBe(before);
  });

  test('to an app renews the secret of the browser of this person, also without a session', async () => {
    const browser = await signedIn();
    browser.dropCookies('session');
    const before = browser.cookies()[app.cookie('csrf')];
    expect(before).toBeDefined();
    const others = await browser.get(logout({ subject: ada.subject }));
    await browser.submit(others, { press: 'accept' });
    expect(browser.cookies()[app.cookie('csrf')]).toBe(before);
    await browser.submit(await browser.get(logout()), { press: 'accept' });
    expect(browser.cookies()[app.cookie('csrf')]).not.toBe(before);
  });

  test('to the server itself ends the session, whomever it remembers', async () => {
    const browser = await signedIn();
    const page = await browser.get(logout({ ...fromServer, subject: ada.subject }));
    await browser.submit(page, { press: 'accept' });
    expect(isSignedIn(await browser.get('/'))).toBe(false);
  });

  test('needs its button: without one nothing is done', async () => {
    const browser = await signedIn();
    const page = await browser.submit(await browser.get(logout()), { press: noButton });
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words('error.decision_unknown.title'));
    expect(stub.sent()).toEqual([]);
    expect(isSignedIn(await browser.get('/'))).toBe(true);
  });

  test('works without a session here', async () => {
    const browser = app.browser();
    const done = await browser.submit(await browser.get(logout(fromServer)), { press: 'accept' });
    expect(done.leadsTo).toContain('logout_verifier=');
  });
});

describe('no', () => {
  test('is rejected at the server, and a page says so, with the way back', async () => {
    const browser = await signedIn();
    const address = logout();
    const page = await browser.submit(await browser.get(address), { press: 'reject' });
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('stayed.title'));
    expect(page.text).toContain(words('stayed.lead'));
    expect(page.text).toContain(foo.email);
    expect(link(page, words('stayed.app', { app: 'Meadow Notes' }))?.href).toBe(
      'https://notes.example.org',
    );
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.reject']);
    expect(isSignedIn(await browser.get('/'))).toBe(true);
    const reloaded = await browser.follow(await browser.get(address));
    expect(reloaded.heading).toBe(words('stayed.title'));
  });

  test('has no way back that nobody knows', async () => {
    const browser = app.browser();
    const page = await browser.submit(await browser.get(logout(fromServer)), { press: 'reject' });
    expect(page.heading).toBe(words('stayed.title'));
    expect(page.links.filter(({ href }) => href.startsWith('http'))).toEqual([]);
    expect(link(page, words('button.start_page'))?.href).toBe('/');
  });
});

describe('a question that need not be asked', () => {
  const skipping = { client: { skip_logout_consent: true } };

  test('is answered with yes when the app itself asked', async () => {
    const browser = await signedIn();
    const page = await browser.get(logout(skipping));
    expect(page.status).toBe(303);
    expect(page.leadsTo).toContain('logout_verifier=');
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['logout.accept']);
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
  });

  test.each([
    ['when the app did not ask', { ...skipping, rp_initiated: false }],
    ['when the mark is false', { client: { skip_logout_consent: false } }],
    ['when there is no mark', { client: { skip_logout_consent: null } }],
  ])('is asked all the same %s', async (_when, given) => {
    const page = await app.browser().get(logout(given));
    expect(page.status).toBe(200);
    expect(control(page, 'accept')).toBeDefined();
    expect(stub.sent()).toEqual([]);
  });

  test('is answered only by a page view', async () => {
    const browser = app.browser();
    expect((await browser.send('head', logout(skipping))).status).toBe(200);
    const form = await browser.get(logout());
    const forge = { logout_challenge: stub.logout(newChallenge(), skipping), _csrf: 'broken' };
    expect((await browser.submit(form, { press: 'accept', forge })).status).toBe(403);
    expect(stub.sent()).toEqual([]);
  });
});

test('a logout that was rejected before is unknown', async () => {
  const challenge = stub.logout(newChallenge());
  stub.set(challenge, 'rejected');
  const page = await app.browser().get(addressOf('/logout', 'logout_challenge', challenge));
  expect(page.status).toBe(404);
});

describe('the page after it', () => {
  const toApp = words('button.go_to', { app: 'Meadow Notes' });
  const toStart = words('button.start_page');

  test('says so to whoever comes, and leads to the start page', async () => {
    const page = await app.browser().get('/logged-out');
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('logged_out.title'));
    expect(page.text).toContain(words('logged_out.lead'));
    expect(link(page, toStart)?.href).toBe('/');
    expect(page.setCookies).toEqual([]);
  });

  test.each([
    ['yes', {}],
    ['no question', { client: { skip_logout_consent: true } }],
  ])('leads back to the app that asked for it, by %s', async (_how, given) => {
    const browser = await signedIn();
    const page = await browser.get(logout(given));
    if (page.status === 200) await browser.submit(page, { press: 'accept' });
    const done = await browser.get('/logged-out');
    expect(link(done, toApp)?.href).toBe('https://notes.example.org');
    expect(link(done, toStart)?.href).toBe('/');
    // the same in another language or loaded again
    expect(link(await browser.get('/logged-out?lang=en'), toApp)).toBeDefined();
    expect(link(await app.browser().get('/logged-out'), toApp)).toBeUndefined();
    expect(browser.cookies()[app.cookie('left')]).toMatch(
      /; Max-Age=600; .*HttpOnly; SameSite=Lax/,
    );
  });

  test.each([
    [
      'that somebody wants to stay',
      async (browser: Browser) => {
        await browser.submit(await browser.get(logout()), { press: 'reject' });
      },
    ],
    [
      'the start page signs out',
      async (browser: Browser) => {
        await browser.submit(await browser.get(logout({ subject: ada.subject })), {
          press: 'accept',
        });
        await browser.submit(await browser.get('/'));
      },
    ],
    [
      'the server asked for the last sign-out',
      async (browser: Browser) => {
        await browser.submit(await browser.get(logout()), { press: 'accept' });
        await browser.submit(await browser.get(logout(fromServer)), { press: 'accept' });
      },
    ],
    [
      'the app has no address',
      async (browser: Browser) => {
        const client = { client_uri: '', redirect_uris: ['app.notes:/back'] };
        await browser.submit(await browser.get(logout({ client })), { press: 'accept' });
      },
    ],
  ])('leads to no app when %s', async (_when, act) => {
    const browser = await signedIn();
    await act(browser);
    const page = await browser.get('/logged-out');
    expect(link(page, toApp)).toBeUndefined();
    expect(link(page, toStart)?.href).toBe('/');
  });

  test('believes no cookie that we did not sign', async () => {
    const browser = app.browser();
    const evil = encodeURIComponent('j:{"name":"Meadow Notes","href":"https://evil.example/"}');
    for (const value of [evil, `s%3A${evil}.AAAA`, 's%3Aj%3A%7B', '']) {
      browser.setCookie(app.cookie('left'), value);
      const page = await browser.get('/logged-out');
      expect(page.status).toBe(200);
      expect(page.html).not.toContain('evil.example');
    }
  });
});

test('an app that imitates the house is called by its host', async () => {
  const own = await startApp(stub, { SELF_REGISTRATION: 'on' });
  const client = { client_name: 'Роrtісо', redirect_uris: ['https://free-sweets.example/back'] };
  const browser = own.browser();
  const page = await browser.get(logout({ client }));
  expect(page.text).toContain(words('logout.lead', { app: 'free-sweets.example' }));
  expect(page.html).not.toContain('Роrtісо');
  const hostless = await browser.get(logout({ client: { ...client, redirect_uris: [] } }));
  expect(hostless.text).toContain(words('logout.lead', { app: words('lookalike.app') }));
  await own.close();
});
