/** What the screens say of a request is what the OAuth2 server reads, whatever strangers wrote. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { withLanguages } from '../support/languages.ts';
import { control, link, type Page } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, screens } from '../support/screens.ts';
import { house, titleBar, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** Clients register themselves. */
let open: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  [app, open] = await Promise.all([
    startApp(stub, {}, { change: withLanguages('de') }),
    startApp(stub, { SELF_REGISTRATION: 'on' }),
  ]);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), open.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['consent']>[1]>;
const login = (given?: Given): string =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));
const consent = (given?: Given): string =>
  addressOf('/consent', 'consent_challenge', stub.consent(newChallenge('consent'), given));
const shown = (given: Given, of = app): Promise<Page> => of.browser().get(consent(given));

describe('where the browser goes back to', () => {
  const [good, bad] = ['https://good.example/cb', 'https://bad.example/cb'];
  const client = { redirect_uris: [good, bad] };
  const asking = (query: string) => ({
    client,
    request_url: `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&scope=openid&${query}`,
  });

  test.each([
    ['an escaped name', `redirect%5Furi=${bad}&redirect_uri=${good}`],
    ['two values', `redirect_uri=${bad}&redirect_uri=${good}`],
    ['a semicolon', `redirect_uri=${good};&redirect_uri=${bad}`],
    ['a broken escape', `redirect_uri=${good}%&redirect_uri=${bad}`],
  ])('is where the server sends it, with %s', async (_how, query) => {
    const page = await shown(asking(query));
    expect(page.text).toContain('bad.example');
    expect(page.text).not.toContain('good.example');
  });

  test.each([
    ['a request object', `redirect_uri=${good}&request=ey.x.y`],
    ['an escaped name of one', `redirect_uri=${good}&re%71uest=ey.x.y`],
    ['one at an address', `redirect_uri=${good}&request_uri=https%3A%2F%2Fa.example%2Fr`],
    ['several addresses and none named', ''],
  ])('is not said with %s', async (_how, query) => {
    const page = await shown(asking(query));
    expect(page.status).toBe(200);
    expect(page.text).not.toMatch(/good\.example|bad\.example/);
  });

  test('is the scheme of an app, never the host that it writes into it', async () => {
    const address = 'evil://bank.example/cb';
    const page = await shown({
      client: { redirect_uris: [address] },
      request_url: `${stub.publicUrl}/oauth2/auth?redirect_uri=${encodeURIComponent(address)}`,
    });
    expect(page.text).toContain('evil:');
    expect(page.text).not.toContain('bank.example');
  });

  test('is no link to the person’s own machine', async () => {
    const client = { client_uri: '', redirect_uris: ['http://127.0.0.1:3210/callback'] };
    const challenge = stub.login(newChallenge('login'), { client });
    const browser = app.browser();
    const address = addressOf('/login', 'login_challenge', challenge);
    await browser.submit(await browser.get(address), { press: 'reject' });
    stub.set(challenge, 'expired');
    const page = await app.browser().get(address);
    expect(page.links.map(({ href }) => href).join()).not.toContain('127.0.0.1:3210');
    expect(link(page, words('button.go_to', { app: 'Meadow Notes' }))).toBeUndefined();
  });
});

describe('the language of a sign-out', () => {
  test('is read from decoded names', async () => {
    const request_url = '/oauth2/sessions/logout?ui_locales=en;&ui%5Flocales=de';
    const challenge = stub.logout(newChallenge('logout'), { request_url });
    const page = await app.browser().get(addressOf('/logout', 'logout_challenge', challenge));
    expect(page.lang).toBe('de');
  });
});

const hostile: [what: string, name: string, seen: string][] = [
  ['turns the direction', 'Notes\u202Egro knab', 'Notesgro knab'],
  ['leaves an isolate open', '\u2067\u2066Notes', 'Notes'],
  ['ends an isolate of ours', 'Notes\u2069\u2069\u202C', 'Notes'],
  ['hides letters', 'No\u200B\u3164tes', 'Notes'],
  ['has nothing to see', '\u3164\u2800\u200B', 'meadow-notes'],
  ['is drawn over others', `N${'\u0336'.repeat(50)}otes`, 'N\u0336\u0336otes'],
];
// Also those that direct text in the words of the house: none of them is left over.
const invisible = /[\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\u3164\u2800]/u;

describe.each(screens)('an app on the screen of $name', ({ name: step, path, field }) => {
  test.each(hostile)('whose name %s', async (_what, client_name, seen) => {
    const challenge = stub[step](newChallenge(step), { client: { client_name } });
    const page = await app.browser().get(addressOf(path, field, challenge));
    expect(page.status).toBe(200);
    expect(page.text).toContain(seen);
    expect(page.html).not.toMatch(invisible);
    if (step === 'login') expect(page.title).toBe(titleBar(words('login.title', { app: seen })));
  });
});

describe('what nobody can see', () => {
  test('is shown or left out in audiences and scopes without words', async () => {
    const page = await shown({
      requested_scope: ['openid', 'email', 'photos', 'ph\u202Eotos\u200B', '\u3164'],
      requested_access_token_audience: ['https://api.example/\u202E', '\u2800'],
    });
    for (const value of ['photos', 'U+3164', 'U+2800', 'api.example/%E2%80%AE'])
      expect(page.text).toContain(value);
    expect(page.text).not.toMatch(invisible);
    // What is granted is what was asked for, to the letter.
    const values = page.forms[0]!.controls.map(({ value }) => value);
    expect(values).toEqual(expect.arrayContaining(['ph\u202Eotos\u200B', '\u3164']));
  });

  test('is left out of what an address for the page of errors says', async () => {
    const query = new URLSearchParams({ error: 'odd\u202E', error_description: 'a\u202Eb\u200B' });
    const page = await app.browser().get(`/error?${query.toString()}`);
    expect(page.text).toContain('odd');
    expect(page.text).toContain('ab');
    expect(page.text).not.toMatch(invisible);
  });
});

describe('scopes', () => {
  const ids = (page: Page) => [...page.html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);

  test('asked for twice, or named like parts of the page, have ids of their own', async () => {
    const own = ['accept', 'reject', 'remember', 'answer', 'before', 'notice', 'about-remember'];
    const odd = ['about-0', 'about-1', 'scope-0', 'scope-1', 'scope-accept', 'languages'];
    const requested_scope = ['openid', 'offline', 'email', 'email', ...own, ...odd, ...own];
    const page = await shown({ requested_scope });
    expect(ids(page)).toEqual([...new Set(ids(page))]);
    expect(control(page, 'offline')).toMatchObject({ name: 'grant_scope', value: 'offline' });
    expect(control(page, 'remember')).toMatchObject({ name: 'remember' });
    const labels = [...page.html.matchAll(/\sfor="([^"]*)"/g)].map(([, id]) => id!);
    expect(labels.filter((id) => !ids(page).includes(id))).toEqual([]);
  });
});

describe('an app that nobody has checked', () => {
  const almost = house.replace('o', '\u043E').toUpperCase();
  const title = words('lookalike.title');

  test.each([house, almost, `My ${house} Login`])(
    'and that is called %s is marked',
    async (name) => {
      const given = { client: { client_name: name, created_at: '0001-01-01T00:00:00Z' } };
      const text = words('lookalike.text_undated', { name });
      const asked = await shown(given, open);
      for (const one of [title, text]) expect(asked.text).toContain(one);
      expect(asked.text).not.toContain(words('unchecked.title'));
      const browser = open.browser();
      const page = await browser.get(login(given));
      for (const one of [title, text]) expect(page.text).toContain(one);
      const again = await browser.submit(page, {
        press: 'accept',
        fill: { ...foosLogin, password: 'x' },
      });
      expect(again.status).toBe(400);
      // After a mistake it still has no name.
      expect(again.heading).not.toContain(name);
    },
  );

  test('is not marked when it has a name of its own, and neither is one that was checked', async () => {
    const other = { client: { client_name: 'Meadow Notes' } };
    const checked = { client: { client_name: house, metadata: { checked: true } } };
    for (const [given, of] of [
      [other, open],
      [checked, open],
      [{ client: { client_name: house } }, app],
    ] as const) {
      expect((await shown(given, of)).text).not.toContain(title);
      expect((await of.browser().get(login(given))).text).not.toContain(title);
    }
  });

  test('signed itself up years ago, or at a time that says nothing', async () => {
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const sentence = async (created_at: string) =>
      (await shown({ client: { created_at } }, open)).text;
    const host = 'notes.example.org';
    const old = words('unchecked.text', { ago: '3 years ago', host });
    expect(await sentence(daysAgo(1_100))).toContain(old);
    for (const odd of ['0001-01-01T00:00:00Z', '', 'soon']) {
      expect(await sentence(odd)).toContain(words('unchecked.text_undated', { host }));
    }
  });
});

describe('a challenge of 32 kB', () => {
  test('signs in, with the longest request that an app may make, also after a double click', async () => {
    const long = (name: string) => `${name}==`.padStart(32 * 1024, 'x');
    const browser = app.browser();
    const given = {
      request_url: `${stub.publicUrl}/oauth2/auth?state=${'s'.repeat(8_000)}`,
      requested_scope: Array.from({ length: 400 }, (_, i) => `${i}`.padStart(50, 'scope-')),
    };
    const first = addressOf('/login', 'login_challenge', stub.login(long('login'), given));
    const form = await browser.get(first, { Referer: app.url + first });
    const work = { press: 'accept', fill: foosLogin, headers: { Referer: app.url + first } };
    const signedIn = await browser.submit(form, work);
    expect(signedIn.status).toBe(303);
    expect((await browser.submit(form, work)).leadsTo).toBe(signedIn.leadsTo);
    const second = addressOf('/consent', 'consent_challenge', stub.consent(long('consent'), given));
    const question = await browser.get(second, { Referer: app.url + second });
    const add = given.requested_scope.map((name): [string, string] => ['grant_scope', name]);
    const answer = { press: 'accept', add, headers: { Referer: app.url + second } };
    const done = await browser.submit(question, answer);
    expect([done.status, done.leadsTo?.includes('consent_verifier=')]).toEqual([303, true]);
    expect((await browser.submit(question, answer)).leadsTo).toBe(done.leadsTo);
    expect(stub.sent('consent.accept').map(({ body }) => body?.['grant_scope'])).toEqual([
      given.requested_scope,
    ]);
  });

  test('is too much with more scopes than a form can hold, which is said', async () => {
    const requested_scope = Array.from({ length: 600 }, (_, i) => `scope-${i}`);
    const page = await shown({ requested_scope });
    expect([page.status, page.heading]).toEqual([400, words('error.request_malformed.title')]);
  });
});
