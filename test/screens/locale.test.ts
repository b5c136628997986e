import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { loadLocales } from '../../src/screens/locale.ts';
import { breakable, escapeHtml } from '../../src/screens/messages.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { control, link } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';

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

const hebrew = { 'Accept-Language': 'he-IL,he;q=0.9,en;q=0.5' };
const login = (ui_locales?: string[]): string => {
  const context = ui_locales ? { ui_locales } : {};
  const challenge = stub.login(newChallenge(), { oidc_context: context });
  return addressOf('/login', 'login_challenge', challenge);
};

describe('the language of a page', () => {
  test('is what the browser asks for', async () => {
    const page = await app.browser(hebrew).get(login());
    expect([page.lang, page.dir]).toEqual(['he', 'rtl']);
    expect(page.heading).not.toContain('Sign in');
    const other = await app.browser({ 'Accept-Language': 'fr, de-AT;q=0.7' }).get(login());
    expect([other.lang, other.dir]).toEqual(['de', 'ltr']);
  });

  test.each([
    [undefined],
    ['*'],
    ['fr'],
    ['tlh, x-klingon'],
    ['en-AU'],
    ['de;q=0, en'],
    [';;;,,q=1'],
    ['__proto__'],
    ['x'.repeat(8_000)],
  ])('is English for %s', async (header) => {
    const page = await app.browser(header ? { 'Accept-Language': header } : {}).get(login());
    expect(page.status).toBe(200);
    expect(page.lang).toBe('en');
  });

  test('is what this browser picked before, whatever it asks for', async () => {
    const browser = app.browser(hebrew);
    const picked = await browser.get('/?lang=de');
    expect(picked.lang).toBe('de');
    expect(picked.setCookies).toEqual([
      expect.stringMatching(
        /^portico_lang=de; Max-Age=31536000; Path=\/; .*HttpOnly; SameSite=Lax$/,
      ),
    ]);
    const page = await browser.get(login());
    expect(page.lang).toBe('de');
    browser.setCookie('portico_lang', 'tlh');
    expect((await browser.get('/')).lang).toBe('he');
  });

  test('is what the app wishes for, whatever was picked before', async () => {
    const browser = app.browser(hebrew);
    await browser.get('/?lang=de');
    for (const wish of [['en'], ['fr', 'en'], ['en-GB'], ['', 'EN']]) {
      expect((await browser.get(login(wish))).lang).toBe('en');
    }
    expect((await browser.get(login(['fr']))).lang).toBe('de');
    const consent = stub.consent(newChallenge(), { oidc_context: { ui_locales: ['en'] } });
    const page = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    expect(page.lang).toBe('en');
  });

  test('is what is picked on this page, whatever the app wishes for', async () => {
    const page = await app.browser(hebrew).get(`${login(['en'])}&lang=de`);
    expect(page.lang).toBe('de');
  });

  test.each([
    ['tlh'],
    ['../../package'],
    ['__proto__'],
    ['constructor'],
    [''],
    ['de&lang=en'],
    ['x'.repeat(5_000)],
  ])('is not changed by %s', async (lang) => {
    const page = await app.browser(hebrew).get(`/?lang=${lang}`);
    expect(page.status).toBe(200);
    expect(page.lang).toBe('he');
    expect(page.setCookies).toEqual([]);
  });

  test('is also that of error pages', async () => {
    const browser = app.browser(hebrew);
    for (const path of ['/nowhere', '/login', '/login?login_challenge=unknown', '/error?error=x']) {
      const page = await browser.get(path);
      expect([page.lang, page.dir]).toEqual(['he', 'rtl']);
      expect(page.text).toMatch(/[\u0590-\u05ff]/);
    }
    const large = await browser.send('post', '/login', { body: 'x'.repeat(70_000) });
    expect([large.status, large.lang]).toEqual([413, 'he']);
  });
});

describe('the language switch', () => {
  test.each(screens)('of $name keeps the challenge', async (screen) => {
    const { challenge, address } = openAt(stub, screen);
    const browser = app.browser();
    const page = await browser.get(address);
    const names = page.links.slice(-3).map(({ text }) => text);
    expect(names).toEqual(['Deutsch', 'English', 'עברית']);
    const german = await browser.get(link(page, 'Deutsch')!.href);
    expect(german.status).toBe(200);
    expect(german.lang).toBe('de');
    expect(control(german, screen.field)?.value).toBe(challenge);
    expect(german.html).toMatch(/lang="de" hreflang="de" aria-current="true"/);
    const back = await browser.get(link(german, 'English')!.href);
    expect([back.lang, back.heading]).toEqual(['en', page.heading]);
    expect(stub.sent()).toEqual([]);
  });

  test('keeps what else a page needs, and nothing more', async () => {
    const browser = app.browser();
    const device = stub.device(newChallenge(), 'abc');
    const query = { device_challenge: device, user_code: 'a-b c', other: 'x' };
    const page = await browser.get(`/device/verify?${new URLSearchParams(query).toString()}`);
    const german = await browser.get(link(page, 'Deutsch')!.href);
    expect(control(german, 'code')?.value).toBe('a-b c');
    expect(link(page, 'Deutsch')!.href).not.toContain('other');
    const error = await browser.get('/error?error=invalid_scope&error_description=a%26b&state=x');
    const href = link(error, 'Deutsch')!.href;
    expect(href).toBe('/error?lang=de&error=invalid_scope&error_description=a%26b');
  });

  test('is kept by the form that is posted from there, also when it comes back', async () => {
    const browser = app.browser();
    const page = await browser.get(`${login(['en'])}&lang=de`);
    expect(control(page, 'lang')).toMatchObject({ kind: 'hidden', value: 'de' });
    const fill = { email: 'foo@bar.com', password: 'wrong' };
    const again = await browser.submit(page, { fill });
    expect([again.status, again.lang]).toEqual([400, 'de']);
    // and after a refused post the links lead to the page, not to the form's address
    const switched = await browser.get(link(again, 'English')!.href);
    expect([switched.status, switched.lang]).toEqual([200, 'en']);
    const done = await browser.submit(again, { fill: foosLogin });
    expect(done.lang).toBe('de');
  });
});

describe('words', () => {
  const locales = loadLocales(fileURLToPath(new URL('../../views/locales', import.meta.url)));
  const en = locales.get('en')!;

  test('as HTML have their values escaped, and isolated from the direction around them', () => {
    expect(en.h('login.title', { app: '<b>&"\'@x.y' })).toBe(
      'Sign in to <bdi>&lt;b&gt;&amp;&#34;&#39;@<wbr>x.<wbr>y</bdi>',
    );
    expect(en.t('login.title', { app: '{house}$&' })).toBe('Sign in to {house}$&');
    expect(en.h('login.title', { app: '$1{app}' })).toBe('Sign in to <bdi>$1{app}</bdi>');
    expect(en.t('no.such.key')).toBe('no.such.key');
  });

  test('change where a value is not known', () => {
    const text = 'error.challenge_used.text';
    expect(en.named(text, { app: 'Notes' })).toContain('If Notes knows you');
    expect(en.named(text, { app: undefined })).toContain('If the app knows you');
    expect(en.named('error.challenge_used.title', { app: undefined })).not.toContain('_unnamed');
  });

  test('for times take the largest unit that comes out even', () => {
    const times = [1, 45, 60, 90, 120, 3_600, 5_400, 86_400, 2_592_000].map(en.time);
    expect(times).toEqual([
      '1 second',
      '45 seconds',
      '1 minute',
      '90 seconds',
      '2 minutes',
      '1 hour',
      '90 minutes',
      '1 day',
      '30 days',
    ]);
    expect(locales.get('de')!.time(2_592_000)).toBe('30 Tage');
  });

  test('for ages are whole, and never of the future', () => {
    const before = (seconds: number) => en.ago(new Date(Date.now() - seconds * 1000).toISOString());
    expect(before(86_400 * 2.9)).toBe('2 days ago');
    expect(before(86_400 * 1.2)).toBe('yesterday');
    expect(before(7_300)).toBe('2 hours ago');
    expect(before(-500)).toBe('now');
  });

  test('that are long may break where addresses break', () => {
    expect(breakable('a.b+c@d.')).toBe('a.<wbr>b+<wbr>c@<wbr>d.');
    expect(escapeHtml('<a href="x">\'&')).toBe('&lt;a href=&#34;x&#34;&gt;&#39;&amp;');
  });
});
