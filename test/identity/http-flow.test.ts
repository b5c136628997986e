/** Whole sign-ins with people behind an API: `IDENTITY=http`. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startPeopleApi, token, type PeopleApi } from '../support/people-api.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

const max = { subject: 'max-1', email: 'max@example.org', name: 'Max Sample' };
const secret = 'a password that nobody may read';
const typed = { email: max.email, password: secret };

let stub: AdminStub;
let api: PeopleApi;
let app: TestApp;
let state: 'right' | 'wrong' | 'disabled' | 'away' | 'nonsense' = 'right';
let credential = 'first';

beforeAll(async () => {
  stub = await startAdminStub();
  api = await startPeopleApi(({ method }, _req, res) => {
    const isPost = method === 'POST';
    const status = { right: 200, wrong: isPost ? 401 : 200, disabled: isPost ? 403 : 200 };
    const body = {
      disabled: isPost ? { reason: 'disabled' } : { ...max, disabled: true },
      nonsense: [secret, token],
    };
    const told = state in body ? body[state as keyof typeof body] : { ...max, credential };
    const code = state === 'away' ? 503 : state === 'nonsense' ? 200 : status[state];
    res.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(told));
  });
  app = await startApp(stub, {
    IDENTITY: 'http',
    USERS_FILE: undefined,
    PEOPLE_API_URL: api.url,
    PEOPLE_API_TOKEN: token,
    LOG_LEVEL: 'trace',
  });
});
afterEach(() => {
  state = 'right';
  stub.reset();
});
afterAll(async () => {
  await app.close();
  await api.close();
  await stub.close();
});

type Given = Parameters<AdminStub['login']>[1];
const login = (given?: Given) =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));
const accepted = () => stub.sent('login.accept').map(({ body }) => body ?? {});
const consent = (given = {}) =>
  addressOf('/consent', 'consent_challenge', stub.consent(newChallenge('consent'), given));

async function signIn(browser = app.browser()) {
  return browser.submit(await browser.get(login()), { fill: typed });
}

describe('with people behind an API', () => {
  test('somebody signs in, the API is told where from, and an app gets their claims', async () => {
    const browser = app.browser();
    const done = await signIn(browser);
    expect(done.leadsTo).toContain('login_verifier=');
    expect(accepted()).toMatchObject([{ subject: max.subject }]);
    const posted = api.calls.find(({ method }) => method === 'POST');
    const asked = JSON.parse(posted?.body ?? '') as Record<string, string>;
    expect(asked).toMatchObject({ login: max.email, password: secret, address: '127.0.0.1' });
    expect(JSON.stringify([app.logs, app.audits])).toContain(asked['request_id']);

    const [{ context } = {}] = accepted();
    const requested_scope = ['openid', 'profile'];
    const given = { subject: max.subject, context, requested_scope };
    const page = await browser.get(consent(given));
    expect(page.text).toContain(max.name);
    await browser.submit(page, { press: 'accept', tickScopes: true });
    const [{ body } = {}] = stub.sent('consent.accept');
    expect(body).toMatchObject({ session: { id_token: { name: max.name } } });
  });

  test.each(['wrong', 'disabled'] as const)('what is %s has one page', async (given) => {
    state = given;
    const page = await signIn();
    expect(page.text).toContain(words('login.wrong.text'));
    expect(accepted()).toEqual([]);
    expect(app.audits.at(-1)).toMatchObject({ audit: 'refused', reason: given });
  });

  test.each(['away', 'nonsense'] as const)(
    'an API that is %s is no wrong password',
    async (given) => {
      const browser = app.browser();
      const form = await browser.get(login());
      state = given;
      // More often than anybody may be wrong.
      for (let tries = 0; tries < 6; tries += 1) {
        const page = await browser.submit(form, { fill: typed });
        expect(page.status).toBe(503);
        expect(page.text).not.toContain(words('login.wrong.text'));
      }
      expect(accepted()).toEqual([]);
      state = 'right';
      expect((await browser.submit(form, { fill: typed })).leadsTo).toContain('login_verifier=');
    },
  );

  test('a person who was disabled, or has another password, is not signed in silently', async () => {
    const browser = app.browser();
    await signIn(browser);
    const remembered = { skip: true, subject: max.subject };
    expect((await browser.get(login(remembered))).leadsTo).toContain('login_verifier=');
    credential = 'second';
    expect((await browser.get(login(remembered))).leadsTo).not.toContain('login_verifier=');
    await signIn(browser);
    state = 'disabled';
    expect((await browser.get(login(remembered))).leadsTo).not.toContain('login_verifier=');
  });

  test('neither password nor token is in a line of the log or of the audit trail', async () => {
    for (state of ['right', 'wrong', 'disabled', 'away', 'nonsense'] as const) await signIn();
    const lines = JSON.stringify([app.logs, app.audits]);
    expect(app.logs.length).toBeGreaterThan(5);
    expect(lines).not.toContain(secret);
    expect(lines).not.toContain(token);
  });
});
