/** Our six languages on real pages. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { link } from '../support/page.ts';
import { addressOf, newChallenge, openAt, screens } from '../support/screens.ts';
import { house } from '../support/words.ts';
import { locales } from './our-words.ts';

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

test('a page speaks the language that the browser asks for', async () => {
  const page = await app.browser(hebrew).get(login());
  expect([page.lang, page.dir]).toEqual(['he', 'rtl']);
  expect(page.heading).not.toContain('Sign in');
  const other = await app.browser({ 'Accept-Language': 'pt, de-AT;q=0.7' }).get(login());
  expect([other.lang, other.dir]).toEqual(['de', 'ltr']);
});

test.each([
  ['ar-EG', 'ar', 'rtl'],
  ['de-CH', 'de', 'ltr'],
  ['en-IN', 'en', 'ltr'],
  ['es-MX', 'es', 'ltr'],
  ['fr-CA', 'fr', 'ltr'],
  ['iw', 'he', 'rtl'],
])('%s is spoken as %s, %s', async (wish, lang, dir) => {
  const page = await app.browser({ 'Accept-Language': wish }).get(login());
  expect([page.lang, page.dir]).toEqual([lang, dir]);
  const { 'login.lead': lead } = Object.fromEntries(locales)[lang]!;
  expect(page.text).toContain(lead!.replace('{house}', house));
});

test('the wish of the app counts more than what was picked before', async () => {
  const browser = app.browser(hebrew);
  expect((await browser.get('/?lang=de')).lang).toBe('de');
  expect((await browser.get(login())).lang).toBe('de');
  expect((await browser.get(login(['en-GB']))).lang).toBe('en');
  expect((await browser.get(login(['pt']))).lang).toBe('de');
  const consent = stub.consent(newChallenge(), { oidc_context: { ui_locales: ['en'] } });
  const page = await browser.get(addressOf('/consent', 'consent_challenge', consent));
  expect(page.lang).toBe('en');
});

test('error pages speak it too', async () => {
  const browser = app.browser(hebrew);
  for (const path of ['/nowhere', '/login', '/login?login_challenge=unknown', '/error?error=x']) {
    const page = await browser.get(path);
    expect([page.lang, page.dir]).toEqual(['he', 'rtl']);
    expect(page.text).toMatch(/[\u0590-\u05ff]/);
  }
  const large = await browser.send('post', '/login', { body: 'x'.repeat(140_000) });
  expect([large.status, large.lang]).toEqual([413, 'he']);
});

describe('the menu', () => {
  test.each(screens)('of $name names all languages', async (screen) => {
    const page = await app.browser().get(openAt(stub, screen).address);
    const names = [...page.html.matchAll(/ name="lang" value="[^>]*>([^<]*)</g)];
    expect(names.map(([, name]) => name)).toEqual([
      'العربية',
      'Deutsch',
      'English',
      'Español',
      'Français',
      'עברית',
    ]);
  });

  test('leads to the same page, where it has no form', async () => {
    const browser = app.browser();
    const error = await browser.get('/error?error=invalid_scope&error_description=a%26b&state=x');
    const { href } = link(error, 'Deutsch')!;
    expect(href).toBe('/error?lang=de&error=invalid_scope&error_description=a%26b');
    const german = await browser.get(href);
    expect([german.status, german.lang]).toEqual([error.status, 'de']);
    expect(german.html).toMatch(/lang="de" hreflang="de" aria-current="true"/);
  });
});
