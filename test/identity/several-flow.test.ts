/** Whole sign-ins with people in two places: `IDENTITY=file,http`. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { startPeopleApi, type PeopleApi } from '../support/people-api.ts';
import { foo, people } from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

const nora = { subject: 'nora-1', email: 'nora@example.org' };
const norasPassword = 'a password that the API knows';

let stub: AdminStub;
let api: PeopleApi;
let app: TestApp;
let isAway = false;

beforeAll(async () => {
  stub = await startAdminStub();
  api = await startPeopleApi(({ method, path, body }, _req, res) => {
    const { login, password } = JSON.parse(body || '{}') as Record<string, string>;
    const isRight = login === nora.email && password === norasPassword;
    const found = method === 'POST' ? isRight : path === `/people/${nora.subject}`;
    const status = isAway ? 503 : found ? 200 : method === 'POST' ? 401 : 404;
    res.writeHead(status, { 'Content-Type': 'application/json' });
    res.end(JSON.stringify(found ? nora : {}));
  });
  app = await startApp(stub, {
    IDENTITY: 'file,http',
    PEOPLE_API_URL: api.url,
    LOG_LEVEL: 'info',
  });
});
afterEach(() => {
  isAway = false;
  api.calls.length = 0;
  stub.reset();
});
afterAll(async () => {
  await app.close();
  await api.close();
  await stub.close();
});

async function signIn(email: string, password: string, browser = app.browser()) {
  const address = addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), {}));
  return browser.submit(await browser.get(address), { fill: { email, password } });
}
const accepted = () => stub.sent('login.accept').map(({ body }) => body ?? {});
const ready = () => app.parts.identity.ready();

describe('people of a users file and of an API', () => {
  test('sign in on the one screen; the second place is asked only about the others', async () => {
    expect((await signIn(foo.email, 'foobar')).leadsTo).toContain('login_verifier=');
    expect(api.calls).toEqual([]);
    expect((await signIn(nora.email, norasPassword)).leadsTo).toContain('login_verifier=');
    expect(accepted()).toMatchObject([{ subject: foo.subject }, { subject: nora.subject }]);
  });

  test('get the same page for a wrong password of either, and for a login that nobody has', async () => {
    for (const email of [foo.email, nora.email, 'nobody@example.org']) {
      const page = await signIn(email, 'wrong');
      expect(page.status).toBe(400);
      expect(page.text).toContain(words('login.wrong.text'));
      expect(app.audits.at(-1)).toMatchObject({ audit: 'refused', reason: 'wrong' });
    }
    expect(api.calls).toHaveLength(3);
  });

  test('do not depend on each other: those of the file sign in while the API is away', async () => {
    expect(await ready()).toBe(true);
    isAway = true;
    expect(await ready()).toBe(false);
    expect((await signIn(foo.email, 'foobar')).leadsTo).toContain('login_verifier=');
    const page = await signIn(nora.email, norasPassword);
    expect(page.status).toBe(503);
    expect(page.heading).toBe(words('error.user_store_down.title'));
    isAway = false;
    expect((await signIn(nora.email, norasPassword)).leadsTo).toContain('login_verifier=');
  });
});

test('a subject that both have signs nobody in from the second, and is no wrong password', async () => {
  const entries = [...people, { ...foo, subject: nora.subject, email: 'other@example.org' }];
  const settings = { IDENTITY: 'file,http', PEOPLE_API_URL: api.url, LOG_LEVEL: 'info' };
  const other = await startApp(stub, settings, { people: entries });
  const page = await signIn(nora.email, norasPassword, other.browser());
  expect(page.status).toBe(503);
  expect(accepted()).toEqual([]);
  const about = { subject: nora.subject, stores: ['file', 'http'] };
  expect(other.logs).toContainEqual(expect.objectContaining({ level: 50, ...about }));
  expect((await signIn('other@example.org', 'foobar', other.browser())).leadsTo).toBeDefined();
  await other.close();
});
