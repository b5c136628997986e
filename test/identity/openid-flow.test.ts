/** Whole sign-ins with another OpenID provider: `IDENTITY=openid`. */
import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser, Page } from '../support/browser.ts';
import {
  providerClient,
  startOpenIdProvider,
  type Manners,
  type OpenIdProvider,
} from '../support/openid-provider.ts';
import { control } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let work: OpenIdProvider;
let school: OpenIdProvider;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  [work, school] = await Promise.all([startOpenIdProvider(), startOpenIdProvider()]);
  const entry = (id: string, name: string, { issuer }: OpenIdProvider) => ({
    id,
    name,
    issuer,
    ...providerClient,
  });
  app = await startApp(stub, {
    IDENTITY: 'file,openid',
    LOG_LEVEL: 'trace',
    TRUST_PROXY: 'loopback',
    OPENID_PROVIDERS: JSON.stringify([
      entry('work', 'Work', work),
      entry('school', 'School', school),
    ]),
  });
});
const person = { sub: 'sam-1', email: 'sam@work.example', email_verified: true, name: 'Sam Work' };
afterEach(() => {
  jest.restoreAllMocks();
  stub.reset();
  app.logs.length = 0;
  app.audits.length = 0;
  for (const provider of [work, school]) {
    Object.assign(provider, { manners: {}, person });
    provider.asked.length = 0;
    provider.tokenCalls.length = 0;
  }
});
afterAll(async () => {
  await app.close();
  await Promise.all([stub.close(), work.close(), school.close()]);
});

let addresses = 0;
/** With an address of its own, so that its lines of the audit trail are not summed with others. */
function newBrowser(): Browser {
  addresses += 1;
  return app.browser({ 'X-Forwarded-For': `198.51.100.${addresses}` });
}

type Given = Parameters<AdminStub['login']>[1];
const login = (given?: Given, challenge = newChallenge('login')) =>
  addressOf('/login', 'login_challenge', stub.login(challenge, given));
const accepted = () => stub.sent('login.accept').map(({ body }) => body ?? {});
const isBack = (page: Page) => page.leadsTo?.includes('login_verifier=') === true;

/** Presses the button, and lets the provider answer: the address that it sends the browser to. */
async function goThere(browser: Browser, address = login(), press = 'work'): Promise<string> {
  const left = await browser.submit(await browser.get(address), { press });
  expect(left.status).toBe(303);
  const there = await browser.follow(left);
  return there.leadsTo!;
}

async function signIn(browser = newBrowser(), given?: Given): Promise<Page> {
  return browser.get(await goThere(browser, login(given)));
}

/** The sign-in screen of the same challenge says what went wrong, and another try works. */
async function expectRefused(browser: Browser, page: Page, reason: string, status: number) {
  const title = words(`login.way_${reason}.title`, { provider: 'Work' });
  expect(page.text).toContain(title);
  expect(page.text).toContain(words(`login.way_${reason}.text`, { provider: 'Work' }));
  expect(page.status).toBe(status);
  expect(control(page, 'email')).toBeDefined();
  expect(accepted()).toEqual([]);
  work.manners = {};
  const left = await browser.submit(page, { press: 'work' });
  expect(isBack(await browser.get((await browser.follow(left)).leadsTo!))).toBe(true);
}

describe('with another OpenID provider', () => {
  test('somebody signs in, and an app gets what the provider says of them', async () => {
    work.manners.claims = (claims) => ({ ...claims, amr: ['pwd', 'mfa'], acr: 'urn:example:2' });
    const browser = newBrowser();
    const challenge = newChallenge('login');
    const back = await goThere(browser, login({}, challenge));
    const done = await browser.get(back);
    expect(isBack(done)).toBe(true);

    const [asked] = work.asked;
    const [{ subject, amr, acr, context, remember } = {}] = accepted();
    expect(subject).toMatch(/^openid-[\w-]{43}$/);
    expect({ amr, acr, remember }).toEqual({
      amr: ['pwd', 'mfa'],
      acr: 'urn:example:2',
      remember: false,
    });
    expect(asked?.get('redirect_uri')).toBe(`${app.publicUrl}/upstream/work`);
    expect(asked?.get('code_challenge_method')).toBe('S256');
    expect(`${asked?.toString()} ${back}`).not.toContain(encodeURIComponent(challenge).slice(0, 9));
    expect(app.audits).toMatchObject([{ audit: 'signed_in', subject, way: 'work', amr }]);

    const requested_scope = ['openid', 'email'];
    const given = {
      subject: String(subject),
      context: context as Record<string, string>,
      requested_scope,
    };
    const consent = stub.consent(newChallenge('consent'), given);
    const page = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    await browser.submit(page, { press: 'accept', tickScopes: true });
    const [{ body } = {}] = stub.sent('consent.accept');
    const { email, email_verified } = person;
    expect(body).toMatchObject({ session: { id_token: { email, email_verified } } });
  });

  test('"Keep me signed in" counts for it, too', async () => {
    const browser = newBrowser();
    const page = await browser.get(login());
    const left = await browser.submit(page, { press: 'work', tick: { remember: true } });
    await browser.get((await browser.follow(left)).leadsTo!);
    expect(accepted()).toMatchObject([{ remember: true, remember_for: 2_592_000 }]);
  });

  test('is who they are by issuer and subject, whatever their address', async () => {
    await signIn();
    work.person = { ...person, email: 'other@work.example' };
    await signIn();
    work.person = { ...person, sub: 'sam-2' };
    await signIn();
    const browser = newBrowser();
    await browser.get(await goThere(browser, login(), 'school'));
    const [first, again, other, elsewhere] = accepted().map(({ subject }) => subject);
    expect(again).toBe(first);
    expect(new Set([first, other, elsewhere]).size).toBe(3);
  });

  test('nobody of the users file is signed in by the address that a provider claims', async () => {
    work.person = { ...person, email: foosLogin.email };
    await signIn();
    expect(accepted()).toMatchObject([{ subject: expect.stringMatching(/^openid-/) }]);
  });

  test('a new key of the provider counts at once', async () => {
    expect(isBack(await signIn())).toBe(true);
    work.rotateKeys();
    expect(isBack(await signIn())).toBe(true);
  });

  test('a challenge that is longer than a cookie comes back whole', async () => {
    const browser = newBrowser();
    const challenge = `${'aZ-_9'.repeat(1_500)}${newChallenge()}`;
    const done = await browser.get(await goThere(browser, login({}, challenge)));
    expect(isBack(done)).toBe(true);
    expect(stub.sent('login.accept')).toMatchObject([{ challenge }]);
    expect(Object.keys(browser.cookies()).filter((name) => name.includes('away'))).toEqual([]);
  });

  test('two tabs each end the sign-in that they began', async () => {
    const browser = newBrowser();
    const challenges = [newChallenge(), newChallenge()];
    const [one, two] = challenges.map((challenge) => login({}, challenge));
    const first = await goThere(browser, one);
    const second = await goThere(browser, two, 'school');
    expect(isBack(await browser.get(second))).toBe(true);
    expect(isBack(await browser.get(first))).toBe(true);
    const answered = stub.sent('login.accept').map(({ challenge }) => challenge);
    expect(answered).toEqual(challenges.toReversed());
  });

  test('two tabs with one challenge get one answer', async () => {
    const browser = newBrowser();
    const challenge = newChallenge('login');
    const address = login({}, challenge);
    const [one, two] = [await goThere(browser, address), await goThere(browser, address)];
    const first = await browser.get(two);
    expect(isBack(first)).toBe(true);
    expect((await browser.get(one)).leadsTo).toBe(first.leadsTo);
    expect(accepted()).toHaveLength(1);
    expect(work.tokenCalls).toHaveLength(1);
  });

  test('what many tabs keep stays below what proxies take', async () => {
    const browser = newBrowser();
    // As servers since 2.2 write them.
    const challenge = () => `${randomBytes(1_499).toString('base64url')}=`;
    let last = '';
    for (let tabs = 0; tabs < 10; tabs += 1) last = await goThere(browser, login({}, challenge()));
    const kept = Object.values(browser.cookies()).map((line) => line.split(';', 1)[0]!);
    expect(kept.filter((one) => one.includes('away')).length).toBeGreaterThan(2);
    expect(kept.join('; ').length).toBeLessThan(8_000);
    expect(isBack(await browser.get(last))).toBe(true);
  });
});

const withPart = (token: string, place: number, change: (part: string) => string) =>
  token
    .split('.')
    .map((part, index) => (index === place ? change(part) : part))
    .join('.');
const unsigned = { alg: 'none' };

describe('is refused, back on the sign-in screen, when the provider', () => {
  const faults: [what: string, manners: Manners, reason: string, status: number][] = [
    ['says no', { authorization: withError('access_denied') }, 'cancelled', 400],
    ['wants to ask', { authorization: withError('login_required') }, 'cancelled', 400],
    ['is busy', { authorization: withError('temporarily_unavailable') }, 'unavailable', 503],
    ['knows no such client', { authorization: withError('unauthorized_client') }, 'unproven', 502],
    ['gives no code', { authorization: ({ state = '' }) => ({ state }) }, 'unproven', 502],
    [
      'is another issuer',
      { authorization: (right) => ({ ...right, iss: 'https://evil.example' }) },
      'unproven',
      502,
    ],
    [
      'leaves the issuer out',
      { authorization: ({ code = '', state = '' }) => ({ code, state }) },
      'unproven',
      502,
    ],
    [
      'takes another code',
      { authorization: (right) => ({ ...right, code: 'made-up' }) },
      'unproven',
      502,
    ],
    [
      'has a bad signature',
      { idToken: (token) => withPart(token, 2, (part) => `AAAA${part.slice(4)}`) },
      'unproven',
      502,
    ],
    [
      'does not sign',
      { header: () => unsigned, idToken: (token) => withPart(token, 2, () => '') },
      'unproven',
      502,
    ],
    [
      'signs by the client secret',
      { header: (header) => ({ ...header, alg: 'HS256' }) },
      'unproven',
      502,
    ],
    [
      'names another audience',
      { claims: (claims) => ({ ...claims, aud: 'somebody-else' }) },
      'unproven',
      502,
    ],
    [
      'has another nonce',
      { claims: (claims) => ({ ...claims, nonce: 'another' }) },
      'unproven',
      502,
    ],
    ['has no nonce', { claims: ({ nonce: _none, ...claims }) => claims }, 'unproven', 502],
    [
      'issues as somebody else',
      { claims: (claims) => ({ ...claims, iss: 'https://evil.example' }) },
      'unproven',
      502,
    ],
    [
      'has an old token',
      { claims: (claims) => ({ ...claims, exp: 1_700_000_000 }) },
      'unproven',
      502,
    ],
    ['names nobody', { claims: ({ sub: _sub, ...claims }) => claims }, 'unproven', 502],
    [
      'tells of somebody else',
      { userinfo: (claims) => ({ ...claims, sub: 'other' }) },
      'unproven',
      502,
    ],
    [
      'gives no ID token',
      {
        token: (res) =>
          void res
            .writeHead(200, { 'Content-Type': 'application/json' })
            .end('{"access_token":"a","token_type":"bearer"}'),
      },
      'unproven',
      502,
    ],
    ['answers no JSON', { token: (res) => void res.writeHead(200).end('<html>') }, 'unproven', 502],
    [
      'leads elsewhere',
      { token: (res) => void res.writeHead(302, { Location: '/keys' }).end() },
      'unproven',
      502,
    ],
    ['has a fault', { token: (res) => void res.writeHead(500).end() }, 'unavailable', 503],
    ['hangs up', { token: (res) => void res.destroy() }, 'unavailable', 503],
    ['answers without an end', { userinfoAnswer: flood }, 'unavailable', 503],
    [
      'says nothing of the person',
      { userinfoAnswer: (res) => void res.writeHead(503).end() },
      'unavailable',
      503,
    ],
  ];
  test.each(faults)('%s', async (_what, manners, reason, status) => {
    work.manners = manners;
    const browser = newBrowser();
    const back = await goThere(browser);
    const page = await browser.get(back);
    const lines = JSON.stringify([app.logs, app.audits]);
    expect(app.audits).toMatchObject([{ audit: 'refused', reason, way: 'work' }]);
    const { searchParams } = new URL(back);
    for (const secret of ['code', 'state'].map((name) => searchParams.get(name))) {
      if (secret) expect(lines).not.toContain(secret);
    }
    expect(lines).not.toContain(providerClient.client_secret);
    expect(lines).not.toContain('eyJ');
    expect(lines).not.toContain('stack');
    const again = await browser.get(back); // a reload says the same, and asks nobody
    expect([again.status, again.heading]).toEqual([page.status, page.heading]);
    expect(work.tokenCalls.length).toBeLessThan(2);
    app.audits.length = 0;
    await expectRefused(browser, page, reason, status);
  });

  test('is asked for a recent sign-in and has an old one, or does not say', async () => {
    const old = Math.floor(Date.now() / 1000) - 600;
    const asking = (query: string) => ({
      request_url: `https://auth.example.org/oauth2/auth?client_id=a&${query}`,
    });
    const tries = [
      ['prompt=login', { auth_time: old }],
      ['max_age=60', { auth_time: old }],
      ['max_age=0', { auth_time: old }],
      ['max_age=60', { auth_time: undefined }],
    ] as const;
    for (const [query, claims] of tries) {
      work.manners.claims = (right) => ({ ...right, ...claims });
      const page = await signIn(newBrowser(), asking(query));
      expect(page.text).toContain(words('login.way_stale.title', { provider: 'Work' }));
      expect(page.status).toBe(400);
    }
    expect(accepted()).toEqual([]);
    work.manners.claims = (right) => ({ ...right, auth_time: old });
    expect(isBack(await signIn(newBrowser(), asking('max_age=900')))).toBe(true);
  });

  test('says nonsense about when it asked', async () => {
    work.manners.claims = (right) => ({ ...right, auth_time: 'just now' });
    expect((await signIn()).status).toBe(502);
    expect(accepted()).toEqual([]);
  });

  test('is away: the page says so, and all works once it is back', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    await work.goDown();
    try {
      const page = await browser.get(back);
      expect(page.status).toBe(503);
      expect(page.text).toContain(words('login.way_unavailable.title', { provider: 'Work' }));
    } finally {
      await work.comeBack();
    }
    expect(isBack(await signIn(browser))).toBe(true);
  });

  test('answers too late', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    const now = Date.now() + 16 * 60_000;
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now);
    const page = await browser.get(back);
    clock.mockRestore();
    expect(work.tokenCalls).toEqual([]);
    await expectRefused(browser, page, 'late', 400);
  });
});

function withError(error: string): NonNullable<Manners['authorization']> {
  return ({ state = '', iss = '' }) => ({ state, iss, error, error_description: 'Not this time.' });
}

function flood(...[res]: Parameters<NonNullable<Manners['userinfoAnswer']>>): void {
  res.writeHead(200, { 'Content-Type': 'application/json' }).write('"');
  const more = () => {
    while (!res.destroyed && res.write('x'.repeat(64 * 1024)));
  };
  res.on('drain', more);
  more();
}

describe('what comes back', () => {
  test('signs nobody in in another browser', async () => {
    const back = await goThere(newBrowser());
    const page = await newBrowser().get(back);
    expect(page.status).toBe(403);
    expect(page.heading).toBe(words('error.departure_unknown.title'));
    expect(page.leadsTo).toBeUndefined();
    expect(accepted()).toEqual([]);
    expect(work.tokenCalls).toEqual([]);
    expect(app.audits).toMatchObject([{ audit: 'form_refused', reason: 'departure_unknown' }]);
  });

  test('with another state, or none, signs nobody in', async () => {
    const browser = newBrowser();
    const back = new URL(await goThere(browser));
    for (const change of [
      (address: URL) => address.searchParams.set('state', 'another'),
      (address: URL) => address.searchParams.delete('state'),
      (address: URL) => address.searchParams.append('state', 'another'),
    ]) {
      const forged = new URL(back);
      change(forged);
      expect((await browser.get(forged.href)).status).toBe(403);
    }
    expect(accepted()).toEqual([]);
  });

  test('from one provider at the address of another is refused, and its code goes nowhere', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    const page = await browser.get(back.replace('/upstream/work', '/upstream/school'));
    expect(page.status).toBe(502);
    expect([work.tokenCalls, school.tokenCalls]).toEqual([[], []]);
    expect(accepted()).toEqual([]);
  });

  test('twice at once is one sign-in, and the code is redeemed once', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    const pages = await Promise.all([browser.get(back), browser.get(back)]);
    expect(pages.map(isBack)).toEqual([true, true]);
    expect(new Set(pages.map(({ leadsTo }) => leadsTo)).size).toBe(1);
    expect(work.tokenCalls).toHaveLength(1);
    expect(accepted()).toHaveLength(1);
  });

  test('once more, by Back or a reload, is a page that says where to go on', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    await browser.get(back);
    const page = await browser.get(back);
    expect(page.status).toBe(403);
    expect(accepted()).toHaveLength(1);
  });

  test('on a guess of the browser is left for the person', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    expect((await browser.get(back, { 'Sec-Purpose': 'prefetch' })).status).toBe(403);
    expect((await browser.send('head', back)).status).toBe(405);
    expect(isBack(await browser.get(back))).toBe(true);
  });

  test('to an OAuth2 server that is away can be tried again from the sign-in screen', async () => {
    const browser = newBrowser();
    const address = login();
    const back = await goThere(browser, address);
    stub.answer('login.accept', (_call, res) => res.writeHead(503).end());
    const page = await browser.get(back);
    expect(page.status).toBe(503);
    expect(page.html).toContain(`href="${address.replaceAll('&', '&amp;')}"`);
    stub.usually();
    expect(isBack(await browser.get(await goThere(browser, address)))).toBe(true);
  });

  test('for a challenge that the server no longer knows is its page', async () => {
    const browser = newBrowser();
    const back = await goThere(browser);
    stub.reset();
    expect((await browser.get(back)).status).toBe(404);
    expect(work.tokenCalls).toEqual([]);
  });

  test('at an address of no provider does not exist', async () => {
    expect((await newBrowser().get('/upstream/nobody?state=x&code=y')).status).toBe(404);
  });
});

describe('the button', () => {
  test('of no provider, or together with a decision, is a clear 400', async () => {
    const browser = newBrowser();
    const page = await browser.get(login());
    const wrong: [string, string][][] = [
      [['way', 'nobody']],
      [
        ['way', 'work'],
        ['decision', 'accept'],
      ],
    ];
    for (const add of wrong) {
      const answer = await browser.submit(page, { press: 'no button', add });
      expect(answer.status).toBe(400);
      expect(answer.heading).toBe(words('error.decision_unknown.title'));
    }
    expect(work.asked).toEqual([]);
  });

  test('of a form from elsewhere leads nowhere', async () => {
    const browser = newBrowser();
    const page = await browser.get(login());
    const headers = { 'Sec-Fetch-Site': 'cross-site' };
    const answer = await browser.submit(page, { press: 'work', headers });
    expect([answer.status, answer.leadsTo]).toEqual([403, undefined]);
  });

  test('hands on what the app has asked for, and the login that was typed', async () => {
    const browser = newBrowser();
    const given = {
      request_url: 'https://auth.example.org/oauth2/auth?client_id=a&prompt=login&max_age=60',
      oidc_context: {
        ui_locales: ['de', 'en'],
        acr_values: ['gold'],
        login_hint: 'sam@work.example',
      },
    };
    await goThere(browser, login(given));
    const page = await browser.get(login(given));
    const left = await browser.submit(page, { press: 'work', fill: { email: 'typed' } });
    await browser.follow(left);
    expect(work.asked.map((asked) => Object.fromEntries(asked))).toMatchObject([
      {
        prompt: 'login',
        max_age: '60',
        ui_locales: 'de en',
        acr_values: 'gold',
        login_hint: 'sam@work.example',
      },
      { login_hint: 'typed' },
    ]);
  });

  test('after "Not you?" lets the person choose the account over there', async () => {
    const request_url = 'https://auth.example.org/oauth2/auth?prompt=login&somebody_else=true';
    await goThere(newBrowser(), login({ request_url }), 'work');
    school.manners.discovery = (all) => ({ ...all, prompt_values_supported: ['select_account'] });
    const other = await startApp(stub, {
      IDENTITY: 'openid',
      USERS_FILE: undefined,
      OPENID_PROVIDERS: JSON.stringify([
        { id: 'school', name: 'School', issuer: school.issuer, ...providerClient },
      ]),
    });
    const left = await other.browser().get(login({ request_url }));
    expect(new URL(left.leadsTo!).searchParams.get('prompt')).toBe('select_account');
    expect(work.asked[0]?.get('prompt')).toBe('login');
  });
});

test('a provider learns nothing of the id and the trace of a request', async () => {
  work.headers.length = 0;
  work.paths.length = 0;
  const [traceId, spanId] = ['4bf92f3577b34da6a3ce929d0e0e4736', '00f067aa0ba902b7'];
  const browser = app.browser({
    traceparent: `00-${traceId}-${spanId}-01`,
    'X-Request-Id': 'proxy:4711',
  });
  expect(isBack(await signIn(browser))).toBe(true);
  expect(app.logs.some((line) => line['trace'] === traceId)).toBe(true);
  // The other one is what the browser itself opens there.
  const ours = work.headers.filter((_headers, at) => work.paths[at] !== '/authorize');
  expect(work.paths).toEqual(expect.arrayContaining(['/authorize', '/token']));
  expect(ours.length).toBeGreaterThan(0);
  expect(JSON.stringify(ours)).not.toMatch(/traceparent|x-request-id|4711/);
});

test('below a path, and on https, the cookie is ours alone', async () => {
  const env = {
    BASE_URL: 'https://login.example.org/auth',
    TRUST_PROXY: 'loopback',
    IDENTITY: 'openid',
    USERS_FILE: undefined,
    OPENID_PROVIDERS: JSON.stringify([
      { id: 'work', name: 'Work', issuer: work.issuer, ...providerClient },
    ]),
  };
  const secure = await startApp(stub, env);
  const browser = secure.browser();
  const left = await browser.get(`/auth${login()}`);
  const callback = new URL(left.leadsTo!).searchParams.get('redirect_uri');
  expect(callback).toBe('https://login.example.org/auth/upstream/work');
  const [line] = left.setCookies.filter((one) => one.includes('away'));
  expect(line).toMatch(/^__Host-portico_away_auth-[\w-]{10}=[\w-]+; Max-Age=1800; Path=\/; /);
  for (const word of ['HttpOnly', 'Secure', 'SameSite=Lax']) expect(line).toContain(word);
  const back = (await browser.follow(left)).leadsTo!;
  expect(isBack(await browser.get(back))).toBe(true);
});

test('a person who came by a provider is not asked for a password afterwards', async () => {
  const browser = newBrowser();
  await signIn(browser);
  const again = { request_url: 'https://auth.example.org/oauth2/auth?prompt=login' };
  const page = await browser.get(login(again));
  expect(page.text).not.toContain(person.email);
  expect(control(page, 'email')).toMatchObject({ kind: 'text', value: '' });
});

test('a wrong password beside it is a wrong password', async () => {
  const browser = newBrowser();
  const page = await browser.submit(await browser.get(login()), {
    press: 'accept',
    fill: { ...foosLogin, password: 'wrong' },
  });
  expect(page.text).toContain(words('login.wrong.text'));
  const done = await browser.submit(page, { press: 'accept', fill: foosLogin });
  expect(isBack(done)).toBe(true);
});
