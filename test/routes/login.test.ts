import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Parts } from '../../src/assemble.ts';
import { IdentityError } from '../../src/identity/backend.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, noButton, type Browser } from '../support/browser.ts';
import { control, link, type Page } from '../support/page.ts';
import {
  ada,
  foo,
  max,
  password,
  removeUsersFile,
  replaceUsersFile,
  writeUsersFile,
} from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { until } from '../support/until.ts';
import { titleBar, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** How many passwords were looked at. */
let hashed = 0;

/** Counts the passwords that are looked at. */
function counting(parts: Parts): Parts {
  const { identity } = parts;
  const verify: typeof identity.verify = (login, secret, origin) => {
    hashed += 1;
    return identity.verify(login, secret, origin);
  };
  return { ...parts, identity: { ...identity, verify } };
}

beforeAll(async () => {
  stub = await startAdminStub();
  // each test may come from an address of its own, or the limits of one would stop another
  app = await startApp(stub, { TRUST_PROXY: 'loopback' }, { change: counting });
});
beforeEach(() => {
  stub.reset();
  hashed = 0;
});
afterAll(async () => {
  await app.close();
  await stub.close();
});

let addresses = 0;
function newBrowser(headers: Record<string, string> = {}, of = app): Browser {
  addresses += 1;
  return of.browser({ 'X-Forwarded-For': `198.51.100.${addresses}`, ...headers });
}

type Given = Parameters<AdminStub['login']>[1];
const login = (given?: Given): string =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));
/** Of whom the server was told to forget the sign-ins. */
const signedOut = () => stub.sent('loginSessions.revoke').map(({ query }) => query.get('subject'));
const accepted = () => stub.sent('login.accept').map(({ body }) => body);
const open = async (given?: Given, browser = newBrowser()): Promise<[Browser, Page]> => [
  browser,
  await browser.get(login(given)),
];
const wrong = { email: 'foo@bar.com', password: 'wrong' };
const titleFor = (app: string): string => words('login.title', { app });
const title = titleFor('Meadow Notes');

describe('the sign-in page', () => {
  test('says which app asks, and has what a password manager looks for', async () => {
    const [, page] = await open();
    expect(page.status).toBe(200);
    expect(page.heading).toBe(title);
    expect(page.title).toBe(titleBar(title));
    expect(page.text).toContain(words('login.lead'));
    expect(control(page, 'email')).toMatchObject({ name: 'email', value: '' });
    expect(control(page, 'email')?.tag).toContain('autocomplete="username"');
    expect(control(page, 'password')).toMatchObject({ type: 'password', value: '' });
    expect(control(page, 'password')?.tag).toContain('autocomplete="current-password"');
    expect(control(page, 'accept')).toMatchObject({ name: 'decision', value: 'accept' });
    expect(control(page, 'reject')).toMatchObject({ name: 'decision', value: 'reject' });
    expect(page.text).toContain(words('login.cancel', { app: 'Meadow Notes' }));
    expect(stub.sent()).toEqual([]);
  });

  test('has the name that the app hinted at, as text', async () => {
    const hint = '"><b>ada@example.org';
    const [, page] = await open({ oidc_context: { login_hint: hint } });
    expect(control(page, 'email')?.value).toBe(hint);
    expect(page.html).not.toContain('<b>ada');
  });

  test('shows names of apps as text, cuts long ones and stands in for missing ones', async () => {
    const [, tagged] = await open({ client: { client_name: '<script>alert(1)</script>' } });
    expect(tagged.heading).toBe(titleFor('<script>alert(1)</script>'));
    const [, long] = await open({ client: { client_name: 'n'.repeat(80) } });
    expect(long.heading).toBe(titleFor(`${'n'.repeat(59)}…`));
    const [, unnamed] = await open({ client: { client_name: ' ', client_id: 'app-7' } });
    expect(unnamed.heading).toBe(titleFor('app-7'));
  });

  test('presses "sign in" for the Enter key', async () => {
    const [browser, page] = await open();
    const done = await browser.submit(page, { fill: foosLogin });
    expect(done.leadsTo).toContain('login_verifier=');
  });
});

describe('signing in', () => {
  test('accepts the person who proved it, and goes on to the server', async () => {
    const [browser, page] = await open();
    const done = await browser.submit(page, { fill: foosLogin });
    expect(accepted()).toEqual([
      {
        subject: 'foo@bar.com',
        remember: false,
        acr: expect.any(String),
        amr: ['pwd'],
        context: { portico_flow: expect.any(String) },
      },
    ]);
    expect(done.status).toBe(303);
    expect(done.headers['cache-control']).toBe('no-store');
    expect(done.leadsTo).toMatch(/^http:\/\/127\.0\.0\.1:4444\/oauth2\/auth\?.*login_verifier=/);
    expect(done.html).not.toContain('verifier');
  });

  test('goes on in the same way for a client that reads no pages', async () => {
    const [browser, page] = await open();
    for (const Accept of ['*/*', 'application/json']) {
      const done = await browser.submit(page, { fill: foosLogin, headers: { Accept } });
      expect(done.status).toBe(303);
      expect(done.leadsTo).toContain('login_verifier=');
    }
  });

  test.each([
    ['by username', 'ada', ada],
    ['in capitals', 'ADA.STRASSE@EXAMPLE.ORG', ada],
    ['with blanks around', '  foo@bar.com ', foo],
  ])('works %s', async (_how, email, person) => {
    const [browser, page] = await open();
    const secret = person === foo ? 'foobar' : password;
    await browser.submit(page, { fill: { email, password: secret } });
    expect(accepted()).toEqual([expect.objectContaining({ subject: person.subject })]);
  });

  test('begins a session under a new id, which no page before it has', async () => {
    const [browser, page] = await open();
    browser.setCookie(app.cookie('session'), 's%3Aplanted.by-somebody');
    const done = await browser.submit(page, { fill: foosLogin });
    const cookie = done.setCookies.find((line) => line.startsWith(`${app.cookie('session')}=`));
    expect(cookie).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
    const [, again] = await open(undefined, browser);
    const second = await browser.submit(again, { fill: foosLogin });
    const other = second.setCookies.find((line) => line.startsWith(`${app.cookie('session')}=`));
    expect(other?.split(';')[0]).not.toBe(cookie?.split(';')[0]);
  });

  test('begins no session when the challenge is too old', async () => {
    const [browser, page] = await open();
    const challenge = control(page, 'login_challenge')!.value;
    stub.set(challenge, 'expired');
    const old = await browser.submit(page, { fill: foosLogin });
    expect(old.status).toBe(410);
    expect(old.setCookies.join()).not.toContain('session');
  });

  test('begins no session when the server does not take the answer', async () => {
    const [browser, page] = await open();
    stub.answer('login.accept', (_call, res) => res.writeHead(500).end());
    const down = await browser.submit(page, { fill: foosLogin });
    expect(down.status).toBe(502);
    expect(down.setCookies.join()).not.toContain('session');
    stub.usually();
    const done = await browser.submit(page, { fill: foosLogin });
    expect(done.leadsTo).toContain('login_verifier=');
  });

  test('cancelled tells the app so, and looks at no password', async () => {
    const [browser, page] = await open();
    const done = await browser.submit(page, { press: 'reject', fill: foosLogin });
    expect(done.leadsTo).toContain('login_verifier=');
    expect(stub.sent().map(({ operation, body }) => [operation, body])).toEqual([
      [
        'login.reject',
        { error: 'access_denied', error_description: 'The resource owner denied the request' },
      ],
    ]);
    expect(hashed).toBe(0);
  });

  test('cancelled in a device flow ends at a page of ours', async () => {
    const [browser, page] = await open(stub.inDeviceFlow);
    const done = await browser.submit(page, { press: 'reject' });
    expect(stub.sent('login.reject')).toHaveLength(1);
    expect(done.leadsTo).toBe('/device/stopped');
    expect((await browser.follow(done)).heading).toBe(words('device.stopped.title'));
  });
});

describe('a wrong password', () => {
  const notice = `${words('login.wrong.title')} ${words('login.wrong.text')}`;

  test('shows the same form, 400, with what was typed but the password', async () => {
    const [browser, page] = await open();
    const again = await browser.submit(page, { fill: wrong });
    expect(again.status).toBe(400);
    expect(again.heading).toBe(title);
    expect(again.title).toBe(titleBar(title, { isError: true }));
    expect(again.text).toContain(notice);
    expect(control(again, 'email')).toMatchObject({ value: 'foo@bar.com' });
    expect(control(again, 'password')?.value).toBe('');
    expect(again.html).not.toContain('wrong"');
    expect(stub.sent()).toEqual([]);
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
    const done = await browser.submit(again, { fill: { password: 'foobar' } });
    expect(done.leadsTo).toContain('login_verifier=');
  });

  test.each([
    ['an unknown person', { email: 'nobody@example.org', password: 'foobar' }],
    ['a disabled person', { email: 'dora@example.org', password }],
    ['the password of another', { email: 'foo@bar.com', password }],
    ['a password of blanks', { email: 'foo@bar.com', password: '  ' }],
  ])('of %s gets the same words', async (_who, fill) => {
    const [browser, page] = await open();
    const again = await browser.submit(page, { fill });
    expect(again.status).toBe(400);
    expect(again.text).toContain(notice);
    expect(hashed).toBe(1);
    expect(stub.sent()).toEqual([]);
  });

  test('with a field that is there twice proves nobody', async () => {
    const [browser, page] = await open();
    const again = await browser.submit(page, { fill: foosLogin, add: [['password', 'foobar']] });
    expect(again.status).toBe(400);
    expect(stub.sent()).toEqual([]);
  });

  test('keeps what was typed when the form was too old, but never the password', async () => {
    const [browser, page] = await open();
    const again = await browser.submit(page, {
      fill: { email: 'ada', password: 'sesame' },
      forge: { _csrf: 'old' },
    });
    expect(again.status).toBe(403);
    expect(control(again, 'email')?.value).toBe('ada');
    expect(control(again, 'password')?.value).toBe('');
    expect(again.html).not.toContain('sesame');
    expect(hashed).toBe(0);
  });
});

describe('a challenge that is answered', () => {
  test('gets its answer again with a second click, and no password is looked at once more', async () => {
    const [browser, page] = await open();
    const [other, otherPage] = [newBrowser(), page];
    const first = await browser.submit(page, { fill: foosLogin });
    for (let i = 0; i < 20; i++) {
      const again = await browser.submit(page, { fill: foosLogin });
      expect([again.status, again.leadsTo]).toEqual([303, first.leadsTo]);
    }
    for (const [fill, remember] of [
      [wrong, false],
      [{ email: 'ada', password }, false],
      [foosLogin, true],
    ] as const) {
      const different = await browser.submit(page, { fill, tick: { remember } });
      expect([different.status, different.heading]).toEqual([
        409,
        words('error.challenge_used.title'),
      ]);
    }
    expect((await other.submit(otherPage, { fill: foosLogin })).status).toBe(409);
    expect(hashed).toBe(1);
    expect(accepted()).toHaveLength(1);
  });

  test('begins a session with each click, because the browser drops the first response', async () => {
    const [browser, page] = await open();
    const cookiesOf = async () => {
      const { headers } = await browser.submit(page, { fill: foosLogin });
      return String(headers['set-cookie']);
    };
    for (const cookies of [await cookiesOf(), await cookiesOf()]) {
      expect(cookies).toMatch(/portico_session[\w-]*=/);
      expect(cookies).toMatch(/portico_known[\w-]*=/);
    }
    expect(hashed).toBe(1);
  });
});

describe('an office of fifty people with fifty typos', () => {
  test('slows down for seconds, and not at all for browsers that signed in before', async () => {
    const office = { 'X-Forwarded-For': '203.0.113.77' };
    const [home] = await open(undefined, newBrowser(office));
    await home.submit(await home.get(login()), { fill: foosLogin });
    for (let i = 0; i < 50; i++) {
      const [colleague, page] = await open(undefined, newBrowser(office));
      const fill = { email: `colleague${i}@example.org`, password: 'typo' };
      expect((await colleague.submit(page, { fill })).status).toBe(400);
    }
    const [last, page] = await open(undefined, newBrowser(office));
    const slowed = await last.submit(page, { fill: { email: 'max@example.org', password } });
    expect([slowed.status, slowed.headers['retry-after']]).toEqual([429, '1']);
    const known = await home.submit(await home.get(login()), { fill: foosLogin });
    expect(known.leadsTo).toContain('login_verifier=');
  });

  test('does not even slow down where its network is trusted', async () => {
    const own = await startApp(stub, {
      TRUST_PROXY: 'loopback',
      LIMIT_TRUSTED_NETWORKS: '203.0.113.0/24',
      LIMIT_ADDRESS_TRIES: '5',
    });
    const results: number[] = [];
    for (let i = 0; i < 10; i++) {
      const [browser, page] = await open(
        undefined,
        own.browser({ 'X-Forwarded-For': '203.0.113.77' }),
      );
      const fill = { email: `colleague${i}@example.org`, password: 'typo' };
      results.push((await browser.submit(page, { fill })).status);
    }
    expect(results).toEqual(Array.from({ length: 10 }, () => 400));
    await own.close();
  });
});

describe('an empty field', () => {
  const missing = words('login.password_missing');
  const missingLogin = words('login.email_or_username_missing');
  const email = foosLogin.email;
  /** Blanks and characters that nobody sees. */
  const nothing = ' \u200B\u00AD\u2066\u3000';

  test.each([
    ['the password', { email, password: '' }, [missing]],
    ['the login', { email: '', password: 'foobar' }, [missingLogin]],
    ['both', { email: '', password: '' }, [missingLogin, missing]],
    ['a blank login', { email: nothing, password: 'foobar' }, [missingLogin]],
  ])('is said, 400: %s', async (_which, fill, texts) => {
    const [browser, page] = await open();
    const again = await browser.submit(page, { fill });
    expect(again.status).toBe(400);
    expect(again.title).toBe(titleBar(title, { isError: true }));
    for (const text of [missing, missingLogin]) {
      expect(again.text.includes(text)).toBe(texts.includes(text));
    }
    expect(again.text).not.toContain(words('login.wrong.title'));
    expect(control(again, 'email')?.value.trim()).toBe(fill.email === email ? email : '');
    expect(control(again, 'password')?.value).toBe('');
  });

  test('is no guess, costs no hash, and is in no audit trail', async () => {
    const own = await startApp(stub, { LOG_LEVEL: 'info' }, { change: counting });
    const browser = own.browser();
    const page = await browser.get(login());
    for (let i = 0; i < 7; i++) {
      const fill = { email, password: '' };
      expect((await browser.submit(page, { fill })).status).toBe(400);
    }
    expect(hashed).toBe(0);
    expect(own.logs.filter((line) => 'audit' in line)).toEqual([]);
    const done = await browser.submit(page, { fill: foosLogin });
    expect(done.leadsTo).toContain('login_verifier=');
    await own.close();
  });

  test('is called by what can be typed into it', async () => {
    const own = await startApp(stub, {}, { people: [foo] });
    const browser = own.browser();
    const page = await browser.get(login());
    expect(page.text).not.toContain(words('login.email_or_username'));
    const again = await browser.submit(page, { fill: { email: '', password: 'x' } });
    expect(again.text).toContain(words('login.email_missing'));
    const [, other] = await open();
    expect(other.text).toContain(words('login.email_or_username'));
    await own.close();
  });
});

test('a browser stays known when the secret is replaced', async () => {
  const [old, next] = ['the-old-secret-0123456789-abcdefgh', 'the-new-secret-0123456789-abcdefgh'];
  const env = { BASE_URL: 'https://login.example.org', TRUST_PROXY: '1' };
  const before = await startApp(stub, { ...env, COOKIE_SECRET: old });
  const home = newBrowser({}, before);
  await home.submit(await home.get(login()), { fill: foosLogin });
  const [name = '', line = ''] =
    Object.entries(home.cookies()).find(([cookie]) => cookie.includes('known')) ?? [];
  await before.close();
  const after = await startApp(stub, { ...env, COOKIE_SECRET: `${next},${old}` });
  const from = { 'X-Forwarded-For': '203.0.113.77' };
  const guess = async (browser: Browser): Promise<number> => {
    const form = await browser.get(login());
    return (await browser.submit(form, { fill: { ...foosLogin, password: 'wrong' } })).status;
  };
  for (let i = 0; i < 5; i++) expect(await guess(after.browser(from))).toBe(400);
  const stranger = after.browser(from);
  const same = after.browser(from);
  same.setCookie(name, /^[^=]+=([^;]*)/.exec(line)![1]!);
  expect([await guess(stranger), await guess(same)]).toEqual([429, 400]);
  await after.close();
});

describe('a stolen cookie of a known browser', () => {
  test('allows five guesses, from however many addresses', async () => {
    const own = await startApp(stub, { TRUST_PROXY: 'loopback' });
    const [home, page] = await open(undefined, newBrowser({}, own));
    await home.submit(page, { fill: foosLogin });
    const results: number[] = [];
    for (let i = 0; i < 12; i++) {
      const headers = { 'X-Forwarded-For': `203.0.113.${i}` };
      const form = await home.get(login());
      results.push((await home.submit(form, { fill: wrong, headers })).status);
    }
    expect(results).toEqual([
      ...Array.from({ length: 5 }, () => 400),
      ...Array.from({ length: 7 }, () => 429),
    ]);
    await own.close();
  });
});

describe('a form without its button, as password managers send it', () => {
  test('is a sign-in', async () => {
    const [browser, page] = await open();
    const done = await browser.submit(page, { fill: foosLogin, press: noButton });
    expect(done.leadsTo).toContain('login_verifier=');
    expect(accepted()).toEqual([expect.objectContaining({ subject: foo.subject })]);
  });

  test('is one with empty fields too', async () => {
    const [browser, page] = await open();
    const again = await browser.submit(page, { press: noButton });
    expect(again.status).toBe(400);
    expect(again.text).toContain(words('login.password_missing'));
  });

  test('but another decision is none', async () => {
    const [browser, page] = await open();
    for (const decisions of [['yes'], [''], ['accept', 'accept'], ['accept', 'reject']]) {
      const add = decisions.map((one): [string, string] => ['decision', one]);
      const refused = await browser.submit(page, { fill: foosLogin, press: noButton, add });
      expect(refused.status).toBe(400);
      expect(refused.heading).toBe(words('error.decision_unknown.title'));
    }
    expect(stub.sent()).toEqual([]);
    expect(hashed).toBe(0);
  });

  test('answers no consent', async () => {
    const browser = newBrowser();
    const consent = stub.consent(newChallenge());
    const page = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    const refused = await browser.submit(page, { press: noButton });
    expect(refused.status).toBe(400);
    expect(stub.sent()).toEqual([]);
  });
});

describe('a login that was pasted', () => {
  test.each([
    ['with what nobody sees', '\uFEFF\u2066foo@\u200Bbar\u00AD.com\u2069\u202C'],
    ['from a Japanese keyboard', 'ｆｏｏ＠bar。com'],
  ])('signs in %s', async (_how, email) => {
    const [browser, page] = await open();
    await browser.submit(page, { fill: { email, password: 'foobar' } });
    expect(accepted()).toEqual([expect.objectContaining({ subject: foo.subject })]);
  });

  test('is given back without what nobody sees, and so is a hint', async () => {
    const hint = '\u202Egro.elpmaxe@ada\u200B';
    const [browser, page] = await open({ oidc_context: { login_hint: hint } });
    expect(control(page, 'email')?.value).toBe('gro.elpmaxe@ada');
    const fill = { email: 'm\u00ADa\u200Dx\uFE0F', password: 'wrong' };
    expect(control(await browser.submit(page, { fill }), 'email')?.value).toBe('max');
  });

  test('counts as the same account however it is written', async () => {
    const [browser, page] = await open();
    const spellings = ['a@bücher.example', 'A@XN--BCHER-KVA.example', 'a＠bücher。example'];
    for (let i = 0; i < 5; i++) {
      const fill = { email: `${spellings[i % 3]}\u200B`, password: 'wrong' };
      expect((await browser.submit(page, { fill })).status).toBe(400);
    }
    const fill = { email: spellings[0]!, password: 'wrong' };
    expect((await browser.submit(page, { fill })).status).toBe(429);
  });
});

describe('many wrong passwords', () => {
  test("tell nobody that two logins are one person's", async () => {
    const answers: unknown[] = [];
    for (const [name, email] of [
      ['ada', ada.email],
      ['nobody', 'nobody@example.net'],
    ]) {
      const [browser, page] = await open();
      for (let i = 0; i < 5; i++)
        await browser.submit(page, { fill: { email: name!, password: 'x' } });
      answers.push((await browser.submit(page, { fill: { email: email!, password: 'x' } })).status);
    }
    expect(answers).toEqual([400, 400]);
  });

  test.each([
    ['a known account', 'max@example.org'],
    ['an unknown account', 'nobody@example.net'],
  ])('for %s are stopped after five, and nothing is hashed then', async (_which, email) => {
    const [browser, page] = await open();
    const fill = { email, password: 'wrong' };
    for (let i = 0; i < 5; i++) expect((await browser.submit(page, { fill })).status).toBe(400);
    expect(hashed).toBe(5);
    const paused = await browser.submit(page, { fill: { email, password } });
    expect(paused.status).toBe(429);
    const seconds = Number(paused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(20);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(paused.heading).toBe(title);
    expect(paused.text).toContain(words('login.wait.title'));
    expect(paused.text).toContain(words('login.wait.text', { time: `${seconds} seconds` }));
    expect(control(paused, 'email')?.value).toBe(email);
    expect(hashed).toBe(5);
    expect(stub.sent()).toEqual([]);
    // another account from the same address may still sign in
    const other = await browser.submit(paused, { fill: foosLogin });
    expect(other.leadsTo).toContain('login_verifier=');
  });

  test('at the same moment get no further than one after the other', async () => {
    const [browser, page] = await open();
    const fill = { email: 'ada', password: 'wrong' };
    const spelled = { email: ' ＡＤＡ ', password: 'wrong' };
    const pages = await Promise.all(
      Array.from({ length: 20 }, (_, i) => browser.submit(page, { fill: i % 2 ? fill : spelled })),
    );
    expect(pages.filter(({ status }) => status === 400)).toHaveLength(5);
    expect(pages.filter(({ status }) => status === 429)).toHaveLength(15);
    expect(hashed).toBe(5);
  });

  test('for one account from everywhere do not stop its own browser', async () => {
    const own = await startApp(stub, { TRUST_PROXY: 'loopback' });
    const [home] = await open(undefined, newBrowser({}, own));
    const page = await home.get(login());
    await home.submit(page, { fill: foosLogin });
    for (let i = 0; i < 100; i++) {
      const guesser = own.browser({ 'X-Forwarded-For': `203.0.113.${Math.floor(i / 4)}` });
      const form = await guesser.get(login());
      expect((await guesser.submit(form, { fill: wrong })).status).toBe(400);
    }
    const stranger = own.browser({ 'X-Forwarded-For': '203.0.113.200' });
    const refused = await stranger.submit(await stranger.get(login()), { fill: foosLogin });
    expect(refused.status).toBe(429);
    const again = await home.submit(await home.get(login()), { fill: foosLogin });
    expect(again.leadsTo).toContain('login_verifier=');
    await own.close();
  });

  test('are not counted while too many passwords are being checked', async () => {
    const verify = () => Promise.reject(new IdentityError('busy', 'the queue is full'));
    const busy = await startApp(
      stub,
      {},
      { change: (parts) => ({ ...parts, identity: { ...parts.identity, verify } }) },
    );
    const browser = busy.browser();
    const address = login();
    const form = await browser.get(address);
    for (let i = 0; i < 7; i++) {
      const page = await browser.submit(form, { fill: foosLogin });
      expect(page.status).toBe(503);
      expect(page.headers['retry-after']).toBe('5');
      expect(page.heading).toBe(words('error.busy.title'));
      expect(link(page, words('button.try_again'))?.href).toBe(address);
    }
    expect(stub.sent()).toEqual([]);
    await busy.close();
  });
});

test('a user store that wants to be left alone for a while says how long', async () => {
  const fault = new IdentityError('busy', 'too much to do', undefined, 90);
  const verify = () => Promise.reject(fault);
  const change = (parts: Parts) => ({ ...parts, identity: { ...parts.identity, verify } });
  const busy = await startApp(stub, {}, { change });
  const browser = busy.browser();
  const page = await browser.submit(await browser.get(login()), { fill: foosLogin });
  expect([page.status, page.headers['retry-after']]).toEqual([503, '90']);
  expect(page.text).toContain(words('error.busy.text', { time: '90 seconds' }));
  await busy.close();
});

describe('a person whom the server remembers', () => {
  const remembered = { skip: true, subject: ada.subject };

  /** The form of such a challenge: a page view answers at once, a post that is refused shows it. */
  async function openRemembered(): Promise<[Browser, Page]> {
    const [browser, page] = await open();
    const forge = { login_challenge: stub.login(newChallenge(), remembered), _csrf: 'broken' };
    return [browser, await browser.submit(page, { forge })];
  }

  test('is asked nothing: the same subject, how they signed in, and nothing of remembering', async () => {
    const [browser, page] = await open(remembered);
    expect(page.status).toBe(303);
    expect(page.leadsTo).toContain('login_verifier=');
    expect(accepted()).toEqual([
      {
        subject: ada.subject,
        acr: expect.any(String),
        amr: ['pwd'],
        context: { portico_flow: expect.any(String) },
      },
    ]);
    expect(Object.keys(browser.cookies())).toEqual([app.cookie('csrf')]);
  });

  test('is answered once, however often the page is loaded', async () => {
    const browser = newBrowser();
    const address = login(remembered);
    const pages = await Promise.all([1, 2, 3].map(() => browser.get(address)));
    pages.push(await browser.get(address));
    expect(new Set(pages.map((page) => page.leadsTo)).size).toBe(1);
    expect(stub.sent()).toHaveLength(1);
  });

  test.each([
    ['is gone', 'nobody-we-know'],
    ['is disabled', 'dora-1'],
  ])(
    'and %s is asked to sign in anew, without the hint at the old account',
    async (_s, subject) => {
      const [, page] = await open({ skip: true, subject });
      expect(page.status).toBe(303);
      const target = new URL(page.leadsTo!);
      expect(target.href).toMatch(/^http:\/\/127\.0\.0\.1:4444\/oauth2\/auth\?/);
      expect(target.searchParams.get('prompt')).toBe('login');
      expect(target.searchParams.has('id_token_hint')).toBe(false);
      expect(target.searchParams.get('state')).toBe('s-81c2-4e7f');
      expect(stub.sent()).toEqual([]);
      expect(signedOut()).toEqual([subject]);
    },
  );

  test('and is gone never goes in a circle when the server does not heed our prompt', async () => {
    const start = `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&request=e.y.J`;
    const gone = { skip: true, subject: 'nobody-we-know' };
    stub.answer('loginSessions.revoke', (_call, res) => res.writeHead(503).end());
    const own = await startApp(stub); // which tries on in the background
    const [browser, page] = await open({ ...gone, request_url: start }, newBrowser({}, own));
    expect(page.leadsTo).toContain('prompt=login');
    const [, back] = await open({ ...gone, request_url: page.leadsTo! }, browser);
    expect(back.leadsTo).toContain('login_verifier=');
    expect(stub.sent().map(({ operation, body }) => [operation, body?.['error']])).toEqual([
      ['login.reject', 'login_required'],
    ]);
    await own.close();
  });

  test('and is gone is told to an app that wants no page', async () => {
    const [, page] = await open({
      skip: true,
      subject: 'nobody-we-know',
      request_url: `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&prompt=none&state=s`,
    });
    expect(page.status).toBe(303);
    expect(page.leadsTo).toContain('login_verifier=');
    expect(stub.sent().map(({ operation, body }) => [operation, body?.['error']])).toEqual([
      ['login.reject', 'login_required'],
    ]);
    // Not yet: a server before 2 would forget this answer together with the session.
    expect(signedOut()).toEqual([]);
  });

  test('and is gone gets a page in a device flow, which leads to the code once more', async () => {
    const [, page] = await open({ ...stub.inDeviceFlow, skip: true, subject: 'nobody-we-know' });
    expect(page.status).toBe(403);
    expect(page.heading).toBe(words('error.account_unknown.title'));
    expect(link(page, words('button.other_account'))?.href).toBe(
      'http://127.0.0.1:4444/oauth2/device/verify',
    );
    expect(stub.sent()).toEqual([]);
    expect(signedOut()).toEqual(['nobody-we-know']);
  });

  test('and is gone is told of the fault in a device flow when the server forgets nobody', async () => {
    stub.answer('loginSessions.revoke', (_call, res) => res.writeHead(503).end());
    const own = await startApp(stub);
    const gone = { ...stub.inDeviceFlow, skip: true, subject: 'nobody-we-know' };
    const [, page] = await open(gone, newBrowser({}, own));
    expect(page.status).toBe(502);
    expect(stub.sent()).toEqual([]);
    await own.close();
  });

  test('is never accepted by a look that is no page view', async () => {
    const browser = newBrowser();
    const head = await browser.send('head', login(remembered));
    expect(head.status).toBe(200);
    const form = await browser.get(login());
    const forge = { login_challenge: stub.login(newChallenge(), remembered), _csrf: 'broken' };
    const posted = await browser.submit(form, { fill: foosLogin, forge });
    expect(posted.status).toBe(403);
    expect(stub.sent()).toEqual([]);
  });

  test('can post a password of their own when a form is still open', async () => {
    const [browser, form] = await openRemembered();
    const done = await browser.submit(form, { fill: { email: 'ada', password } });
    expect(done.leadsTo).toContain('login_verifier=');
    expect(accepted()).toEqual([expect.objectContaining({ subject: ada.subject })]);
  });

  test('is not accepted as somebody else: the sign-in begins anew', async () => {
    const [browser, form] = await openRemembered();
    const done = await browser.submit(form, { fill: foosLogin });
    expect(new URL(done.leadsTo!).searchParams.get('prompt')).toBe('login');
    expect(stub.sent()).toEqual([]);
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
  });
});

describe('a remembered person whose password changes', () => {
  const remembered = { skip: true, subject: foo.subject };
  const other = { ...foo, password_hash: ada.password_hash };

  /** An app whose users file changes, and a browser in which foo is signed in. */
  async function startWithFoo() {
    const usersFile = await writeUsersFile([foo, ada, max]);
    const own = await startApp(stub, { USERS_FILE: usersFile, LOG_LEVEL: 'info' });
    const browser = own.browser();
    await browser.submit(await browser.get(login()), { fill: foosLogin });
    expect((await browser.get('/')).text).toContain(foo.email);
    stub.calls.length = 0;
    const change = async (people: unknown): Promise<void> => {
      const count = () => own.logs.filter(({ msg }) => msg === 'users file read again').length;
      const before = count();
      await replaceUsersFile(usersFile, people);
      await until(() => count() > before);
    };
    const close = async (): Promise<void> => {
      await own.close();
      await removeUsersFile(usersFile);
    };
    return { own, browser, change, close };
  }

  test.each([
    ['is changed', [other, ada, max]],
    ['is disabled', [{ ...foo, disabled: true }, ada, max]],
    ['is removed', [ada, max]],
  ])('who %s is signed out at the server and here', async (_what, people) => {
    const { browser, change, close } = await startWithFoo();
    await change(people);
    await until(() => signedOut().length > 0);
    expect(signedOut()).toEqual([foo.subject]);
    const start = await browser.get('/');
    expect(start.text).not.toContain(foo.email);
    expect(start.text).toContain(words('start.signed_out'));
    const page = await browser.get(login(remembered));
    expect(new URL(page.leadsTo!).searchParams.get('prompt')).toBe('login');
    expect(stub.sent('login.accept')).toEqual([]);
    await close();
  });

  test.each([
    ['is changed', [other, ada, max]],
    ['is disabled', [{ ...foo, disabled: true }, ada, max]],
    ['is removed', [ada, max]],
  ])('who %s gains nothing by a form that was posted before', async (_what, people) => {
    const { browser, change, close } = await startWithFoo();
    const form = await browser.get(login());
    await browser.submit(form, { fill: foosLogin });
    await change(people);
    const again = await browser.submit(form, { fill: foosLogin });
    expect([again.status, again.heading]).toEqual([409, words('error.challenge_used.title')]);
    expect((await browser.get('/')).text).toContain(words('start.signed_out'));
    await until(() => signedOut().length > 0);
    expect(stub.sent('login.accept')).toHaveLength(1);
    await close();
  });

  test('is asked anew in every browser until the server has forgotten', async () => {
    const { own, change, close } = await startWithFoo();
    let isUp = false;
    stub.answer('loginSessions.revoke', (_call, res, usual) => {
      if (isUp) usual();
      else res.writeHead(503).end();
    });
    await change([other, ada, max]);
    const elsewhere = own.browser();
    const asked = await elsewhere.get(login(remembered));
    expect(new URL(asked.leadsTo!).searchParams.get('prompt')).toBe('login');
    const silent = `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&prompt=none`;
    const told = await elsewhere.get(login({ ...remembered, request_url: silent }));
    expect(told.leadsTo).toContain('login_verifier=');
    expect(stub.sent('login.reject').map(({ body }) => body?.['error'])).toEqual([
      'login_required',
    ]);
    expect(stub.sent('login.accept')).toEqual([]);
    isUp = true;
    await until(() => !own.parts.revocations.isPending(foo.subject));
    const ended = own.logs.find(({ msg }) => msg.startsWith('login sessions ended'));
    expect(ended).toMatchObject({ subject: foo.subject });
    const failed = own.logs.find(({ msg }) => msg.startsWith('login sessions could not be ended'));
    expect(failed).toMatchObject({ level: 40, subject: foo.subject });
    // who proves the new password is remembered as ever
    const form = await elsewhere.get(login());
    await elsewhere.submit(form, { fill: { ...foosLogin, password } });
    const skipped = await elsewhere.get(login(remembered));
    expect(skipped.leadsTo).toContain('login_verifier=');
    expect(stub.sent('login.accept')).toHaveLength(2);
    await close();
  });

  test('that changed while the app was stopped is asked for in browsers that had the old one', async () => {
    const { own, browser, close } = await startWithFoo();
    const again = await startApp(stub, { BASE_URL: own.publicUrl }, { people: [other, ada, max] });
    const remember = (one: Browser) => one.get(`${again.url}${login(remembered)}`);
    const asked = await remember(browser);
    expect(new URL(asked.leadsTo!).searchParams.get('prompt')).toBe('login');
    await until(() => signedOut().length > 0);
    expect(stub.sent('login.accept')).toEqual([]);
    const form = await browser.get(`${again.url}${login()}`);
    const { url } = again;
    await browser.send('post', `${url}/login`, {
      body: new URLSearchParams(
        fieldsOf(form.forms[0]!, { fill: { ...foosLogin, password } }),
      ).toString(),
    });
    expect((await remember(browser)).leadsTo).toContain('login_verifier=');
    // nothing is known of a browser that has no cookie of ours
    expect((await remember(again.browser())).leadsTo).toContain('login_verifier=');
    await again.close();
    await close();
  });

  test('can sign in at once with the new password in a device flow', async () => {
    const { browser, change, close } = await startWithFoo();
    await change([other, ada, max]);
    const form = await browser.get(login({ ...stub.inDeviceFlow, ...remembered }));
    expect(form.status).toBe(200);
    expect(stub.sent('login.accept')).toEqual([]);
    const done = await browser.submit(form, { fill: { ...foosLogin, password } });
    expect(done.leadsTo).toContain('login_verifier=');
    await close();
  });

  test('is remembered on when other people change, or other facts of theirs', async () => {
    const { browser, change, close } = await startWithFoo();
    await change([
      { ...foo, name: 'Foo' },
      { ...ada, disabled: true },
    ]);
    await until(() => signedOut().length === 2);
    expect(new Set(signedOut())).toEqual(new Set([ada.subject, max.subject]));
    expect((await browser.get('/')).text).toContain(foo.email);
    const page = await browser.get(login(remembered));
    expect(page.leadsTo).toContain('login_verifier=');
    await close();
  });
});

describe.each([
  ['1.11', 'got'],
  ['1.11', 'undici'],
  ['2.3', 'got'],
  ['2.3', 'undici'],
  ['26.2', 'undici'],
] as const)('in front of a server %s, by %s', (version, transport) => {
  test('a person signs in and is remembered', async () => {
    const old = await startAdminStub({ version });
    const own = await startApp(old, { HYDRA_TRANSPORT: transport });
    const browser = own.browser();
    const page = await browser.get(addressOf('/login', 'login_challenge', old.login('c')));
    const done = await browser.submit(page, { fill: foosLogin, wish: { remember: 'true' } });
    expect(done.leadsTo).toContain('login_verifier=');
    const skipped = old.login('d', { skip: true, subject: foo.subject });
    const next = await browser.get(addressOf('/login', 'login_challenge', skipped));
    expect(next.leadsTo).toContain('login_verifier=');
    const consent = addressOf('/consent', 'consent_challenge', old.consent('e'));
    const granted = await browser.submit(await browser.get(consent), { press: 'accept' });
    expect(granted.leadsTo).toContain('consent_verifier=');
    await own.close();
    await old.close();
  });
});
