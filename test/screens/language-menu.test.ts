/** The menu of languages keeps what was typed, and no key press meant for the form reaches it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { noButton, type Browser, type Page } from '../support/browser.ts';
import { withLanguages } from '../support/languages.ts';
import { control } from '../support/page.ts';
import { addressOf, newChallenge, openAt, screens } from '../support/screens.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, {}, { change: withLanguages('ar', 'zh-hant') });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const device = (more = '') =>
  addressOf('/device/verify', 'device_challenge', stub.device(newChallenge(), 'right')) + more;

/** Each screen with a form. */
const forms: [name: string, addressOfNew: () => string][] = [
  ...screens.map((screen): [string, () => string] => [
    screen.name,
    () => openAt(stub, screen).address,
  ]),
  ['device', device],
  ['device, with a code in the address', () => device('&user_code=AbCd3fGh')],
];

/** Picks a language in the menu of a page with a form. */
function pick(browser: Browser, page: Page, tag: string, work: Parameters<Browser['submit']>[1]) {
  return browser.submit(page, { ...work, press: noButton, add: [['lang', tag]] });
}

describe.each(forms)('on the %s screen', (_name, addressOfNew) => {
  test('each language is a button of the form, in a popover', async () => {
    const { html } = await app.browser().get(addressOfNew());
    const [menu] = /<ul [^>]*id="languages"[\s\S]*?<\/ul>/.exec(html)!;
    expect(menu).toMatch(/^<ul [^>]*\spopover>/);
    expect(html).toMatch(/<button type="button" [^>]*popovertarget="languages">/);
    const buttons = [...menu.matchAll(/<button form="\w+" ([^>]*)>([^<]*)</g)];
    const [, form] = /<button form="(\w+)"/.exec(menu)!;
    expect(html).toMatch(new RegExp(`<form[^>]* id="${form}"`));
    expect(buttons.map(([, attributes, text]) => [attributes, text])).toEqual([
      ['name="lang" value="ar" formnovalidate lang="ar"', 'العربية'],
      ['name="lang" value="en" formnovalidate lang="en" aria-current="true"', 'English'],
      ['name="lang" value="zh-Hant" formnovalidate lang="zh-Hant"', '繁體中文'],
    ]);
    expect(html).not.toContain('?lang=');
  });

  test('it stands after the form, so that Enter presses a button of the form', async () => {
    const { html } = await app.browser().get(addressOfNew());
    const end = html.indexOf('</form>');
    expect(html.indexOf('name="decision"')).toBeLessThan(end);
    expect(html.indexOf('name="lang"')).toBeGreaterThan(end);
    expect(html.slice(0, end)).not.toContain('lang" value=');
  });

  test('a language changes nothing else: the same question, with the same fields', async () => {
    const browser = app.browser();
    const page = await browser.get(addressOfNew());
    const switched = await pick(browser, page, 'ar', {});
    expect([switched.status, switched.lang, switched.dir]).toEqual([200, 'ar', 'rtl']);
    expect(switched.heading).toBe(`[ar] ${page.heading}`);
    expect(stub.sent()).toEqual([]);
    const back = await pick(browser, switched, 'en', {});
    expect([back.status, back.heading]).toEqual([200, page.heading]);
    const fields = page.forms[0]!.controls.map(({ id, name }) => id || name);
    expect(back.forms[0]!.controls.map(({ id, name }) => id || name)).toEqual(fields);
  });
});

test('what was typed and ticked on the sign-in page stays, but not the password', async () => {
  const browser = app.browser();
  const page = await browser.get(openAt(stub, screens[0]!).address);
  const fill = { email: 'ada@example.org', password: 'secret-of-ada' };
  const switched = await pick(browser, page, 'ar', { fill, tick: { remember: true } });
  expect(control(switched, 'email')?.value).toBe('ada@example.org');
  expect(control(switched, 'remember')?.isChecked).toBe(true);
  expect(control(switched, 'password')?.value).toBe('');
  expect(switched.html).not.toContain('secret-of-ada');
  const unticked = await pick(browser, switched, 'en', { tick: { remember: false } });
  expect(control(unticked, 'remember')?.isChecked).toBe(false);
});

test('what was ticked and left off on the consent page stays', async () => {
  const browser = app.browser();
  const given = { requested_scope: ['openid', 'profile', 'email'] };
  const challenge = stub.consent(newChallenge(), given);
  const page = await browser.get(addressOf('/consent', 'consent_challenge', challenge));
  const tick = { profile: false, remember: true };
  const boxes = (of: Page) =>
    ['profile', 'email', 'remember'].map((id) => control(of, id)?.isChecked);
  const switched = await pick(browser, page, 'ar', { tick });
  expect(boxes(switched)).toEqual([false, true, true]);
  const again = await pick(browser, switched, 'en', { tick: { profile: true, email: false } });
  expect(boxes(again)).toEqual([true, false, true]);
  const none = await pick(browser, again, 'ar', { tick: { profile: false } });
  expect(boxes(none)).toEqual([false, false, true]);
  expect(stub.sent()).toEqual([]);
});

test('a code that was typed stays', async () => {
  const browser = app.browser();
  const switched = await pick(browser, await browser.get(device()), 'ar', {
    fill: { code: 'AbCd-3' },
  });
  expect(control(switched, 'code')?.value).toBe('AbCd-3');
});

test('there is no menu for a single language', async () => {
  const own = await startApp(stub, {}, { change: withLanguages() });
  const browser = own.browser();
  for (const [, addressOfNew] of forms) {
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    const { html } = await browser.get(addressOfNew());
    expect(html).not.toMatch(/name="lang"|popover/);
  }
  await own.close();
});

test('on a page without a form, each language is a link that keeps what the page needs', async () => {
  const browser = app.browser();
  const { html } = await browser.get('/logged-out?login_challenge=a%26b&state=x');
  const links = [...html.matchAll(/<a href="(\?lang=[^"]*)" lang="([^"]*)"/g)];
  expect(links.map(([, href, tag]) => [href, tag])).toEqual([
    ['?lang=ar&amp;login_challenge=a%26b', 'ar'],
    ['?lang=en&amp;login_challenge=a%26b', 'en'],
    ['?lang=zh-Hant&amp;login_challenge=a%26b', 'zh-Hant'],
  ]);
  expect(html).not.toContain('name="lang"');
});

test('a link does not keep a challenge that is longer than any', async () => {
  const page = await app.browser().post('/login', { login_challenge: 'x'.repeat(100_000) });
  expect(page.status).toBe(414);
  expect(page.html).toContain('href="?lang=ar"');
  expect(page.html.length).toBeLessThan(150_000);
});

test('a link of a page that a form led to keeps the challenge, and nothing that was typed', async () => {
  const browser = app.browser();
  const page = await browser.get(device());
  stub.answer('device.accept', (_call, res) => res.writeHead(500).end());
  const down = await browser.submit(page, { fill: { code: 'AbCd3fGh' } });
  expect(down.status).toBe(502);
  const { href = '' } = down.links.find(({ text }) => text === 'العربية') ?? {};
  expect(href).toMatch(/^\/device\/verify\?lang=ar&device_challenge=[^&]+$/);
  const other = await browser.get(href);
  expect([other.status, other.lang]).toEqual([200, 'ar']);
});
