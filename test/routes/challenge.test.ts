/** The whole life of a challenge, the same on each screen that answers one. */
import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf } from '../support/browser.ts';
import { control, link, referenceOf, type Page } from '../support/page.ts';
import { password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
let oldStub: AdminStub;
let oldApp: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
  oldStub = await startAdminStub({ version: '1.11' });
  oldApp = await startApp(oldStub);
});
beforeEach(() => {
  stub.reset();
  oldStub.reset();
});
afterAll(async () => {
  await Promise.all([app.close(), oldApp.close()]);
  await Promise.all([stub.close(), oldStub.close()]);
});

const homeLink = { href: '/', text: words('button.start_page') };
const appLink = words('button.go_to', { app: 'Meadow Notes' });
const authorization = expect.stringMatching(
  /^http:\/\/127\.0\.0\.1:4444\/oauth2\/auth\?client_id=/,
);

/** No page of ours asks the admin API for anything, or is without a way on. */
function expectNothingSent(): void {
  expect(stub.sent()).toEqual([]);
  expect(oldStub.sent()).toEqual([]);
}

describe.each(screens)('$name: a challenge', (screen) => {
  const { name, path, field, yes, no } = screen;

  test.each([
    ['is missing', ''],
    ['is empty', `?${field}=`],
    ['is there twice', `?${field}=a&${field}=b`],
    ['has another name', '?challenge=a'],
    ['is an array by its name', `?${field}[]=a`],
  ])('that %s is a 400 that says where to begin', async (_what, query) => {
    const page = await app.browser().get(path + query);
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words('error.challenge_missing.title'));
    expect(page.links).toContainEqual(homeLink);
    expect(stub.calls).toEqual([]);
  });

  test('that is missing, empty or there twice in a form is a 400 too', async () => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    for (const forge of [{ [field]: undefined }, { [field]: '' }]) {
      const page = await browser.submit(form, { ...yes, forge });
      expect(page.status).toBe(400);
      expect(page.heading).toBe(words('error.challenge_missing.title'));
    }
    const twice = await browser.submit(form, { ...yes, add: [[field, 'another']] });
    expect(twice.status).toBe(400);
    expectNothingSent();
  });

  test('of 32 kB works, with the long Referer that comes along', async () => {
    const challenge = stub[name](`${name}==`.padStart(32 * 1024, 'x'));
    const address = addressOf(path, field, challenge);
    const browser = app.browser();
    const page = await browser.get(address, { Referer: app.url + address });
    expect(page.status).toBe(200);
    expect(control(page, field)?.value).toBe(challenge);
    const done = await browser.submit(page, { ...yes, headers: { Referer: app.url + address } });
    expect(done.status).toBe(303);
    expect(stub.sent(`${name}.accept`)).toEqual([expect.objectContaining({ challenge })]);
  });

  test('of more than 32 kB is a readable 414, in the address and in a form', async () => {
    const challenge = 'x'.repeat(32 * 1024 + 1);
    const browser = app.browser();
    const page = await browser.get(addressOf(path, field, challenge));
    expect(page.status).toBe(414);
    expect(page.heading).toBe(words('error.challenge_too_long.title'));
    expect(page.links).toContainEqual(homeLink);
    const form = await browser.get(openAt(stub, screen).address);
    const posted = await browser.submit(form, { ...yes, forge: { [field]: challenge } });
    expect(posted.status).toBe(414);
    expectNothingSent();
  });

  test('beyond all that headers may hold is a readable 431', async () => {
    const page = await app.browser().get(addressOf(path, field, 'x'.repeat(100_000)));
    expect(page.status).toBe(431);
    expect(page.heading).not.toBe('');
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  test('that nobody knows is a 404 with a way on, in the address and in a form', async () => {
    const browser = app.browser();
    const page = await browser.get(addressOf(path, field, newChallenge('unknown')));
    expect(page.status).toBe(404);
    expect(page.heading).toBe(words('error.challenge_unknown.title'));
    expect(page.text).toContain(words('error.reference', { id: referenceOf(page)! }));
    expect(page.links).toContainEqual(homeLink);
    const form = await browser.get(openAt(stub, screen).address);
    const posted = await browser.submit(form, { ...yes, forge: { [field]: 'undefined' } });
    expect(posted.status).toBe(404);
    expectNothingSent();
  });

  test('comes back with the first answer, by form, reload and second tab', async () => {
    const { challenge, address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const otherTab = await browser.get(address);
    const first = await browser.submit(form, yes);
    expect(first.status).toBe(303);
    expect(first.leadsTo).toMatch(/_verifier=/);
    const calls = stub.calls.length;
    for (const tab of [form, otherTab]) {
      const again = await browser.submit(tab, yes);
      expect(again.status).toBe(303);
      expect(again.leadsTo).toBe(first.leadsTo);
    }
    const reloaded = await browser.get(address);
    expect(reloaded.status).toBe(303);
    expect(reloaded.leadsTo).toBe(first.leadsTo);
    expect(stub.sent()).toEqual([expect.objectContaining({ challenge })]);
    expect(stub.calls).toHaveLength(calls);
  });

  test('comes back with a no, too', async () => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const first = await browser.submit(form, no);
    const again = await browser.submit(form, no);
    expect([again.status, again.heading, again.leadsTo]).toEqual([
      first.status,
      first.heading,
      first.leadsTo,
    ]);
    expect((await browser.get(address)).status).toBe(303);
    expect(stub.sent().map((call) => call.operation)).toEqual([`${name}.reject`]);
  });

  test.each([
    ['yes', yes, no],
    ['no', no, yes],
  ])('answered with %s takes no other answer', async (_what, first, other) => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const done = await browser.submit(form, first);
    expect(done.status).toBe(name === 'logout' && first === no ? 200 : 303);
    const page = await browser.submit(form, other);
    expect(page.status).toBe(409);
    expect(page.heading).toBe(words('error.challenge_used.title'));
    expect(link(page, appLink)?.href).toBe('https://notes.example.org');
    expect(stub.sent()).toHaveLength(1);
    // and the first answer is still there for who wants to go on
    expect((await browser.submit(form, first)).leadsTo).toBe(done.leadsTo);
  });

  test('answered in one browser is a 409 in any other, and its answer stays there', async () => {
    const { address } = openAt(stub, screen);
    const [browser, stranger, cookieless] = [app.browser(), app.browser(), app.browser()];
    const strangersForm = await stranger.get(address);
    const done = await browser.submit(await browser.get(address), yes);
    const verifier = /_verifier=([^&]+)/.exec(done.leadsTo!)![1]!;
    const pages = [
      await stranger.get(address),
      await stranger.submit(strangersForm, yes),
      await stranger.submit(strangersForm, no),
      await cookieless.get(address),
    ];
    for (const page of pages) {
      expect(page.status).toBe(409);
      expect(page.heading).toBe(words('error.challenge_used.title'));
      expect(page.html).not.toContain(verifier);
    }
    expect(stub.sent()).toHaveLength(1);
  });

  test('being answered in one browser is a 409 in any other meanwhile', async () => {
    const { address } = openAt(stub, screen);
    const [browser, stranger] = [app.browser(), app.browser()];
    const strangersForm = await stranger.get(address);
    const form = await browser.get(address);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      stub.answer(`${name}.accept`, (_call, _res, usual) => {
        release = usual;
        resolve();
      });
    });
    const first = browser.submit(form, yes);
    await held;
    expect((await stranger.submit(strangersForm, yes)).status).toBe(409);
    expect((await stranger.get(address)).status).toBe(409);
    release();
    expect((await first).leadsTo).toMatch(/_verifier=/);
    expect(stub.sent()).toHaveLength(1);
  });

  test.each([['GET'], ['POST']])('that the server calls used leads on by %s', async (method) => {
    const { challenge, address } = openAt(oldStub, screen);
    const browser = oldApp.browser();
    const form = await browser.get(address);
    oldStub.set(challenge, 'done');
    const page = method === 'GET' ? await browser.get(address) : await browser.submit(form, yes);
    expect(page.status).toBe(303);
    const hint = method === 'GET' ? 'id_token_hint' : 'logout_verifier';
    const to = name === 'logout' ? `/oauth2/sessions/logout?${hint}=` : '/oauth2/auth?client';
    expect(page.leadsTo).toMatch(
      new RegExp(`^http://127\\.0\\.0\\.1:4444${to.replace('?', '\\?')}`),
    );
  });

  test('posted twice at the same moment is answered once', async () => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const pages = await Promise.all([1, 2, 3, 4].map(() => browser.submit(form, yes)));
    expect(pages.map((page) => page.status)).toEqual([303, 303, 303, 303]);
    expect(new Set(pages.map((page) => page.leadsTo)).size).toBe(1);
    expect(stub.sent()).toHaveLength(1);
  });

  test('is answered once when the first of two clicks is dropped on the way', async () => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      stub.answer(`${name}.accept`, (_call, _res, usual) => {
        release = usual;
        resolve();
      });
    });
    const dropped = postAndKeep(form, browser.cookies(), fieldsOf(form.forms[0]!, yes));
    await held;
    dropped.destroy();
    const second = browser.submit(form, yes);
    await new Promise((resolve) => setTimeout(resolve, 50));
    release();
    const page = await second;
    expect(page.status).toBe(303);
    expect(page.leadsTo).toMatch(/_verifier=/);
    expect(stub.sent()).toHaveLength(1);
  });

  test.each([
    ['is empty', ''],
    ['is the word of a button', words('consent.access.allow')],
    ['is written large', 'ACCEPT'],
    ['is something else', 'yes'],
  ])('with a decision that %s is a 400 and nothing is sent', async (_what, decision) => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const fields = fieldsOf(form.forms[0]!, yes).filter(([one]) => one !== 'decision');
    if (decision !== undefined) fields.push(['decision', decision]);
    const page = await browser.post(path, fields);
    expect(page.status).toBe(400);
    expect(page.heading).toBe(words('error.decision_unknown.title'));
    expect(link(page, words('button.try_again'))?.href).toBe(address);
    expectNothingSent();
  });

  test('with no decision is a 400, but a sign-in: password managers press no button', async () => {
    const { address } = openAt(stub, screen);
    const browser = app.browser();
    const form = await browser.get(address);
    const fields = fieldsOf(form.forms[0]!, yes).filter(([one]) => one !== 'decision');
    const page = await browser.post(path, fields);
    expect(page.status).toBe(name === 'login' ? 303 : 400);
    expect(stub.sent()).toHaveLength(name === 'login' ? 1 : 0);
  });

  test('with both decisions is a 400 and nothing is sent', async () => {
    const browser = app.browser();
    const form = await browser.get(openAt(stub, screen).address);
    const page = await browser.submit(form, { ...yes, add: [['decision', 'reject']] });
    expect(page.status).toBe(400);
    expectNothingSent();
  });

  describe('whose form', () => {
    test.each([
      ['has no token', undefined],
      ['has an empty token', ''],
      ['has a wrong token', 'AAAAAAAA-AAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    ])('%s is shown again with a fresh one, 403', async (_what, token) => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      const page = await browser.submit(form, { ...yes, forge: { _csrf: token } });
      expect(page.status).toBe(403);
      expect(page.heading).toBe(form.heading);
      expect(page.text).toContain(words('form.expired.title'));
      expect(page.text).toContain(words('form.expired.text'));
      expect(control(page, field)?.value).toBe(control(form, field)?.value);
      expectNothingSent();
      const done = await browser.submit(page, yes);
      expect(done.status).toBe(303);
      expect(stub.sent()).toHaveLength(1);
    });

    test('has the token of another browser is shown again, 403', async () => {
      const { address } = openAt(stub, screen);
      const [browser, other] = [app.browser(), app.browser()];
      await browser.get(address);
      const page = await browser.submit(await other.get(address), yes);
      expect(page.status).toBe(403);
      expect(page.text).toContain(words('form.expired.title'));
      expectNothingSent();
      expect((await browser.submit(page, yes)).status).toBe(303);
    });

    test('has its token in the address or a header only is shown again, 403', async () => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      const token = control(form, '_csrf')!.value;
      const fields = fieldsOf(form.forms[0]!, yes).filter(([one]) => one !== '_csrf');
      const query = new URLSearchParams({ _csrf: token }).toString();
      const page = await browser.post(`${path}?${query}`, fields, { 'X-CSRF-Token': token });
      expect(page.status).toBe(403);
      expectNothingSent();
    });

    test('comes without any cookie says that cookies are blocked', async () => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      browser.dropCookies();
      const page = await browser.submit(form, yes);
      expect(page.status).toBe(403);
      expect(page.text).toContain(words('error.cookies_blocked.title'));
      expectNothingSent();
      expect((await browser.submit(page, yes)).status).toBe(303);
    });

    test('comes with a cookie that we did not sign gets a new one', async () => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      browser.setCookie(app.cookie('csrf'), 's%3AAuC2GSYgoCmuLAefAx3AFDoa.forged');
      const page = await browser.submit(form, yes);
      expect(page.status).toBe(403);
      expectNothingSent();
      expect((await browser.submit(page, yes)).status).toBe(303);
    });

    test.each([
      ['of our own page', 200, { 'Sec-Fetch-Site': 'same-origin' }],
      ['of a neighbour', 403, { 'Sec-Fetch-Site': 'same-site' }],
      ['of a stranger', 403, { 'Sec-Fetch-Site': 'cross-site' }],
      ['typed by the person', 403, { 'Sec-Fetch-Site': 'none' }],
      [
        'of our own page, whatever the origin',
        200,
        { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' },
      ],
      ['of a stranger with our origin', 403, { 'Sec-Fetch-Site': 'cross-site', Origin: 'own' }],
      ['with our origin alone', 200, { Origin: 'own' }],
      ['with the origin null', 200, { Origin: 'null' }],
      ['with another origin', 403, { Origin: 'https://evil.example' }],
      ['with the origin of another port', 403, { Origin: 'http://127.0.0.1:1' }],
      ['of a browser that tells nothing', 200, {}],
    ])('and token are right, sent as %s: %i', async (_what, status, headers) => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      const sent = Object.fromEntries(
        Object.entries(headers).map(([one, value]) => [one, value === 'own' ? app.url : value]),
      );
      const body = new URLSearchParams(fieldsOf(form.forms[0]!, yes)).toString();
      const page = await browser.send('post', path, { headers: sent, body });
      expect(page.status >= 400 ? page.status : 200).toBe(status);
      expect(stub.sent()).toHaveLength(status === 200 ? 1 : 0);
    });

    test('is posted with a broken token to an answered challenge gives nothing away', async () => {
      const { address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      const done = await browser.submit(form, yes);
      const page = await browser.submit(form, { ...yes, forge: { _csrf: 'broken' } });
      expect(page.status).toBe(403);
      expect(page.leadsTo).toBeUndefined();
      expect(page.html).not.toContain(/_verifier=([^&]+)/.exec(done.leadsTo!)![1]);
      expect(stub.sent()).toHaveLength(1);
    });
  });

  test.each([
    ['is not there', 502, 'oauth2_server_down'],
    ['is slow', 504, 'oauth2_server_slow'],
    ['talks nonsense', 502, 'oauth2_server_nonsense'],
  ])('of a server that %s is a %i, and works at once afterwards', async (what, status, code) => {
    const impatient = await startApp(stub, { HYDRA_TIMEOUT_MS: '300' });
    const { address } = openAt(stub, screen);
    const browser = impatient.browser();
    const form = await browser.get(address);
    if (what === 'is not there') await stub.goDown();
    for (const operation of [`${name}.get`, `${name}.accept`]) {
      if (what === 'is slow') stub.answer(operation, () => {});
      if (what === 'talks nonsense') stub.answer(operation, (_call, res) => res.end('<html>'));
    }
    for (const page of [await browser.get(address), await browser.submit(form, yes)]) {
      expect(page.status).toBe(status);
      expect(page.heading).toBe(words(`error.${code}.title`));
      expect(link(page, words('button.try_again'))?.href).toBe(address);
      expect(page.text).toContain(words('error.reference', { id: referenceOf(page)! }));
    }
    if (what === 'is not there') await stub.comeBack();
    stub.usually();
    expect((await browser.submit(form, yes)).status).toBe(303);
    await impatient.close();
  });
});

describe.each(screens.filter(({ name }) => name !== 'logout'))(
  '$name: an old challenge',
  (screen) => {
    const { name, path, field, yes, no } = screen;

    test.each([
      ['posted with yes', yes],
      ['posted with no', no],
      ['loaded again', undefined],
    ])('%s leads to a new sign-in', async (_what, work) => {
      const { challenge, address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      stub.set(challenge, 'expired');
      const page = work ? await browser.submit(form, work) : await browser.get(address);
      expectExpired(page);
    });

    test('posted to another instance leads to a new sign-in as well', async () => {
      const { challenge, address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      stub.set(challenge, 'expired');
      const other = await startApp(stub, { BASE_URL: app.publicUrl });
      const { host } = new URL(other.url);
      const page = await browser.send('post', `http://${host}${path}`, {
        body: new URLSearchParams(fieldsOf(form.forms[0]!, yes)).toString(),
      });
      await other.close();
      expectExpired(page);
    });

    test('never leads where somebody else wrote into the form', async () => {
      const { challenge, address } = openAt(stub, screen);
      const browser = app.browser();
      const form = await browser.get(address);
      const honest = control(form, 'sealed')!.value;
      stub.set(challenge, 'expired');
      const facts = { startAgain: 'https://evil.example/' };
      const evil = Buffer.from(JSON.stringify({ facts })).toString('base64url');
      for (const sealed of [evil, honest.slice(0, -4), `${honest}AAAA`, 'x', '']) {
        const page = await browser.submit(form, { ...yes, forge: { sealed } });
        expect(page.status).toBe(410);
        expect(page.html).not.toContain('evil.example');
      }
    });

    test('that we never saw has a way on as well', async () => {
      const { challenge, address } = openAt(stub, screen);
      stub.set(challenge, 'expired');
      const page = await app.browser().get(address);
      expect(page.status).toBe(410);
      expect(page.heading).toBe(words('error.challenge_expired.title'));
      expect(page.links).toContainEqual(homeLink);
    });

    test('that was answered is refused to others before the server is asked', async () => {
      const { challenge, address } = openAt(stub, screen);
      const browser = app.browser();
      await browser.submit(await browser.get(address), yes);
      stub.set(challenge, 'expired');
      expect((await app.browser().get(addressOf(path, field, challenge))).status).toBe(409);
      expect(stub.sent(`${name}.accept`)).toHaveLength(1);
    });
  },
);

test('login: a conflict at the server is a 409 with a new beginning', async () => {
  const challenge = oldStub.login(newChallenge());
  const browser = oldApp.browser();
  const form = await browser.get(addressOf('/login', 'login_challenge', challenge));
  oldStub.set(challenge, 'answered');
  const page = await browser.submit(form, { press: 'accept', fill: foosLogin });
  expect(page.status).toBe(409);
  expect(page.heading).toBe(words('error.challenge_used.title'));
  expect(page.text).toContain(words('error.challenge_used.text', { app: 'Meadow Notes' }));
  expect(link(page, words('button.start_again'))?.href).toEqual(authorization);
  expect(link(page, appLink)?.href).toBe('https://notes.example.org');
  expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
});

test('login: answered once, it takes neither another person, nor another wish, nor a guess', async () => {
  const browser = app.browser();
  const address = addressOf('/login', 'login_challenge', stub.login(newChallenge()));
  const form = await browser.get(address);
  const done = await browser.submit(form, { fill: foosLogin });
  const others = [
    { fill: { email: 'ada', password } },
    { fill: foosLogin, wish: { remember: 'true' } },
    { fill: { email: 'foo@bar.com', password: 'wrong' } },
  ];
  for (const work of others) {
    const page = await browser.submit(form, work);
    expect(page.status).toBe(409);
    expect(page.leadsTo).toBeUndefined();
  }
  expect((await browser.get('/')).text).toContain('foo@bar.com');
  expect((await browser.get(address)).leadsTo).toBe(done.leadsTo);
  expect(stub.sent()).toHaveLength(1);
});

test('consent: answered once, it takes neither more nor less', async () => {
  const browser = app.browser();
  const given = { requested_scope: ['openid', 'email', 'photos'] };
  const challenge = stub.consent(newChallenge(), given);
  const form = await browser.get(addressOf('/consent', 'consent_challenge', challenge));
  const first = { press: 'accept', tick: { photos: false } };
  const done = await browser.submit(form, first);
  const others = [
    { tick: { photos: true } },
    { tick: { photos: false, email: false } },
    { ...first, wish: { remember: 'true' } },
  ];
  for (const work of others) {
    const page = await browser.submit(form, { press: 'accept', ...work });
    expect(page.status).toBe(409);
    expect(page.leadsTo).toBeUndefined();
  }
  expect((await browser.submit(form, first)).leadsTo).toBe(done.leadsTo);
  expect(stub.sent()).toHaveLength(1);
});

test('consent: a sign-in that ended under one challenge stays ended under the next', async () => {
  const browser = app.browser();
  const login = stub.login(newChallenge());
  await browser.submit(await browser.get(addressOf('/login', 'login_challenge', login)), {
    fill: foosLogin,
  });
  const context = stub.sent('login.accept')[0]!.body!['context'] as Record<string, string>;
  const first = stub.consent(newChallenge(), { context });
  const form = await browser.get(addressOf('/consent', 'consent_challenge', first));
  const done = await browser.submit(form, { press: 'accept' });
  expect(done.status).toBe(303);
  // the back button brings the browser to the server again, which hands out another challenge
  const second = stub.consent(newChallenge(), { context });
  const page = await browser.get(addressOf('/consent', 'consent_challenge', second));
  expect(page.status).toBe(409);
  expect(page.heading).toBe(words('error.challenge_used.title'));
  expect(stub.sent('consent.accept')).toHaveLength(1);
});

function expectExpired(page: Page): void {
  expect(page.status).toBe(410);
  expect(page.heading).toBe(words('error.challenge_expired.title'));
  expect(link(page, words('button.start_again'))?.href).toEqual(authorization);
  expect(link(page, appLink)?.href).toBe('https://notes.example.org');
}

/** Posts by hand, to be dropped while it is under way. */
function postAndKeep(
  page: Page,
  cookies: Record<string, string>,
  fields: [string, string][],
): ReturnType<typeof httpRequest> {
  const { action } = page.forms[0]!;
  const cookie = Object.values(cookies)
    .map((line) => line.split(';')[0])
    .join('; ');
  const sent = httpRequest(new URL(action, app.url), {
    method: 'POST',
    headers: { cookie, accept: 'text/html', 'content-type': 'application/x-www-form-urlencoded' },
  });
  sent.on('error', () => {}); // it is dropped on purpose
  sent.end(new URLSearchParams(fields).toString());
  return sent;
}
