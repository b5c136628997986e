/** The markup of our own sign-in screen. A fork may write another view, and keeps all other tests. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { control, link, type Page } from '../support/page.ts';
import { ada, password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { house, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** Clients register themselves. */
let open: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  [app, open] = await Promise.all([startApp(stub), startApp(stub, { SELF_REGISTRATION: 'on' })]);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), open.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['login']>[1]>;
const login = (given?: Given): string =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));
const tagOf = (page: Page, field: string): string => control(page, field)?.tag ?? '';

describe('the fields', () => {
  test('tell phones and password managers what they are', async () => {
    const page = await app.browser().get(login());
    for (const help of ['autocorrect="off"', 'autocapitalize="none"', 'spellcheck="false"'])
      expect(tagOf(page, 'email')).toContain(help);
    expect(tagOf(page, 'email')).toContain('enterkeyhint="next"');
    expect(tagOf(page, 'password')).toContain('enterkeyhint="go"');
  });

  test('begin where something is to be typed', async () => {
    const browser = app.browser();
    const page = await browser.get(login());
    expect(tagOf(page, 'email')).toContain(' autofocus');
    const hint = { oidc_context: { login_hint: 'ada' } };
    expect(tagOf(await browser.get(login(hint)), 'password')).toContain(' autofocus');
  });

  test('of a known person are one, and the login is there for password managers', async () => {
    const browser = app.browser();
    await browser.submit(await browser.get(login()), { fill: { email: 'ada', password } });
    const page = await browser.get(login());
    expect(page.text).toContain(`${ada.name} ${ada.email} ${words('person.change')}`);
    expect(tagOf(page, 'email')).toMatch(/autocomplete="username" hidden>$/);
    expect(tagOf(page, 'password')).toContain(' autofocus');
    const wrong = await browser.submit(page, { fill: { password: 'x' } });
    expect(tagOf(wrong, 'email')).not.toContain('aria-invalid');
    expect(tagOf(wrong, 'password')).toMatch(/aria-invalid="true".*autofocus/);
    const empty = await browser.get(link(page, words('person.change'))!.href);
    expect(tagOf(empty, 'email')).toContain(' autofocus');
  });
});

describe('what went wrong', () => {
  test('is an alert that both fields refer to', async () => {
    const browser = app.browser();
    const fill = { ...foosLogin, password: 'wrong' };
    const again = await browser.submit(await browser.get(login()), { fill });
    expect(again.html).toContain('id="notice" role="alert"');
    for (const field of ['email', 'password'])
      expect(tagOf(again, field)).toContain('aria-invalid="true" aria-describedby="notice"');
    expect(tagOf(again, 'password')).toContain(' autofocus');
  });

  const { email } = foosLogin;
  test.each([
    ['the password', { email, password: '' }, ['password']],
    ['the login', { email: '', password: 'foobar' }, ['email']],
    ['both', { email: '', password: '' }, ['email', 'password']],
    ['a blank login', { email: ' \u200B\u3000', password: 'foobar' }, ['email']],
  ])('is said at the empty field: %s', async (_which, fill, fields) => {
    const browser = app.browser();
    const again = await browser.submit(await browser.get(login()), { fill });
    expect(again.html).not.toContain('id="notice"');
    for (const field of ['email', 'password']) {
      const tag = tagOf(again, field);
      const isMarked = fields.includes(field);
      expect(tag.includes(`aria-invalid="true" aria-describedby="wrong-${field}"`)).toBe(isMarked);
      expect(again.html.includes(`id="wrong-${field}" role="alert"`)).toBe(isMarked);
      expect(tag.includes(' autofocus')).toBe(field === fields[0]);
    }
  });
});

test('an app that imitates the house has a question mark, and one notice at a time', async () => {
  const client = { client_name: `${house} Security Team`, created_at: '0001-01-01T00:00:00Z' };
  const browser = open.browser();
  const page = await browser.get(login({ client }));
  expect(page.html).toMatch(/<span class="mark caution" aria-hidden="true">\?<\/span>/);
  const text = words('lookalike.text_undated', { name: client.client_name });
  expect(page.text).toContain(`${words('lookalike.title')} ${text}`);
  const wrong = await browser.submit(page, { fill: { ...foosLogin, password: 'x' } });
  expect(wrong.text).not.toContain(words('lookalike.title'));
});
