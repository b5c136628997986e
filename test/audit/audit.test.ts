import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { ConsentRequest } from '@portico/hydra-admin';
import { IdentityError, type Refusal } from '../../src/identity/backend.ts';
import { createLoginMark } from '../../src/audit/login-mark.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { dora, foo, max, password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import type { AuditLine } from '../support/serve-app.ts';

let stub: AdminStub;
/** Logs nothing, and yet writes its audit trail. */
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { TRUST_PROXY: 'loopback', LOG_LEVEL: 'silent' });
});
beforeEach(() => {
  stub.reset();
  app.audits.length = 0;
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

const [loginScreen, consentScreen, logoutScreen] = screens;
const client = 'meadow-notes';
const markOf = createLoginMark([cookieSecret]);
const typed = (email: string, secret: string) => ({ fill: { email, password: secret } });
const openLogin = (browser: Browser, given?: Parameters<AdminStub['login']>[1]) =>
  browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given)));

/** Without what every line has. */
function told(audits = app.audits): object[] {
  return audits.map(({ time: _t, address: _a, request: _r, method: _m, screen: _s, ...line }) => {
    const { session_mark: _session, user_agent: _agent, ...facts } = line;
    return facts;
  });
}
const last = (): AuditLine => app.audits.at(-1)!;

describe('one line tells', () => {
  test('of each decision: who, which app, what', async () => {
    const browser = newBrowser();
    for (const screen of screens) {
      const form = await browser.get(openAt(stub, screen).address);
      if (screen === loginScreen) await browser.submit(form, typed('FOO@bar.com', 'sesame'));
      await browser.submit(form, screen.yes);
      await browser.submit(form, screen.yes); // a second click decides nothing
      const other = await browser.get(openAt(stub, screen).address);
      await browser.submit(other, screen.no);
    }
    const subject = foo.subject;
    const login_mark = markOf(foo.email);
    const granted = { scopes: ['openid', 'profile'], audiences: [] };
    expect(told()).toEqual([
      { audit: 'refused', reason: 'wrong', login_mark, client },
      { audit: 'signed_in', login_mark, subject, client, amr: ['pwd'], remember: false },
      { audit: 'denied', reason: 'login_cancelled', client },
      { audit: 'granted', subject, client, ...granted, remember: false },
      { audit: 'denied', reason: 'consent_denied', subject, client },
      { audit: 'signed_out', subject, client },
      { audit: 'stayed', subject, client },
    ]);
  });

  test('of each answer that nobody was asked for', async () => {
    const remembered = { skip: true, subject: max.subject };
    const browser = newBrowser();
    await openLogin(browser, remembered);
    const consents = [remembered, { subject: max.subject, client: { skip_consent: true } }];
    for (const given of consents) {
      const challenge = stub.consent(newChallenge(), given);
      await browser.get(addressOf('/consent', 'consent_challenge', challenge));
    }
    const logout = stub.logout(newChallenge(), { client: { skip_logout_consent: true } });
    await browser.get(addressOf('/logout', 'logout_challenge', logout));
    const { subject } = max;
    const granted = { subject, client, scopes: ['openid', 'profile'], audiences: [] };
    expect(told()).toEqual([
      { audit: 'signed_in', reason: 'remembered', subject, client },
      { audit: 'granted', reason: 'remembered', ...granted },
      { audit: 'granted', reason: 'first_party', ...granted },
      { audit: 'signed_out', subject: foo.subject, client },
    ]);
  });

  test('of a sign-out on the start page, and who it was', async () => {
    const browser = newBrowser();
    await browser.submit(await openLogin(browser), { fill: foosLogin });
    await browser.submit(await browser.get('/'), { press: 'sign_out' });
    expect(last()).toMatchObject({ audit: 'signed_out', subject: foo.subject, screen: 'start' });
  });
});

describe('a refused sign-in says why', () => {
  test('disabled only once the password was right, which the page does not show', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    const wrong = await browser.submit(form, typed(dora.email, 'sesame'));
    const disabled = await browser.submit(form, typed(dora.email, password));
    const login_mark = markOf(dora.email);
    expect(told()).toEqual([
      { audit: 'refused', reason: 'wrong', login_mark, client },
      { audit: 'refused', reason: 'disabled', login_mark, client },
    ]);
    expect(disabled.status).toBe(wrong.status);
    expect(disabled.text).toBe(wrong.text);
  });

  test.each<[Refusal]>([['wrong'], ['disabled'], ['locked'], ['password_expired']])(
    '%s, as the user store says; the page tells none apart but a password that has expired, and each costs a try',
    async (refused) => {
      const own = await startApp(
        stub,
        { TRUST_PROXY: 'loopback' },
        {
          change: ({ identity, ...parts }) => ({
            ...parts,
            identity: { ...identity, verify: async () => ({ refused }) },
          }),
        },
      );
      const [browser, other] = [newBrowser({}, own), newBrowser()];
      const page = await browser.submit(await openLogin(browser), { fill: foosLogin });
      const wrong = await other.submit(await openLogin(other), typed(foo.email, 'sesame'));
      expect(page.status).toBe(400);
      if (refused !== 'password_expired') expect(page.text).toBe(wrong.text);
      const login_mark = markOf(foo.email);
      expect(told(own.audits)).toEqual([{ audit: 'refused', reason: refused, login_mark, client }]);
      const form = await openLogin(browser);
      for (let i = 0; i < 5; i++) await browser.submit(form, { fill: foosLogin });
      expect(told(own.audits)).toContainEqual(
        expect.objectContaining({ audit: 'refused', reason: 'paused' }),
      );
      await own.close();
    },
  );

  test('paused, with the seconds to wait', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    for (let i = 0; i < 6; i++) await browser.submit(form, typed('paused@example.org', 'sesame'));
    expect(told().filter((line) => 'seconds' in line)).toEqual([
      {
        audit: 'refused',
        reason: 'paused',
        login_mark: markOf('paused@example.org'),
        client,
        seconds: expect.any(Number),
      },
    ]);
  });

  test('busy, at most two lines for a crowd from everywhere', async () => {
    const verify = () => Promise.reject(new IdentityError('busy', 'the queue is full'));
    const busy = await startApp(
      stub,
      { TRUST_PROXY: 'loopback' },
      { change: (parts) => ({ ...parts, identity: { ...parts.identity, verify } }) },
    );
    for (let i = 0; i < 5; i++) {
      const browser = newBrowser({}, busy);
      const page = await browser.submit(await openLogin(browser), { fill: foosLogin });
      expect(page.status).toBe(503);
    }
    await busy.close();
    const busyLine = { audit: 'refused', reason: 'busy', login_mark: markOf(foo.email), client };
    expect(told(busy.audits)[0]).toEqual(busyLine);
    const counts = busy.audits.slice(1).map((line) => Number(line['count']));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(4);
  });

  test('gone, when the person whom the server remembers may not sign in any more', async () => {
    const gone = { skip: true, subject: dora.subject };
    await openLogin(newBrowser(), gone);
    expect(told()).toEqual([{ audit: 'refused', reason: 'gone', subject: dora.subject, client }]);
    const consent = stub.consent(newChallenge(), { subject: dora.subject });
    await newBrowser().get(addressOf('/consent', 'consent_challenge', consent));
    expect(last()).toMatchObject({
      audit: 'form_refused',
      reason: 'account_unknown',
      screen: 'consent',
    });
  });
});

describe('a refused form is told with its method, its screen and the reason', () => {
  const refused = (reason: string, screen = 'login') => ({
    audit: 'form_refused',
    reason,
    method: 'POST',
    screen,
  });

  test.each<[reason: string, work: object]>([
    ['wrong_token', { forge: { _csrf: 'broken' } }],
    ['wrong_token', { forge: { _csrf: undefined } }],
    ['wrong_seal', { forge: { sealed: 'broken' } }],
    ['cross_site', { headers: { 'Sec-Fetch-Site': 'cross-site' } }],
    ['decision_unknown', { add: [['decision', 'maybe']] }],
    ['challenge_missing', { forge: { login_challenge: undefined } }],
  ])('%s', async (reason, work) => {
    const browser = newBrowser();
    await browser.submit(await openLogin(browser), { fill: foosLogin, ...work });
    expect(app.audits).toEqual([expect.objectContaining(refused(reason))]);
  });

  test.each<[reason: string, headers: Record<string, string>]>([
    ['no_cookie', {}],
    ['cross_site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['cross_site', { 'Sec-Fetch-Site': '', Origin: 'https://evil.example.org' }],
  ])('%s, from a browser without cookies', async (reason, headers) => {
    for (const { path, field, name } of screens) {
      const given = { [field]: newChallenge() };
      await newBrowser().post(path, given, headers);
      expect(last()).toMatchObject(refused(reason, name));
    }
    await newBrowser().post('/', { decision: 'sign_out' }, headers);
    expect(last()).toMatchObject(refused(reason, 'start'));
    await newBrowser().post('/sesame', {}, headers);
    expect(last()).toMatchObject(refused(reason, 'other'));
    expect(last()).not.toHaveProperty('session_mark');
  });

  test('form_too_large and request_malformed, before anything is read of them', async () => {
    const body = `email=${'a'.repeat(140_000)}`;
    await newBrowser().send('post', '/login', { body });
    expect(app.audits).toEqual([expect.objectContaining(refused('form_too_large'))]);
    const headers = { 'Content-Encoding': 'nonsense' };
    await newBrowser().send('post', '/consent', { body: 'a=b', headers });
    expect(last()).toMatchObject(refused('request_malformed', 'consent'));
  });

  test('challenge_elsewhere, also when the consent was only opened in another browser', async () => {
    const browser = newBrowser();
    await browser.submit(await openLogin(browser), { fill: foosLogin });
    const { context } = stub.sent('login.accept')[0]!.body as {
      context: NonNullable<ConsentRequest['context']>;
    };
    const consent = stub.consent(newChallenge(), { context });
    await newBrowser().get(addressOf('/consent', 'consent_challenge', consent));
    expect(last()).toMatchObject({
      ...refused('challenge_elsewhere', 'consent'),
      method: 'GET',
    });
  });

  test('has one line when its screen cannot be shown again', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    stub.reset(); // the server has forgotten the challenge
    await browser.submit(form, { fill: foosLogin, forge: { _csrf: 'broken' } });
    expect(app.audits).toEqual([expect.objectContaining(refused('wrong_token'))]);
  });
});

test('wrong device codes are told: wrong, then paused, but never the code', async () => {
  const browser = newBrowser();
  const challenge = stub.device(newChallenge('d'), 'rightCode');
  const form = await browser.get(addressOf('/device/verify', 'device_challenge', challenge));
  for (let i = 0; i < 6; i++) await browser.submit(form, { fill: { code: `wrongCode${i}` } });
  await browser.submit(form, { fill: { code: '' } }); // nothing typed, nothing tried
  const first = app.audits[0];
  expect(first).toMatchObject({ audit: 'code_refused', reason: 'wrong', screen: 'device' });
  const paused = app.audits.filter(({ reason }) => reason === 'paused');
  expect(paused).toEqual([
    expect.objectContaining({ audit: 'code_refused', seconds: expect.any(Number) }),
  ]);
});

describe('every line', () => {
  test('is of a request: its time, id, address, method and screen', async () => {
    const logged = await startApp(stub, { LOG_LEVEL: 'info', TRUST_PROXY: 'loopback' });
    const browser = logged.browser({ 'X-Forwarded-For': '[2001:db8:0:0::1]:443' });
    const form = await openLogin(browser);
    const before = Date.now();
    await browser.submit(form, { fill: foosLogin });
    const [line] = logged.audits;
    expect(Object.keys(line!).slice(0, 6)).toEqual([
      'time',
      'audit',
      'address',
      'request',
      'method',
      'screen',
    ]);
    expect(line).toMatchObject({ address: '2001:db8::1', method: 'POST', screen: 'login' });
    expect(line?.time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(line!.time)).toBeGreaterThanOrEqual(before);
    const posted = logged.logs.find(({ method }) => method === 'POST');
    expect(posted?.['request']).toBe(line?.['request']);
    await logged.close();
  });

  test('knows its screen below the path of BASE_URL', async () => {
    const below = await startApp(stub, { BASE_URL: 'http://127.0.0.1:{port}/auth' });
    const login = addressOf('/auth/login', 'login_challenge', stub.login(newChallenge()));
    const browser = below.browser();
    await browser.submit(await browser.get(login), { fill: foosLogin });
    await browser.post('/auth/LOGOUT', {});
    expect(below.audits.map(({ screen }) => screen)).toEqual(['login', 'logout']);
    await below.close();
  });

  test('names the login by a mark that is the same however it is typed', async () => {
    const browser = newBrowser();
    const form = await openLogin(browser);
    for (const email of ['foo@bar.com', ' FOO@BAR.COM', 'nobody@bar.com']) {
      await browser.submit(form, typed(email, 'sesame'));
    }
    const [first, second, third] = app.audits.map((line) => line['login_mark']);
    expect(first).toBe(second);
    expect(first).not.toBe(third);
    expect(JSON.stringify(app.audits)).not.toMatch(/bar\.com/i);
  });

  test('ties what one browser does together, through sign-in and sign-out', async () => {
    const [browser, other] = [newBrowser(), newBrowser()];
    for (const one of [browser, other]) {
      const form = await openLogin(one);
      await one.submit(form, typed(foo.email, 'sesame'));
      await one.submit(form, { fill: foosLogin });
      const consent = await one.get(openAt(stub, consentScreen!).address);
      await one.submit(consent, { press: 'accept' });
      const logout = await one.get(openAt(stub, logoutScreen!).address);
      await one.submit(logout, { press: 'accept' });
    }
    const events = ['refused', 'signed_in', 'granted', 'signed_out'];
    const lines = app.audits.filter(({ audit }) => events.includes(audit));
    const marks = lines.map((line) => line['session_mark']);
    expect(marks).toHaveLength(8);
    expect(new Set(marks.slice(0, 4)).size).toBe(1);
    expect(new Set(marks).size).toBe(2);
    const cookies = Object.values({ ...browser.cookies(), ...other.cookies() }).join(' ');
    for (const mark of marks) {
      expect(mark).toMatch(/^[\w-]{22}$/);
      expect(cookies).not.toContain(mark);
    }
  });
});
