/** One OpenID provider is the only way to sign in: nobody needs to choose it. */
import { rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import {
  providerClient,
  startOpenIdProvider,
  type OpenIdProvider,
} from '../support/openid-provider.ts';
import { control, type Page } from '../support/page.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let work: OpenIdProvider;
let env: Record<string, string | undefined>;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  work = await startOpenIdProvider();
  env = {
    IDENTITY: 'openid',
    USERS_FILE: undefined,
    OPENID_PROVIDERS: JSON.stringify([
      { id: 'work', name: 'Work', issuer: work.issuer, ...providerClient },
    ]),
  };
  await work.goDown(); // it need not be there when we start
  app = await startApp(stub, env);
  await work.comeBack();
});
afterEach(() => {
  stub.reset();
  work.manners = {};
  work.asked.length = 0;
});
afterAll(async () => {
  await app.close();
  await Promise.all([stub.close(), work.close()]);
});

type Given = Parameters<AdminStub['login']>[1];
const login = (given?: Given) =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));
const isBack = (page: Page) => page.leadsTo?.includes('login_verifier=') === true;
const accepted = () => stub.sent('login.accept').map(({ body }) => body ?? {});

async function signIn(browser = app.browser(), given?: Given): Promise<Page> {
  const there = await browser.follow(await browser.get(login(given)));
  return browser.follow(there);
}

describe('at the token endpoint, Portico proves who it is', () => {
  const file = join(tmpdir(), `portico-openid-${process.pid}`);
  afterAll(() => rmSync(file, { force: true }));
  const appWith = (entry: object) =>
    startApp(stub, {
      ...env,
      OPENID_PROVIDERS: JSON.stringify([
        { id: 'work', name: 'Work', issuer: work.issuer, client_id: 'portico', ...entry },
      ]),
    });

  test.each([
    ['client_secret_post', { client_secret: providerClient.client_secret }],
    ['none', {}],
  ])('by %s', async (token_endpoint_auth_method, secret) => {
    const other = await appWith({ token_endpoint_auth_method, ...secret });
    expect(isBack(await signIn(other.browser()))).toBe(true);
    expect(work.tokenCalls.at(-1)?.authorization).toBeUndefined();
  });

  test('by a secret in a file, which may change at any time', async () => {
    writeFileSync(file, 'an old secret\n');
    const other = await appWith({ client_secret_file: file });
    expect((await signIn(other.browser())).status).toBe(502);
    writeFileSync(file, `${providerClient.client_secret}\n`);
    expect(isBack(await signIn(other.browser()))).toBe(true);
  });
});

describe('with one provider alone', () => {
  test('the browser leaves at once, and comes back signed in', async () => {
    const left = await app.browser().get(login());
    expect(left.status).toBe(303);
    expect(left.leadsTo).toMatch(new RegExp(`^${work.issuer}/authorize\\?`));
    expect(isBack(await signIn())).toBe(true);
  });

  test('a no over there shows the page with the button, and goes in no circle', async () => {
    work.manners.authorization = ({ state = '', iss = '' }) => {
      return { state, iss, error: 'access_denied' };
    };
    const browser = app.browser();
    const page = await signIn(browser);
    expect(page.status).toBe(400);
    expect(page.text).toContain(words('login.way_cancelled.title', { provider: 'Work' }));
    expect(page.text).toContain(words('login.provider', { provider: 'Work' }));
    expect(control(page, 'password')).toBeUndefined();
    expect(page.html).not.toContain('<script');
    expect((await browser.get(page.url)).text).toBe(page.text);
    work.manners = {};
    const there = await browser.follow(await browser.submit(page, { press: 'work' }));
    expect(isBack(await browser.follow(there))).toBe(true);
  });

  test('a password is no answer', async () => {
    work.manners.authorization = ({ state = '', iss = '' }) => {
      return { state, iss, error: 'access_denied' };
    };
    const browser = app.browser();
    const page = await signIn(browser);
    const add: [string, string][] = [
      ['email', 'foo@bar.com'],
      ['password', 'foobar'],
    ];
    const answer = await browser.submit(page, { press: 'no button', add });
    expect(answer.status).toBe(400);
    expect(answer.heading).toBe(words('error.decision_unknown.title'));
  });

  test('a no here goes back to the app', async () => {
    work.manners.authorization = ({ state = '', iss = '' }) => {
      return { state, iss, error: 'access_denied' };
    };
    const browser = app.browser();
    await browser.submit(await signIn(browser), { press: 'reject' });
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['login.reject']);
  });

  test('while it is away, the page says so', async () => {
    const other = await startApp(stub, env);
    await work.goDown();
    try {
      const page = await other.browser().get(login());
      expect(page.status).toBe(503);
      expect(page.text).toContain(words('login.way_unavailable.title', { provider: 'Work' }));
      expect(await other.parts.identity.ready()).toBe(true);
    } finally {
      await work.comeBack();
    }
  });

  test.each<[what: string, discovery: Record<string, string>]>([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['an address that is none of the web', { authorization_endpoint: 'javascript:alert(1)' }],
  ])('nobody is sent to one that names %s', async (_what, discovery) => {
    work.manners.discovery = (all) => ({ ...all, ...discovery });
    const other = await startApp(stub, env);
    const page = await other.browser().get(login());
    expect([page.status, page.leadsTo]).toEqual([503, undefined]);
  });

  test('an app that wants no page gets none', async () => {
    const request_url = 'https://auth.example.org/oauth2/auth?client_id=a&prompt=none';
    const page = await app.browser().get(login({ request_url }));
    expect(page.status).toBe(303);
    expect(work.asked).toEqual([]);
    expect(stub.sent('login.reject')).toMatchObject([{ body: { error: 'login_required' } }]);
  });

  test('neither a guess of the browser nor a question for the headers leaves', async () => {
    const browser = app.browser();
    const guess = await browser.get(login(), { 'Sec-Purpose': 'prefetch' });
    const head = await browser.send('head', login());
    expect([guess.leadsTo, head.leadsTo]).toEqual([undefined, undefined]);
    expect(Object.keys(browser.cookies()).join()).not.toContain('away');
  });

  test('whom the OAuth2 server remembers is not sent there', async () => {
    const browser = app.browser();
    await signIn(browser);
    const { subject } = accepted()[0] as { subject: string };
    work.asked.length = 0;
    const page = await browser.get(login({ skip: true, subject }));
    expect(isBack(page)).toBe(true);
    expect(work.asked).toEqual([]);
    expect(accepted().at(-1)).toMatchObject({ subject });
  });

  test('whom the OAuth2 server remembers but we do not, signs in once more', async () => {
    const browser = app.browser();
    await signIn(browser);
    const [{ subject } = { subject: '' }] = accepted() as { subject: string }[];
    const restarted = await startApp(stub, env);
    const request_url = 'https://auth.example.org/oauth2/auth?client_id=meadow-notes';
    const page = await restarted.browser().get(login({ skip: true, subject, request_url }));
    expect(page.leadsTo).toContain('prompt=login');
    const again = restarted.browser();
    const left = await again.get(login({ request_url: page.leadsTo! }));
    const back = (await again.follow(left)).leadsTo!;
    const done = await again.get(back);
    expect(isBack(done)).toBe(true);
    expect(accepted().at(-1)).toMatchObject({ subject });
  });
});
