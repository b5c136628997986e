import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { startAdminStub, type AdminStub, type Override } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, type Browser } from '../support/browser.ts';
import { control, link, textsOf, type Page } from '../support/page.ts';
import { ada, foo, max } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

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
const wide = {
  requested_scope: ['openid', 'profile', 'email', 'photos', 'offline_access'],
  requested_access_token_audience: ['https://api.example.org', 'stock'],
};

describe('the consent page', () => {
  test('says who asks, who is meant, what for, and where the browser goes then', async () => {
    const [, page] = await open({ ...wide, subject: ada.subject });
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('consent.title', { app: 'Meadow Notes' }));
    for (const shown of [ada.name, ada.email, words('consent.change')]) {
      expect(page.text).toContain(shown);
    }
    expect(page.text).toContain(`${words('consent.back_to')} notes.example.org`);
    expect(page.text).toContain(`${words('consent.works_with')} https://api.example.org, stock`);
    for (const scope of ['openid', 'profile', 'email', 'offline_access']) {
      expect(page.text).toContain(words(`scope.${scope}.title`));
      expect(page.text).toContain(words(`scope.${scope}.text`));
    }
    expect(link(page, words('consent.policy'))?.href).toBe('https://notes.example.org/privacy');
    expect(link(page, words('consent.terms'))?.href).toBe('https://notes.example.org/terms');
    expect(page.text).not.toContain(words('consent.unchecked.title'));
    expect(stub.sent()).toEqual([]);
  });

  test('shows unknown scopes by their name, as text', async () => {
    const odd = ['photos', '<i>write</i>', '__proto__', 'constructor', 'accept', 'remember'];
    const [, page] = await open({ requested_scope: odd });
    for (const name of odd) {
      expect(page.text).toContain(`${name} ${words('scope.unknown')}`);
    }
    expect(page.html).not.toContain('<i>write');
    const ids = page.forms.flatMap((form) => form.controls).map(({ id }) => id);
    const named = ids.filter((id) => id !== '');
    expect(named.toSorted()).toEqual([...new Set(named)].toSorted());
    expect(control(page, 'photos')).toMatchObject({ name: 'grant_scope', value: 'photos' });
  });

  test('ticks everything beforehand and holds openid as needed', async () => {
    const [, page] = await open(wide);
    const boxes = page.forms[0]!.controls.filter(({ name }) => name === 'grant_scope');
    expect(boxes.map(({ kind, value, isChecked }) => [kind, value, isChecked])).toEqual([
      ['hidden', 'openid', false],
      ['checkbox', 'profile', true],
      ['checkbox', 'email', true],
      ['checkbox', 'photos', true],
      ['checkbox', 'offline_access', true],
    ]);
    expect(page.text).toContain(`${words('scope.openid.title')} ${words('consent.needed')}`);
  });

  test('ticks nothing beforehand where that is set, and then each scope has a box', async () => {
    const [browser, page] = await open(wide, strict);
    const boxes = page.forms[0]!.controls.filter(({ name }) => name === 'grant_scope');
    expect(boxes.map(({ kind, id, value }) => [kind, id, value])).toEqual(
      wide.requested_scope.map((name) => ['checkbox', name, name]),
    );
    expect(boxes.some(({ isChecked }) => isChecked)).toBe(false);
    expect(page.text).not.toContain(`${words('scope.openid.title')} ${words('consent.needed')}`);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: [] })]);
  });

  test('never allows by the Enter key', async () => {
    const [browser, page] = await open();
    await browser.submit(page);
    expect(stub.sent().map(({ operation }) => operation)).toEqual(['consent.reject']);
  });

  test('links to policy and terms only at http(s), and shows where other schemes go', async () => {
    const [, page] = await open({
      client: {
        policy_uri: 'javascript:alert(1)',
        tos_uri: 'data:text/html,x',
        client_uri: 'ftp://files.example.org',
        redirect_uris: ['com.example.notes:/back'],
      },
      request_url: `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&scope=openid`,
    });
    expect(link(page, words('consent.policy'))).toBeUndefined();
    expect(link(page, words('consent.terms'))).toBeUndefined();
    expect(page.html).not.toMatch(/javascript:|data:|ftp:/);
    expect(page.text).toContain(`${words('consent.back_to')} com.example.notes:`);
    const [, half] = await open({ client: { policy_uri: '', tos_uri: 'http://a.example/tos' } });
    expect(link(half, words('consent.terms'))?.href).toBe('http://a.example/tos');
    expect(link(half, words('consent.policy'))).toBeUndefined();
  });

  test('shows no picture of another host', async () => {
    const [, page] = await open({ client: { logo_uri: 'https://evil.example/logo.png' } });
    expect(page.html).not.toContain('evil.example');
    expect(page.html).not.toContain('<img');
  });

  test('leads to the same request as somebody else by "Not you?"', async () => {
    const [, page] = await open();
    const target = new URL(link(page, words('consent.change'))!.href);
    expect(target.origin + target.pathname).toBe('http://127.0.0.1:4444/oauth2/auth');
    expect(target.searchParams.get('prompt')).toBe('login');
    expect(target.searchParams.has('id_token_hint')).toBe(false);
    expect(target.searchParams.get('state')).toBe('s-81c2-4e7f');
    const request_url = `${stub.publicUrl}/oauth2/auth?client_id=a&prompt=consent`;
    const [, forced] = await open({ request_url });
    const prompt = new URL(link(forced, words('consent.change'))!.href).searchParams.get('prompt');
    expect(prompt).toBe('login consent');
  });

  test('keeps its way in a device flow: no "Not you?", no host to go back to', async () => {
    const [, page] = await open({ ...stub.inDeviceFlow });
    expect(page.status).toBe(200);
    expect(link(page, words('consent.change'))).toBeUndefined();
    expect(page.text).not.toContain(words('consent.back_to'));
  });

  test('warns of an app that signed itself up, with its age', async () => {
    const warning = (text: string) => `${words('consent.unchecked.title')} ${text}`;
    const created_at = new Date(Date.now() - 3.5 * 86_400_000).toISOString();
    const [, page] = await open({ client: { created_at } }, strict);
    expect(page.text).toContain(warning(words('consent.unchecked.text', { ago: '3 days ago' })));
    const [, undated] = await open({ client: { created_at: 'soon' } }, strict);
    expect(undated.text).toContain(warning(words('consent.unchecked.text_undated')));
    const [, checked] = await open({ client: { metadata: { checked: true } } }, strict);
    expect(checked.text).not.toContain(words('consent.unchecked.title'));
    for (const claim of ['true', 1, { yes: true }, null]) {
      const [, almost] = await open({ client: { metadata: { checked: claim } } }, strict);
      expect(almost.text).toContain(words('consent.unchecked.title'));
    }
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

describe('the consent page knows the past', () => {
  const lead = (page: Page) => textsOf(page, /<\/h1>\s*<p>([^<]*)<\/p>/g)[0];
  const legends = (page: Page) => textsOf(page, /<(?:legend|summary id="before")>([^<]*)</g);
  const scopesOf = (page: Page) =>
    page.forms[0]!.controls.filter(({ name }) => name === 'grant_scope').map(({ value }) => value);
  const before = (scopes: string[], client = 'meadow-notes') =>
    stub.allowed(foo.subject, [{ client, scopes }]);
  const listCalls = () => stub.sent('consentSessions.list');

  test('says when the app was never connected', async () => {
    before(['openid', 'profile'], 'another-app');
    const [, page] = await open(wide);
    expect(lead(page)).toBe(words('consent.first'));
    expect(legends(page)).toEqual([words('consent.all')]);
    expect(scopesOf(page)).toEqual(wide.requested_scope);
    expect(listCalls().map(({ query }) => query.get('subject'))).toEqual([foo.subject]);
  });

  test('puts what is new before what was allowed before', async () => {
    before(['openid', 'profile', 'calendar']);
    const [browser, page] = await open(wide);
    expect(lead(page)).toBe(words('consent.again'));
    expect(legends(page)).toEqual([words('consent.new'), words('consent.before')]);
    expect(scopesOf(page)).toEqual(['email', 'photos', 'offline_access', 'openid', 'profile']);
    expect(page.html).not.toContain('<details class="fold">');
    await browser.submit(page, { press: 'accept' });
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: wide.requested_scope })]);
  });

  test('gathers what several consents allowed', async () => {
    const consents = [['openid'], ['email'], ['photos']].map((scopes) => ({
      client: 'meadow-notes',
      scopes,
    }));
    stub.allowed(foo.subject, consents);
    const [, page] = await open(wide);
    expect(scopesOf(page)).toEqual(['profile', 'offline_access', 'openid', 'email', 'photos']);
  });

  test('has nothing to say when all of it was allowed before', async () => {
    before(wide.requested_scope);
    const [, page] = await open(wide);
    expect(lead(page)).toBeUndefined();
    expect(legends(page)).toEqual([words('consent.before')]);
    expect(page.html).not.toContain('<details class="fold">');
  });

  test('folds many that were allowed before, but grants them all the same', async () => {
    before(wide.requested_scope);
    const requested = { requested_scope: ['calendar', ...wide.requested_scope] };
    const [browser, page] = await open(requested);
    expect(legends(page)).toEqual([words('consent.new'), words('consent.before_many', { n: 5 })]);
    expect(page.html).toContain('<fieldset aria-labelledby="before">');
    await browser.submit(page, { press: 'accept' });
    expect(accepted()).toEqual([
      expect.objectContaining({ grant_scope: requested.requested_scope }),
    ]);
  });

  test('does not fold what is not ticked: nobody would miss it', async () => {
    before(wide.requested_scope);
    const [, page] = await open({ requested_scope: ['calendar', ...wide.requested_scope] }, strict);
    expect(legends(page)).toEqual([words('consent.new'), words('consent.before')]);
  });

  test('does not take an answer to this very request for an earlier one', async () => {
    const challenge = stub.consent(newChallenge('consent'), wide);
    stub.allowed(foo.subject, [{ client: 'meadow-notes', scopes: ['openid'], challenge }]);
    const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
    expect(lead(page)).toBe(words('consent.first'));
  });

  test('is silent when there are more consents than it looks at', async () => {
    before(['openid'], 'another-app');
    stub.answer('consentSessions.list', (_call, res, usual) => {
      res.setHeader('link', '</admin/x?page_size=100&page_token=more>; rel="next"');
      usual();
    });
    const [, page] = await open(wide);
    expect(lead(page)).toBeUndefined();
    expect(legends(page)).toEqual([words('consent.all')]);
  });

  test.each<[string, Override]>([
    ['refused', (_call, res) => res.writeHead(403).end()],
    ['not there', (_call, res) => res.writeHead(404).end('404 page not found')],
    ['nonsense', (_call, res) => res.writeHead(200).end('[{}]')],
    ['cut off', (_call, res) => res.destroy()],
    ['never answered', () => undefined],
  ])('is shown without when the list is %s', async (_how, override) => {
    stub.answer('consentSessions.list', override);
    const [browser, page] = await open(wide);
    expect(page.status).toBe(200);
    expect(lead(page)).toBeUndefined();
    expect(scopesOf(page)).toEqual(wide.requested_scope);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
  });

  test('is not asked for where no question is asked', async () => {
    await open({ ...wide, skip: true });
    await open({ ...wide, client: { skip_consent: true } });
    const [browser, page] = await open(wide);
    expect(listCalls()).toHaveLength(1);
    await browser.submit(page, { press: 'accept' });
    expect(listCalls()).toHaveLength(1);
  });
});

describe('what is granted', () => {
  test('is all that was asked for, in its order, when nothing is unticked', async () => {
    const [browser, page] = await open(wide);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.status).toBe(303);
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(accepted()).toEqual([
      {
        grant_scope: wide.requested_scope,
        grant_access_token_audience: wide.requested_access_token_audience,
        session: { id_token: expect.any(Object), access_token: {} },
        remember: false,
      },
    ]);
  });

  test.each([
    ['one thing', { profile: true }, ['profile']],
    ['two things', { photos: true, email: true }, ['email', 'photos']],
    ['nothing', {}, []],
  ])('is %s when only that is ticked, always as a list', async (_what, tick, scopes) => {
    const [browser, page] = await open(wide, strict);
    await browser.submit(page, { press: 'accept', tick });
    expect(accepted()).toEqual([expect.objectContaining({ grant_scope: scopes })]);
  });

  test('is an empty list of both when the form has none', async () => {
    const [browser, page] = await open(wide);
    const hidden = fieldsOf(page.forms[0]!).filter(([name]) => !/^(grant_|decision)/.test(name));
    await browser.post('/consent', [...hidden, ['decision', 'accept']]);
    expect(accepted()).toEqual([
      expect.objectContaining({ grant_scope: [], grant_access_token_audience: [] }),
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

  test('is nothing in a device flow after a no, which ends at a page of ours', async () => {
    const [browser, page] = await open({ ...stub.inDeviceFlow });
    const done = await browser.submit(page, { press: 'reject' });
    expect(stub.sent('consent.reject')).toHaveLength(1);
    expect(done.leadsTo).toBe('/device/stopped');
  });
});

describe('claims', () => {
  const scopes = ['openid', 'profile', 'email', 'phone', 'address'];
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
    expect(accepted()).toEqual([
      expect.objectContaining({ session: { id_token: adas, access_token: {} } }),
    ]);
  });

  test('are left out with the scope that opens them', async () => {
    const given = { subject: ada.subject, requested_scope: scopes };
    const [browser, page] = await open(given, strict);
    await browser.submit(page, { press: 'accept', tick: { openid: true, email: true } });
    expect(accepted()).toEqual([
      expect.objectContaining({
        session: { id_token: { email: ada.email, email_verified: true }, access_token: {} },
      }),
    ]);
  });

  test('that a person does not have are left out, never null', async () => {
    const [browser, page] = await open({ subject: max.subject, requested_scope: scopes });
    await browser.submit(page, { press: 'accept' });
    expect(accepted()[0]?.['session']).toEqual({
      id_token: { email: max.email },
      access_token: {},
    });
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
    for (const body of accepted()) {
      expect(body?.['session']).toEqual({ id_token: { email: max.email }, access_token: {} });
    }
    expect(accepted()).toHaveLength(2);
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
        session: { id_token: expect.any(Object), access_token: {} },
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
