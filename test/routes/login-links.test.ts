/** The pages of others to which sign-in leads, and where password managers look for one. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { withChallenge } from '../../src/challenge/read-challenge.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import { control, link } from '../support/page.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;

beforeAll(async () => {
  stub = await startAdminStub();
});
afterAll(() => stub.close());

const [forgot, register] = ['https://account.example.org/forgot', 'https://new.example.org/?a=1&b'];
const changing = 'https://account.example.org/password';
const wellKnown = '/.well-known/change-password';
const both = { FORGOT_PASSWORD_URL: forgot, REGISTER_URL: register };

test.each([
  ['https://a.example', 'https://a.example?login_challenge=c%3D'],
  ['https://a.example/x', 'https://a.example/x?login_challenge=c%3D'],
  ['https://a.example/x?', 'https://a.example/x?login_challenge=c%3D'],
  ['https://a.example/x?a=b%20c&d', 'https://a.example/x?a=b%20c&d&login_challenge=c%3D'],
  ['https://a.example/x?a=1&', 'https://a.example/x?a=1&login_challenge=c%3D'],
  ['https://a.example/#/new', 'https://a.example/?login_challenge=c%3D#/new'],
  ['https://a.example/?a=1#b?c#d', 'https://a.example/?a=1&login_challenge=c%3D#b?c#d'],
])('a challenge goes to %s as a parameter of its query', (address, expected) => {
  expect(withChallenge(address, { login_challenge: 'c=' })).toBe(expected);
});

describe('the links of sign-in', () => {
  test('are not there unless they lead somewhere', async () => {
    const app = await startApp(stub);
    const login = addressOf('/login', 'login_challenge', stub.login(newChallenge()));
    const page = await app.browser().get(login);
    for (const key of ['login.forgot', 'login.new', 'login.register']) {
      expect(page.text).not.toContain(words(key));
    }
  });

  test('carry the challenge, so that those pages can come back', async () => {
    const app = await startApp(stub, both);
    const challenge = stub.login(newChallenge());
    const browser = app.browser();
    const page = await browser.get(addressOf('/login', 'login_challenge', challenge));
    const wrong = await browser.submit(page, { fill: { email: 'a', password: 'b' } });
    for (const shown of [page, wrong]) {
      const query = new URLSearchParams({ login_challenge: challenge }).toString();
      expect(link(shown, words('login.forgot'))?.href).toBe(`${forgot}?${query}`);
      expect(link(shown, words('login.register'))?.href).toBe(`${register}&${query}`);
      expect(shown.headers['referrer-policy']).toBe('same-origin');
    }
    // One Tab leads from field to field: the link beside the password comes after it.
    expect(page.html.indexOf('id="password"')).toBeLessThan(page.html.indexOf(forgot));
    const back = await browser.get(addressOf('/login', 'login_challenge', challenge));
    expect(control(back, 'password')).toBeDefined();
  });
});

describe('the well-known address for another password', () => {
  test.each([
    [{ CHANGE_PASSWORD_URL: changing, FORGOT_PASSWORD_URL: forgot }, changing],
    [{ CHANGE_PASSWORD_URL: changing }, changing],
    [{ FORGOT_PASSWORD_URL: forgot }, forgot],
  ])('leads on: %j', async (env, expected) => {
    const app = await startApp(stub, env);
    // As a person types it, and as a password manager fetches it.
    for (const headers of [{}, { Accept: '*/*', 'Sec-Fetch-Dest': 'empty' }]) {
      const page = await app.browser().get(wellKnown, headers);
      expect([page.status, page.leadsTo, page.setCookies]).toEqual([303, expected, []]);
    }
    const head = await app.browser().send('head', wellKnown);
    expect([head.status, head.leadsTo]).toEqual([303, expected]);
    const posted = await app.browser().send('put', wellKnown);
    expect([posted.status, posted.headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await app.browser().get('/.well-known/nothing')).status).toBe(404);
  });

  test('does not exist unless a setting names the page', async () => {
    const app = await startApp(stub, { REGISTER_URL: register });
    expect((await app.browser().get(wellKnown)).status).toBe(404);
  });

  test('is at the root of the host and below the path of BASE_URL', async () => {
    const env = { BASE_URL: 'http://127.0.0.1:{port}/auth(1)', CHANGE_PASSWORD_URL: changing };
    const app = await startApp(stub, env);
    for (const path of [wellKnown, `/auth(1)${wellKnown}`]) {
      expect((await app.browser().get(path)).leadsTo).toBe(changing);
    }
    expect((await app.browser().get(`/other${wellKnown}`)).status).toBe(404);
  });
});
