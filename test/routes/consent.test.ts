import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { control, link, type Page } from '../support/page.ts';
import { ada, foo, max } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { titleBar, words } from '../support/words.ts';

let stub: AdminStub;
/** Everything ticked beforehand, as usual. */
let app: TestApp;
/** Nothing ticked, clients register themselves, consents last for a week. */
let strict: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
  strict = await startApp(stub, {
    CONSENT_PRESELECT: 'none',
    SELF_REGISTRATION: 'on',
    CONSENT_REMEMBER_SECONDS: '604800',
  });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), strict.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['consent']>[1]>;
const consent = (given?: Given): string =>
  addressOf('/consent', 'consent_challenge', stub.consent(newChallenge('consent'), given));
const accepted = () => stub.sent('consent.accept').map(({ body }) => body);
async function open(given?: Given, of = app): Promise<[Browser, Page]> {
  const browser = of.browser();
  return [browser, await browser.get(consent(given))];
}
/** The scopes on the page in their order, and whether they are ticked. */
const boxes = (page: Page) =>
  page.forms[0]!.controls.filter(({ name }) => name === 'grant_scope').map(
    ({ value, isChecked }) => [value, isChecked],
  );
const wide = {
  requested_scope: ['openid', 'profile', 'email', 'photos', 'offline_access'],
  requested_access_token_audience: ['https://api.example.org', 'stock'],
};

describe('the consent page', () => {
  test('says who asks, who is meant, and what for', async () => {
    const [, page] = await open({ ...wide, subject: ada.subject });
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('consent.access.title', { app: 'Meadow Notes' }));
    expect(page.title).toBe(titleBar(page.heading));
    expect(page.text).toContain(words('consent.who', { login: ada.email }));
    expect(page.text).toContain('notes.example.org');
    for (const scope of ['profile', 'email', 'offline_access']) {
      expect(page.text).toContain(words(`scope.${scope}.title`));
    }
    expect(page.text).toContain(words('scope.offline_access.text'));
    expect(page.text).toContain(
      words('consent.legal', { app: 'Meadow Notes' }).replace(/[[\]]/g, ''),
    );
    const legal = page.links.map(({ href }) => href).filter((href) => href.startsWith('https:'));
    expect(legal).toEqual(['https://notes.example.org/privacy', 'https://notes.example.org/terms']);
    expect(page.text).not.toContain(words('unchecked.title'));
    expect(stub.sent()).toEqual([]);
  });

  test('shows scopes without words by their names, as text, and says so once', async () => {
    const odd = ['photos', '<i>write</i>', '__proto__', 'constructor', 'accept', 'remember'];
    const [, page] = await open({ requested_scope: odd });
    for (const name of odd) expect(page.text).toContain(name);
    expect(page.text.split(words('consent.unknown_text'))).toHaveLength(2);
    expect(page.html).not.toContain('<i>write');
    const ids = [...page.html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
    expect(control(page, 'photos')).toMatchObject({ name: 'grant_scope', value: 'photos' });
    const named = [...page.html.matchAll(/aria-(?:describedby|labelledby)="([^"]*)"/g)];
    for (const [, id] of named) expect(ids).toContain(id);
  });

  test('has no id twice, whatever scopes are called', async () => {
    const [, page] = await open({
      requested_scope: ['languages', 'change', 'answer', 'notice', 'list-0', 'about-list-0-1'],
    });
    const ids = [...page.html.matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id!);
    expect(ids.toSorted()).toEqual([...new Set(ids)].toSorted());
  });

  test('ticks what has words, and leaves openid out: it comes with anything else', async () => {
    const [, page] = await open(wide);
    expect(boxes(page)).toEqual([
      ['profile', true],
      ['email', true],
      ['offline_access', true],
      ['photos', false],
    ]);
    expect(page.text).not.toContain(words('scope.openid.title'));
  });

  test('ticks nothing beforehand where that is set, and then each scope has a box', async () => {
    const [browser, page] = await open(wide, strict);
    expect(boxes(page).map(([name]) => name)).toEqual([
      'openid',
      'profile',
      'email',
      'offline_access',
      'photos',
    ]);
    for (const name of wide.requested_scope) {
      expect(control(page, name)).toMatchObject({ name: 'grant_scope', value: name });
    }
    expect(boxes(page).some(([, isChecked]) => isChecked)).toBe(false);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: [] })]);
  });

  test('never allows by the Enter key', async () => {
    const [browser, page] = await open();
    await browser.submit(page);
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['consent.reject']);
  });

  test('links to policy and terms only at http(s), and names only what the app has', async () => {
    const about = (key: string) => words(key, { app: 'Meadow Notes' }).replace(/[[\]]/g, '');
    const linksOf = (page: Page) =>
      page.links.map(({ href }) => href).filter((href) => !/oauth2|lang=/.test(href));
    const [, none] = await open({
      client: { policy_uri: 'javascript:alert(1)', tos_uri: 'data:text/html,x' },
    });
    expect(none.html).not.toMatch(/javascript:|data:/);
    expect(linksOf(none)).toEqual([]);
    const [, terms] = await open({ client: { policy_uri: '', tos_uri: 'http://a.example/tos' } });
    expect(terms.text).toContain(about('consent.legal_terms'));
    expect(linksOf(terms)).toEqual(['http://a.example/tos']);
    const [, policy] = await open({ client: { tos_uri: '' } });
    expect(policy.text).toContain(about('consent.legal_policy'));
    expect(linksOf(policy)).toEqual(['https://notes.example.org/privacy']);
  });

  test('shows no picture of another host', async () => {
    const [, page] = await open({ client: { logo_uri: 'https://evil.example/logo.png' } });
    expect(page.html).not.toContain('evil.example');
    expect(page.html).not.toContain('<img');
  });

  test('leads to the same request as somebody else by "Not you?"', async () => {
    const [, page] = await open();
    const target = new URL(link(page, words('person.change'))!.href);
    expect(target.origin + target.pathname).toBe('http://127.0.0.1:4444/oauth2/auth');
    expect(target.searchParams.get('prompt')).toBe('login');
    expect(target.searchParams.has('id_token_hint')).toBe(false);
    expect(target.searchParams.get('state')).toBe('s-81c2-4e7f');
    const request_url = `${stub.publicUrl}/oauth2/auth?client_id=a&prompt=consent`;
    const [, forced] = await open({ request_url });
    const prompt = new URL(link(forced, words('person.change'))!.href).searchParams.get('prompt');
    expect(prompt).toBe('login consent');
  });

  test('keeps what was ticked when the form was too old', async () => {
    const [browser, page] = await open(wide, strict);
    const again = await browser.submit(page, {
      press: 'accept',
      tick: { email: true, photos: true },
      forge: { _csrf: 'old' },
    });
    expect(again.status).toBe(403);
    const ticked = again.forms[0]!.controls.filter(({ isChecked }) => isChecked);
    expect(ticked.map(({ id }) => id)).toEqual(['email', 'photos']);
    expect(stub.sent()).toEqual([]);
  });
});

describe('what is granted', () => {
  test('is all that was asked for, in its order, when all is ticked', async () => {
    const [browser, page] = await open(wide);
    const done = await browser.submit(page, { press: 'accept', tick: { photos: true } });
    expect(done.status).toBe(303);
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(accepted()).toEqual([
      {
        grant_scope: wide.requested_scope,
        grant_access_token_audience: wide.requested_access_token_audience,
        session: { id_token: expect.any(Object), access_token: expect.any(Object) },
        remember: false,
      },
    ]);
  });

  test.each([
    ['one thing', { profile: true }, ['profile']],
    ['two things', { photos: true, email: true }, ['email', 'photos']],
    ['nothing', {}, []],
  ])('is %s when only that is ticked and nothing was, as a list', async (_what, tick, scopes) => {
    const [browser, page] = await open(wide, strict);
    await browser.submit(page, { press: 'accept', tick });
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: scopes })]);
  });

  test('is openid with whatever is ticked, and the audiences that the page showed', async () => {
    const [browser, page] = await open(wide);
    const untick = { profile: false, offline_access: false };
    await browser.submit(page, { press: 'accept', tick: untick });
    expect(accepted()).toEqual([
      expect.objectContaining({
        grant_scope: ['openid', 'email'],
        grant_access_token_audience: wide.requested_access_token_audience,
      }),
    ]);
  });

  test('never holds what was not asked for, however it is posted', async () => {
    const [browser, page] = await open({
      requested_scope: ['openid', 'email'],
      requested_access_token_audience: ['stock'],
    });
    await browser.submit(page, {
      press: 'accept',
      add: [
        ['grant_scope', 'admin'],
        ['grant_scope', 'email'],
        ['grant_scope', ''],
        ['grant_scope[]', 'offline'],
        ['requested_scope', 'root'],
        ['grant_access_token_audience', 'https://bank.example'],
      ],
    });
    expect(accepted()).toEqual([
      expect.objectContaining({
        grant_scope: ['openid', 'email'],
        grant_access_token_audience: ['stock'],
      }),
    ]);
  });

  test('is what the page showed, whatever the server says by then: it is not asked again', async () => {
    const [browser, page] = await open({ requested_scope: ['openid', 'email'] });
    const challenge = control(page, 'consent_challenge')!.value;
    stub.consent(challenge, { requested_scope: ['openid', 'email', 'admin'] });
    const calls = stub.calls.length;
    await browser.submit(page, { press: 'accept', add: [['grant_scope', 'admin']] });
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: ['openid', 'email'] })]);
    expect(stub.calls).toHaveLength(calls + 1);
  });

  test('is nothing when the person says no, and the app is told', async () => {
    const [browser, page] = await open();
    const done = await browser.submit(page, { press: 'reject' });
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(stub.sent().map(({ operation, body }) => [operation, body])).toEqual([
      [
        'consent.reject',
        { error: 'access_denied', error_description: 'The resource owner denied the request' },
      ],
    ]);
  });
});

describe('claims', () => {
  const scopes = ['openid', 'profile', 'email', 'phone', 'address'];
  /** What is sent to the server; a fork may add claims of its own. */
  const sent = () => accepted().map((body) => body!['session'] as { id_token: object });
  const adas = {
    email: ada.email,
    email_verified: true,
    phone_number: ada.phone_number,
    phone_number_verified: false,
    address: ada.address,
    name: ada.name,
    given_name: ada.given_name,
    family_name: ada.family_name,
    middle_name: ada.middle_name,
    nickname: ada.nickname,
    preferred_username: 'ada',
    profile: ada.profile,
    picture: ada.picture,
    website: ada.website,
    gender: ada.gender,
    birthdate: ada.birthdate,
    zoneinfo: ada.zoneinfo,
    locale: ada.locale,
    updated_at: ada.updated_at,
  };

  test.each([
    ['shown', {}],
    ['remembered', { skip: true }],
    ['first-party', { client: { skip_consent: true } }],
  ])('are those of the granted scopes when the question is %s', async (how, given) => {
    const [browser, page] = await open({
      subject: ada.subject,
      requested_scope: scopes,
      ...given,
    });
    if (how === 'shown') await browser.submit(page, { press: 'accept' });
    expect(stub.sent()).toHaveLength(1);
    expect(sent()).toMatchObject([{ id_token: adas }]);
  });

  test('are left out with the scope that opens them', async () => {
    const given = { subject: ada.subject, requested_scope: scopes };
    const [browser, page] = await open(given, strict);
    await browser.submit(page, { press: 'accept', tick: { openid: true, email: true } });
    expect(sent()).toMatchObject([{ id_token: { email: ada.email, email_verified: true } }]);
    for (const name of ['name', 'picture', 'phone_number', 'address'])
      expect(sent()[0]?.id_token).not.toHaveProperty(name);
  });

  test('that a person does not have are left out, never null', async () => {
    const [browser, page] = await open({ subject: max.subject, requested_scope: scopes });
    await browser.submit(page, { press: 'accept' });
    const [session] = sent();
    expect(session).toMatchObject({ id_token: { email: max.email } });
    for (const name of Object.keys(adas).filter((one) => one !== 'email'))
      expect(session?.id_token).not.toHaveProperty(name);
  });

  test('are of the person whom the consent is about, whoever is signed in here', async () => {
    const browser = app.browser();
    const login = stub.login(newChallenge());
    const page = await browser.get(addressOf('/login', 'login_challenge', login));
    await browser.submit(page, { fill: foosLogin });
    const given = { subject: max.subject, requested_scope: ['openid', 'email'] };
    const form = await browser.get(consent(given));
    expect(form.text).toContain(max.email);
    expect(form.text).not.toContain(foo.email);
    await browser.submit(form, { press: 'accept' });
    await browser.get(consent({ ...given, skip: true }));
    const maxs = { id_token: { email: max.email } };
    expect(sent()).toMatchObject([maxs, maxs]);
    expect(JSON.stringify(sent())).not.toContain(foo.email);
  });
});

describe('a question that need not be asked', () => {
  test('is answered with all that was requested, and what is remembered is not said again', async () => {
    const [, page] = await open({ ...wide, skip: true });
    expect(page.status).toBe(303);
    expect(page.leadsTo).toContain('consent_verifier=');
    expect(page.setCookies).toEqual([]);
    expect(accepted()).toEqual([
      {
        grant_scope: wide.requested_scope,
        grant_access_token_audience: wide.requested_access_token_audience,
        session: { id_token: expect.any(Object), access_token: expect.any(Object) },
      },
    ]);
  });

  test('of a first-party app is answered and remembered, or it could never ask silently', async () => {
    const [, page] = await open({ client: { skip_consent: true } });
    expect(page.status).toBe(303);
    expect(accepted()).toEqual([expect.objectContaining({ remember: true, remember_for: 0 })]);
  });

  test.each([
    ['in a device flow', { skip_consent: true, metadata: { checked: true } }, true],
    ['of an app that signed itself up', { skip_consent: true }, false],
    ['of an app that only says it is checked', { metadata: { checked: true } }, false],
    ['of an app with a wrong mark', { skip_consent: true, metadata: { checked: 'true' } }, false],
  ])('is asked all the same %s', async (_which, client, isDevice) => {
    const flow = isDevice ? stub.inDeviceFlow : {};
    const [, page] = await open({ ...flow, client }, strict);
    expect(page.status).toBe(200);
    expect(control(page, 'accept')).toBeDefined();
    expect(stub.sent()).toEqual([]);
  });

  test('is not asked of a checked app where clients sign themselves up', async () => {
    const client = { skip_consent: true, metadata: { checked: true } };
    const [, page] = await open({ client }, strict);
    expect(page.status).toBe(303);
    expect(accepted()).toEqual([
      expect.objectContaining({ remember: true, remember_for: 604_800 }),
    ]);
  });

  test('is asked in a device flow even when it is remembered', async () => {
    const [, page] = await open({ ...stub.inDeviceFlow, skip: true });
    expect(page.status).toBe(200);
    expect(stub.sent()).toEqual([]);
  });

  test('is answered once, and only by a page view', async () => {
    const browser = app.browser();
    const address = consent({ skip: true });
    expect((await browser.send('head', address)).status).toBe(200);
    const form = await browser.get(consent());
    const forge = { consent_challenge: stub.consent(newChallenge(), { skip: true }), _csrf: 'x' };
    const posted = await browser.submit(form, { press: 'accept', forge });
    expect(posted.status).toBe(403);
    expect(stub.sent()).toEqual([]);
    const pages = await Promise.all([1, 2, 3].map(() => browser.get(address)));
    expect(new Set(pages.map((page) => page.leadsTo)).size).toBe(1);
    expect(stub.sent()).toHaveLength(1);
  });
});

describe('a person whom we do not know', () => {
  test.each([
    ['unknown', { subject: 'nobody-we-know' }],
    ['disabled', { subject: 'dora-1' }],
    ['unknown, remembered', { subject: 'nobody-we-know', skip: true }],
    ['disabled, at a first-party app', { subject: 'dora-1', client: { skip_consent: true } }],
  ])(
    '(%s) gets a way to sign in as somebody else, and nothing is rejected',
    async (_how, given) => {
      const [, page] = await open(given);
      expect(page.status).toBe(403);
      expect(page.heading).toBe(words('error.account_unknown.title'));
      const target = new URL(link(page, words('button.other_account'))!.href);
      expect(target.origin + target.pathname).toBe('http://127.0.0.1:4444/oauth2/auth');
      expect(target.searchParams.get('prompt')).toBe('login');
      expect(target.searchParams.has('id_token_hint')).toBe(false);
      expect(link(page, words('button.go_to', { app: 'Meadow Notes' }))?.href).toBe(
        'https://notes.example.org',
      );
      expect(stub.sent()).toEqual([]);
    },
  );

  test('any more since the page was opened is granted nothing', async () => {
    const [browser, page] = await open();
    const { identity } = app.parts;
    const find = jest.spyOn(identity, 'find').mockImplementation(async () => undefined);
    const posted = await browser.submit(page, { press: 'accept' });
    expect(posted.status).toBe(403);
    expect(link(posted, words('button.other_account'))).toBeDefined();
    expect(stub.sent()).toEqual([]);
    // it is no answer: as soon as the person is there, the same form works
    find.mockRestore();
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
  });
});
