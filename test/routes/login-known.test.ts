/** A browser that knows somebody: only the password is to type. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { cookieSecret, startApp, type TestApp } from '../support/app.ts';
import type { Browser, FormWork } from '../support/browser.ts';
import { control, link, type Page } from '../support/page.ts';
import {
  ada,
  foo,
  max,
  password,
  people,
  removeUsersFile,
  replaceUsersFile,
  writeUsersFile,
} from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { until } from '../support/until.ts';
import { titleBar, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { TRUST_PROXY: 'loopback' });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

type Given = Parameters<AdminStub['login']>[1];
const authorization = 'https://auth.example.org/oauth2/auth?client_id=notes&state=s';
const again: Given = { request_url: `${authorization}&prompt=login` };
const title = words('login.title', { app: 'Meadow Notes' });
const confirmTitle = words('login.confirm.title', { app: 'Meadow Notes' });
const notYou = words('person.change');

let addresses = 0;
const newBrowser = (of = app): Browser => {
  addresses += 1;
  return of.browser({ 'X-Forwarded-For': `198.51.100.${addresses}` });
};
const open = (browser: Browser, given?: Given): Promise<Page> =>
  browser.get(addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given)));
const accepted = () => stub.sent('login.accept').map(({ body }) => body);
const last = () => accepted().at(-1);

const adas = { email: 'ada', password };
const kept: FormWork = { wish: { remember: 'true' } };

/** Somebody signs in in a browser. */
async function signIn(browser: Browser, fill = adas, work: FormWork = {}): Promise<void> {
  const done = await browser.submit(await open(browser), { ...work, fill });
  expect(done.leadsTo).toContain('login_verifier=');
}

/** The browser is closed and opened: what lasts only until then is gone. */
const reopen = (browser: Browser): void => browser.dropCookies('session');

function isKnown(page: Page, email = ada.email): boolean {
  const isShown = link(page, notYou) !== undefined;
  expect(page.text.includes(email)).toBe(isShown);
  expect(page.text.includes(words('login.email_or_username'))).toBe(!isShown);
  return isShown;
}

describe('a person who is signed in, or asked to be kept so', () => {
  test('types only the password, and comes in', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const page = await open(browser);
    expect(page.heading).toBe(title);
    for (const shown of [ada.name, ada.email, notYou]) expect(page.text).toContain(shown);
    // What a password manager saved it by; what was typed counts for the limits, too.
    expect(control(page, 'email')).toMatchObject({ name: 'email', value: 'ada' });
    expect(page.text).not.toContain(words('login.email_or_username'));
    expect(control(page, 'remember')?.isChecked).toBe(false);
    await browser.submit(page, { fill: { password } });
    expect(last()).toMatchObject({ subject: ada.subject, remember: false });
  });

  test.each([
    ['who did not tick the box', {}, false],
    ['who ticked it', kept, true],
  ])('%s is shown when the browser was closed in between: %j %s', async (_who, work, expected) => {
    const browser = newBrowser();
    await signIn(browser, adas, work);
    expect(isKnown(await open(browser))).toBe(true);
    reopen(browser);
    expect(isKnown(await open(browser))).toBe(expected);
  });

  test('is shown after a restart and with another secret, as long as the old one is known', async () => {
    const usersFile = await writeUsersFile();
    const USERS_FILE = usersFile;
    const BASE_URL = 'https://login.example.org';
    const env = { USERS_FILE, BASE_URL, TRUST_PROXY: 'loopback' };
    const next = 'the-new-secret-0123456789-abcdefgh';
    const before = await startApp(stub, env);
    const browser = newBrowser(before);
    await signIn(browser, adas, kept);
    const name = before.cookie('kept');
    const line = browser.cookies()[name]!;
    expect(line).toMatch(/; Max-Age=7776000; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/);
    const value = /=([^;]*)/.exec(line)![1]!;
    await before.close();
    for (const [COOKIE_SECRET, expected] of [
      [`${next},${cookieSecret}`, true],
      [next, false],
    ] as const) {
      const after = await startApp(stub, { ...env, COOKIE_SECRET });
      const same = newBrowser(after);
      same.setCookie(name, value);
      expect(isKnown(await open(same))).toBe(expected);
      await after.close();
    }
    await removeUsersFile(usersFile);
  });

  test('is not told by a cookie that somebody reads, changes or makes', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    const name = app.cookie('kept');
    const value = /=([^;]*)/.exec(browser.cookies()[name]!)![1]!;
    const text = Buffer.from(value, 'base64url').toString('latin1') + decodeURIComponent(value);
    for (const secret of ['ada', 'Ada', ada.subject, 'example']) expect(text).not.toContain(secret);
    const forged = [
      '',
      'x',
      value.slice(1),
      `${value.slice(0, -2)}AA`,
      Buffer.from(JSON.stringify({ subject: ada.subject, login: 'ada', at: Date.now() })).toString(
        'base64url',
      ),
    ];
    for (const one of forged) {
      const other = newBrowser();
      other.setCookie(name, one);
      const page = await open(other);
      expect([page.status, isKnown(page)]).toEqual([200, false]);
    }
  });

  test('is forgotten by a sign-in that is not to be kept, of whomever', async () => {
    for (const next of [adas, { email: foo.email, password: 'foobar' }]) {
      const browser = newBrowser();
      await signIn(browser, adas, kept);
      const page = await browser.get(link(await open(browser), notYou)!.href);
      await browser.submit(page, { fill: next });
      reopen(browser);
      expect(isKnown(await open(browser))).toBe(false);
    }
  });

  test.each(['of the app', 'of the server', 'at the start page'])(
    'is forgotten by a sign-out %s',
    async (which) => {
      const browser = newBrowser();
      await signIn(browser, adas, kept);
      if (which === 'at the start page') {
        await browser.submit(await browser.get('/'), { press: 'sign_out' });
      } else {
        const client = which === 'of the app' ? {} : { client: null };
        const challenge = stub.logout(newChallenge(), { subject: ada.subject, ...client });
        const question = await browser.get(addressOf('/logout', 'logout_challenge', challenge));
        await browser.submit(question, { press: 'accept' });
      }
      expect(browser.cookies()).not.toHaveProperty([app.cookie('kept')]);
      expect(isKnown(await open(browser))).toBe(false);
    },
  );

  test('stays known when somebody else signs out, or they stay', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    for (const [subject, press] of [
      [max.subject, 'accept'],
      [ada.subject, 'reject'],
    ]) {
      const challenge = stub.logout(newChallenge(), { subject: subject! });
      const question = await browser.get(addressOf('/logout', 'logout_challenge', challenge));
      await browser.submit(question, { press: press! });
    }
    reopen(browser);
    expect(isKnown(await open(browser))).toBe(true);
    // An app's link can be about anybody, and needs no click.
    browser.dropCookies('csrf');
    const client = { skip_logout_consent: true };
    const challenge = stub.logout(newChallenge(), { subject: max.subject, client });
    await browser.get(addressOf('/logout', 'logout_challenge', challenge));
    expect(stub.sent('logout.accept')).toHaveLength(2);
    expect(isKnown(await open(browser))).toBe(true);
  });

  test('is kept in a cookie of the usual length, whatever was typed around their name', async () => {
    const browser = newBrowser();
    await signIn(browser, { email: `ada${' '.repeat(9_000)}`, password }, kept);
    expect(browser.cookies()[app.cookie('kept')]!.length).toBeLessThan(1_000);
    expect(control(await open(browser), 'email')?.value).toBe('ada');
  });

  test.each([
    ['is removed', people.filter((one) => one !== ada)],
    ['is disabled', people.map((one) => (one === ada ? { ...ada, disabled: true } : one))],
    [
      'has another password',
      people.map((one) => (one === ada ? { ...ada, password_hash: foo.password_hash } : one)),
    ],
  ])('is not shown any more when that person %s', async (_what, next) => {
    const usersFile = await writeUsersFile();
    const own = await startApp(stub, { USERS_FILE: usersFile, TRUST_PROXY: 'loopback' });
    const [alive, ticked] = [newBrowser(own), newBrowser(own)];
    await signIn(alive);
    await signIn(ticked, adas, kept);
    reopen(ticked);
    const find = () => own.parts.identity.find(ada.subject);
    const before = await find();
    await replaceUsersFile(usersFile, next);
    await until(async () => (await find()) !== before);
    for (const browser of [alive, ticked]) expect(isKnown(await open(browser))).toBe(false);
    await own.close();
    await removeUsersFile(usersFile);
  });
});

test('a sign-in that is not to be kept takes the place of a kept one for a second', async () => {
  // Hydra since 25.4 fails when it is told to forget what it has forgotten already.
  const browser = newBrowser();
  await signIn(browser, adas, kept);
  await browser.submit(await open(browser), { fill: { password } });
  expect(last()).toMatchObject({ subject: ada.subject, remember: true, remember_for: 1 });
  expect(browser.cookies()).not.toHaveProperty([app.cookie('kept')]);
  await browser.submit(await open(browser), { fill: { password } });
  expect(last()).toMatchObject({ subject: ada.subject, remember: false });
});

describe('"Not you?"', () => {
  test('brings the empty form, which stays empty whatever happens to it', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    const page = await open(browser, again);
    const empty = await browser.get(link(page, notYou)!.href);
    expect([empty.heading, isKnown(empty)]).toEqual([title, false]);
    expect(control(empty, 'email')).toMatchObject({ value: '' });
    const expired = await browser.submit(empty, { forge: { _csrf: 'x' }, press: 'accept' });
    const missing = await browser.submit(empty, { press: 'accept' });
    const german = await browser.submit(empty, { add: [['lang', 'en']], press: 'accept' });
    const wrong = await browser.submit(empty, { fill: { email: 'ada', password: 'x' } });
    const pages = [expired, missing, german, wrong];
    expect(pages.map(({ status }) => status)).toEqual([403, 400, 200, 400]);
    for (const one of pages) expect(isKnown(one)).toBe(false);
    await browser.submit(wrong, { fill: { email: foo.email, password: 'foobar' } });
    expect(last()).toMatchObject({ subject: foo.subject, remember: true, remember_for: 1 });
  });

  test('at the consent leads to an empty form, not to the person who it is not', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    const given = { request_url: `${authorization}&prompt=login&somebody_else=true` };
    const page = await open(browser, given);
    expect([page.heading, isKnown(page)]).toEqual([title, false]);
  });
});

describe('a person whom the browser knows', () => {
  test('is not shown when the app hints at another one', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const shown = async (hint: string) => {
      const page = await open(browser, { oidc_context: { login_hint: hint } });
      return [isKnown(page), control(page, 'email')!.value];
    };
    expect(await shown('max@example.org')).toEqual([false, 'max@example.org']);
    expect(await shown(ada.email.toUpperCase())).toEqual([true, 'ada']);
    expect(await shown(' ADA')).toEqual([true, 'ada']);
  });

  test('is not shown when an ID token names another one, or the server remembers one', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const hintAt = (sub: string): Given => ({ oidc_context: { id_token_hint_claims: { sub } } });
    expect(isKnown(await open(browser, hintAt(max.subject)))).toBe(false);
    expect(isKnown(await open(browser, hintAt(ada.subject)))).toBe(true);
    const refused = await browser.submit(await open(browser), {
      forge: {
        login_challenge: stub.login(newChallenge(), { skip: true, subject: max.subject }),
        _csrf: 'broken',
      },
    });
    expect([refused.status, isKnown(refused)]).toEqual([403, false]);
  });

  test('is told that the password is wrong, and nothing of another field', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const wrong = await browser.submit(await open(browser), { fill: { password: 'x' } });
    expect(wrong.status).toBe(400);
    expect(isKnown(wrong)).toBe(true);
    expect(wrong.title).toBe(titleBar(title, { isError: true }));
    expect(wrong.text).toContain(words('login.wrong.text_known'));
    expect(wrong.text).not.toContain(words('login.wrong.text'));
    const missing = await browser.submit(wrong, { fill: { password: '' } });
    expect([missing.status, isKnown(missing)]).toEqual([400, true]);
    expect(missing.text).toContain(words('login.password_missing'));
    const expired = await browser.submit(missing, { forge: { _csrf: 'x' }, press: 'accept' });
    expect([expired.status, isKnown(expired)]).toEqual([403, true]);
    await browser.submit(expired, { fill: { password } });
    expect(last()).toMatchObject({ subject: ada.subject });
  });

  test('gives way to whom a password manager fills in', async () => {
    const browser = newBrowser();
    await signIn(browser);
    const others = { email: 'max@example.org', password: 'x' };
    const wrong = await browser.submit(await open(browser), { fill: others });
    expect([wrong.status, isKnown(wrong)]).toEqual([400, false]);
    expect(control(wrong, 'email')?.value).toBe('max@example.org');
    expect(wrong.text).toContain(words('login.wrong.text'));
  });

  test('counts as known for the limits, when strangers guess from everywhere', async () => {
    const own = await startApp(stub, { TRUST_PROXY: 'loopback' });
    const browser = newBrowser(own);
    await signIn(browser);
    for (let i = 0; i < 100; i++) {
      const guesser = own.browser({ 'X-Forwarded-For': `203.0.113.${Math.floor(i / 4)}` });
      const fill = { email: 'ada', password: 'wrong' };
      expect((await guesser.submit(await open(guesser), { fill })).status).toBe(400);
    }
    const done = await browser.submit(await open(browser), { fill: { password } });
    expect(done.leadsTo).toContain('login_verifier=');
    await own.close();
  });

  test('is not offered an account, and may have forgotten the password', async () => {
    const links = {
      FORGOT_PASSWORD_URL: 'https://a.example/f',
      REGISTER_URL: 'https://a.example/r',
    };
    const own = await startApp(stub, { ...links, TRUST_PROXY: 'loopback' });
    const browser = newBrowser(own);
    await signIn(browser);
    for (const given of [undefined, again]) {
      const page = await open(browser, given);
      expect(page.text).not.toContain(words('login.new'));
      expect(link(page, words('login.forgot'))).toBeDefined();
    }
    await own.close();
  });
});

describe('an app that asks for the password once more', () => {
  const maxAge = (seconds: number): Given => ({
    request_url: `${authorization}&max_age=${seconds}`,
  });

  test.each([
    ['by prompt=login', again, true],
    ['by a max_age that is over', maxAge(0), true],
    ['by no max_age that is not over', maxAge(3_600), false],
    ['by nothing', {}, false],
    ['perhaps, in a request object', { request_url: `${again.request_url}&request=ey.x` }, false],
    ['by a prompt that no device flow knows', undefined, false],
  ])('says so: %s', async (_how, given, expected) => {
    const browser = newBrowser();
    await signIn(browser);
    const device = {
      request_url: 'https://auth.example.org/oauth2/device/verify?client_id=tv&prompt=login',
    };
    const page = await open(browser, given ?? device);
    expect(isKnown(page)).toBe(true);
    expect(page.heading).toBe(expected ? confirmTitle : title);
    const lead = words('login.confirm.lead', { app: 'Meadow Notes' });
    expect(page.text.includes(lead)).toBe(expected);
    expect(page.text.includes(words('login.confirm.submit'))).toBe(expected);
    expect(control(page, 'remember') === undefined).toBe(expected);
  });

  test('says nothing of it to whom it does not know', async () => {
    const page = await open(newBrowser(), again);
    expect([page.heading, isKnown(page)]).toEqual([title, false]);
  });

  test('hears that of a person who is kept signed in, though our session is over', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    reopen(browser);
    expect((await open(browser, again)).heading).toBe(confirmTitle);
    expect((await open(browser)).heading).toBe(title);
  });

  test('changes nothing of how long the sign-in is kept', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    expect(last()).toMatchObject({ remember: true, remember_for: 2_592_000 });
    const page = await open(browser, again);
    const wrong = await browser.submit(page, { fill: { password: 'x' } });
    expect([wrong.heading, wrong.status]).toEqual([confirmTitle, 400]);
    await browser.submit(wrong, { fill: { password } });
    expect(last()).toMatchObject({ subject: ada.subject, remember: true });
    const left = Number(last()!['remember_for']);
    expect(left).toBeLessThanOrEqual(2_592_000);
    expect(left).toBeGreaterThan(2_592_000 - 600);
    reopen(browser);
    expect(isKnown(await open(browser))).toBe(true);
  });

  test('keeps nobody signed in who did not ask for it', async () => {
    const browser = newBrowser();
    await signIn(browser);
    await browser.submit(await open(browser, again), { fill: { password } });
    expect(last()).toMatchObject({ subject: ada.subject, remember: false });
    reopen(browser);
    expect(isKnown(await open(browser))).toBe(false);
  });

  test('keeps as long as the server likes, if that was so before', async () => {
    const own = await startApp(stub, { LOGIN_REMEMBER_SECONDS: '0', TRUST_PROXY: 'loopback' });
    const browser = newBrowser(own);
    await signIn(browser, adas, kept);
    await browser.submit(await open(browser, again), { fill: { password } });
    expect(last()).toMatchObject({ remember: true, remember_for: 0 });
    reopen(browser);
    // Nobody here knows whether the server still remembers.
    const page = await open(browser, again);
    expect([page.heading, isKnown(page)]).toEqual([title, true]);
    await own.close();
  });

  test('gets a new sign-in, and no confirmation, when it is somebody else', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    const foos = { email: foo.email, password: 'foobar' };
    await browser.submit(await open(browser, again), { fill: foos });
    expect(last()).toMatchObject({ subject: foo.subject, remember: true, remember_for: 1 });
    expect(browser.cookies()).not.toHaveProperty([app.cookie('kept')]);
  });

  test('says so in the audit trail', async () => {
    const browser = newBrowser();
    await signIn(browser, adas, kept);
    await browser.submit(await open(browser, again), { fill: { password } });
    const lines = app.audits.filter(({ audit }) => audit === 'signed_in').slice(-2);
    expect(lines.map(({ remember }) => remember)).toEqual([true, true]);
  });
});
