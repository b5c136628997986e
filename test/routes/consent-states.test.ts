/** The consent screen in each state: what it says is true, and what is posted is what was meant. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { fieldsOf, type Browser } from '../support/browser.ts';
import { control, textsOf, type Page } from '../support/page.ts';
import { withLanguages } from '../support/languages.ts';
import { ada, foo, max } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { house, titleBar, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** Clients register themselves; consents last for a week. */
let open: TestApp;
/** Nothing is ticked beforehand. */
let strict: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, {}, { change: withLanguages('de') });
  open = await startApp(stub, { SELF_REGISTRATION: 'on', CONSENT_REMEMBER_SECONDS: '604800' });
  strict = await startApp(stub, { CONSENT_PRESELECT: 'none' });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), open.close(), strict.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['consent']>[1]>;
async function show(given: Given = {}, of = app): Promise<[Browser, Page]> {
  const browser = of.browser();
  const challenge = stub.consent(newChallenge(), given);
  return [browser, await browser.get(addressOf('/consent', 'consent_challenge', challenge))];
}
const asking = (scope: string, given: Given = {}): Given => ({
  requested_scope: scope.split(' ').filter(Boolean),
  ...given,
});
const named = { app: 'Meadow Notes' };
const boxes = (page: Page) =>
  page.forms[0]!.controls.filter(({ name }) => name === 'grant_scope').map(({ value, isChecked }) =>
    isChecked ? `✓${value}` : value,
  );
const accepted = () => stub.sent('consent.accept').map(({ body }) => body!);
const granted = () => accepted().map((body) => body['grant_scope']);
const labelOf = (page: Page, button: 'reject' | 'accept') =>
  textsOf(page, new RegExp(`<button[^>]* id="${button}"[^>]*>([\\s\\S]*?)</button>`, 'g'))[0];
/** Which of these the page says, if any. */
const said = (page: Page, ...texts: string[]) => texts.filter((text) => page.text.includes(text));

describe('share or access', () => {
  test.each([
    ['openid', [], 'share'],
    ['openid profile email phone address', [], 'share'],
    ['profile', [], 'share'],
    ['openid offline_access', [], 'access'],
    ['openid photos', [], 'access'],
    ['openid email', ['https://api.example.org'], 'access'],
    ['', [], 'access'],
    ['', ['stock'], 'access'],
  ])('"%s" with %j is %s', async (scope, audiences, kind) => {
    const [, page] = await show(asking(scope, { requested_access_token_audience: audiences }));
    expect(page.heading).toBe(words(`consent.${kind}.title`, named));
    expect(labelOf(page, 'reject')).toBe(words(`consent.${kind}.deny`));
    expect(labelOf(page, 'accept')).toBe(words(`consent.${kind}.allow`));
  });
});

describe('the values', () => {
  test('are what the tokens will say, or that there is nothing', async () => {
    const [, page] = await show(asking('openid email phone profile', { subject: max.subject }));
    expect(page.text).toContain(`${words('scope.email.title')} ${max.email}`);
    expect(page.text).toContain(`${words('scope.phone.title')} ${words('scope.phone.none')}`);
    expect(page.text).toContain(`${words('scope.profile.title')} ${words('scope.profile.none')}`);
    const [, whole] = await show(asking('openid phone', { subject: ada.subject }));
    expect(whole.text).toContain(ada.phone_number);
  });
});

describe('with nothing ticked', () => {
  const four = asking('openid profile email phone');
  const untick = { profile: false, email: false, phone: false };

  test('"Share" is a mistake, and the sign-in alone is offered first', async () => {
    const [browser, page] = await show(four);
    const again = await browser.submit(page, { press: 'accept', tick: untick });
    expect(again.status).toBe(400);
    expect(again.title).toBe(titleBar(words('consent.share.title', named), { isError: true }));
    const deny = words('consent.share.deny');
    expect(again.text).toContain(words('consent.none.title'));
    expect(again.text).toContain(words('consent.none.text', { ...named, deny }));
    expect(boxes(again)).toEqual(['openid', 'profile', 'email', 'phone']);
    expect(again.text).toContain(
      `${words('scope.openid.title')} ${words('scope.openid.text', named)}`,
    );
    expect(stub.sent()).toEqual([]);

    await browser.submit(again, { press: 'accept', tick: { openid: true } });
    expect(granted()).toEqual([['openid']]);
  });

  test('it is a mistake each time, and no answer: the challenge stays open', async () => {
    const [browser, page] = await show(four);
    let again = page;
    for (let i = 0; i < 3; i += 1) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      again = await browser.submit(again, { press: 'accept', tick: untick });
      expect(again.status).toBe(400);
    }
    await browser.submit(again, { press: 'accept', tick: { email: true } });
    expect(granted()).toEqual([['openid', 'email']]);
  });

  test('"Don’t share" is an answer', async () => {
    const [browser, page] = await show(four);
    const done = await browser.submit(page, { press: 'reject', tick: untick });
    expect(done.leadsTo).toContain('consent_verifier=');
    expect(stub.sent('consent.reject')).toHaveLength(1);
  });

  test('keeps the wish not to be asked again, and the box in another language', async () => {
    const [browser, page] = await show(four);
    const tick = { ...untick, remember: true };
    const again = await browser.submit(page, { press: 'accept', tick });
    expect(control(again, 'remember')?.isChecked).toBe(true);
    const german = await browser.submit(again, { add: [['lang', 'de']] });
    expect([german.status, german.lang]).toEqual([200, 'de']);
    expect(boxes(german)).toEqual(['openid', 'profile', 'email', 'phone']);
    expect(german.text).not.toContain(words('consent.none.title'));
  });

  test('offers no sign-in to an app that asks for none', async () => {
    const [browser, page] = await show(asking('profile photos'));
    const again = await browser.submit(page, { press: 'accept', tick: { profile: false } });
    expect([again.status, boxes(again)]).toEqual([400, ['profile', 'photos']]);
    const [other, unknown] = await show(asking('photos'));
    expect((await other.submit(unknown, { press: 'accept' })).status).toBe(400);
    expect(stub.sent()).toEqual([]);
  });

  test('counts what was not asked for as nothing', async () => {
    const [browser, page] = await show(four);
    const add: [string, string][] = [['grant_scope', 'admin']];
    const again = await browser.submit(page, { press: 'accept', tick: untick, add });
    expect(again.status).toBe(400);
    expect(stub.sent()).toEqual([]);
  });

  test('is an answer where every scope has a box', async () => {
    const [browser, page] = await show(four, strict);
    expect(boxes(page)).toEqual(['openid', 'profile', 'email', 'phone']);
    await browser.submit(page, { press: 'accept' });
    expect(granted()).toEqual([[]]);
  });
});

describe('with nothing to tick', () => {
  test('the sign-in alone is one sentence, and allowed by the button', async () => {
    const [browser, page] = await show(asking('openid'));
    expect(page.text).toContain(words('consent.only_id', named));
    expect(boxes(page)).toEqual([]);
    await browser.submit(page, { press: 'accept' });
    expect(granted()).toEqual([['openid']]);
  });

  test('it is a box like others where every scope has one', async () => {
    const [browser, page] = await show(asking('openid'), strict);
    expect(page.text).not.toContain(words('consent.only_id', named));
    expect(boxes(page)).toEqual(['openid']);
    await browser.submit(page, { press: 'accept', tick: { openid: true } });
    expect(granted()).toEqual([['openid']]);
  });

  test.each([
    ['openid', ['openid']],
    ['', []],
  ])('"%s" and an API are allowed by the button', async (scope, scopes) => {
    const audiences = ['https://api.example.org'];
    const asked = asking(scope, { requested_access_token_audience: audiences });
    const [browser, page] = await show(asked);
    expect(page.text).toContain(words('consent.can_call', { audiences: 'api.example.org' }));
    // It gets more than that.
    expect(page.text).not.toContain(words('consent.only_id', named));
    await browser.submit(page, { press: 'accept' });
    expect(accepted()).toEqual([
      expect.objectContaining({ grant_scope: scopes, grant_access_token_audience: audiences }),
    ]);
  });

  test('nothing asked is allowed by the button, and nothing is said of it', async () => {
    const [browser, page] = await show(asking(''));
    expect(boxes(page)).toEqual([]);
    expect(page.text).not.toContain(words('consent.only_id', named));
    await browser.submit(page, { press: 'accept' });
    expect(granted()).toEqual([[]]);
  });
});

describe('APIs', () => {
  test('are one row without a box, by their hosts, and each once', async () => {
    const [, page] = await show(
      asking('openid email', {
        requested_access_token_audience: [
          'https://a.example',
          'https://a.example/',
          'https://b.example:8443/notes?x=1',
          'https://bank.example@evil.example/',
          'stock',
          'urn:x:<b>',
        ],
      }),
    );
    const audiences = 'a.example, b.example:8443/notes?x=1, evil.example, stock, urn:x:<b>';
    expect(page.text).toContain(words('consent.can_call', { audiences }));
    expect(page.html).not.toContain('<b>');
    expect(boxes(page)).toEqual(['✓email']);
  });
});

describe('scopes without words', () => {
  const many = Array.from({ length: 36 }, (_, i) => `part-${i}:read`);

  test('are unticked and last, and counted where there are more than four', async () => {
    const [browser, page] = await show(asking(`${many.join(' ')} openid email`));
    expect(boxes(page)).toEqual(['✓email', ...many]);
    expect(page.text).toContain(words('consent.unknown_many', { n: 36 }));
    expect(page.text).toContain(words('consent.unknown_text'));
    await browser.submit(page, { press: 'accept', tick: { 'part-7:read': true } });
    expect(granted()).toEqual([['part-7:read', 'openid', 'email']]);
  });

  test('are not ticked even if they were allowed before', async () => {
    stub.allowed(foo.subject, [{ client: 'meadow-notes', scopes: ['openid', 'email', 'photos'] }]);
    const [, page] = await show(asking('openid email photos'));
    expect(boxes(page)).toEqual(['✓email', 'photos']);
  });
});

describe('"Don’t ask me again"', () => {
  const uri = (redirect_uri: string) =>
    `${stub.publicUrl}/oauth2/auth?client_id=a&redirect_uri=${encodeURIComponent(redirect_uri)}`;
  const native = { token_endpoint_auth_method: 'none', redirect_uris: ['com.example:/cb'] };

  test.each([
    ['an app with a secret', {}, 'com.example:/cb', true],
    ['a public app with a website', native, 'https://a.example/cb', true],
    ['a public app on this machine', native, 'http://127.0.0.1:8080/cb', true],
    ['the same by name', native, 'http://localhost/cb', true],
    ['a public app with a scheme of its own', native, 'com.example:/cb', false],
    ['a public app that seems local', native, 'http://localhost.evil.example/cb', false],
    ['a public app without encryption', native, 'http://a.example/cb', false],
  ])('is there for %s: %#', async (_which, client, redirectUri, isThere) => {
    const [browser, page] = await show({ client, request_url: uri(redirectUri) });
    expect(control(page, 'remember') !== undefined).toBe(isThere);
    await browser.submit(page, { press: 'accept', wish: { remember: 'true' } });
    expect(accepted()[0]).toMatchObject({ remember: isThere });
  });

  test('goes by what the app has registered where only the server knows the address', async () => {
    const request_url = `${uri('https://a.example/')}&request=ey.x`;
    const [, page] = await show({ client: native, request_url });
    expect(control(page, 'remember')).toBeUndefined();
    const client = { ...native, redirect_uris: ['com.example:/cb', 'https://a.example/'] };
    const [, either] = await show({ client, request_url });
    expect(control(either, 'remember')).toBeDefined();
  });

  test('is unticked, and says for how long where it ends', async () => {
    const [, page] = await show();
    expect(control(page, 'remember')).toMatchObject({ kind: 'checkbox', isChecked: false });
    expect(page.text).toContain(words('consent.remember'));
    const [, ends] = await show({}, open);
    expect(ends.text).toContain(words('consent.remember_time', { time: '7 days' }));
  });
});

describe('in a device flow', () => {
  test('the page says so, names no host, and offers nothing that the server never heeds', async () => {
    const [, page] = await show({ ...stub.inDeviceFlow });
    expect(page.status).toBe(200);
    expect(page.heading).toBe(words('consent.device.title', named));
    expect(labelOf(page, 'reject')).toBe(words('consent.access.deny'));
    expect(labelOf(page, 'accept')).toBe(words('consent.access.allow'));
    expect(page.text).toContain(words('consent.on_device'));
    expect(page.text).toContain(words('consent.past.first'));
    expect(page.text).not.toContain('notes.example.org');
    expect(control(page, 'remember')).toBeUndefined();
    expect(page.text).toContain(words('consent.device.warn.title'));
    expect(page.text).toContain(words('consent.device.warn.text'));
  });

  test('is nothing remembered, whatever is posted', async () => {
    const [browser, page] = await show({ ...stub.inDeviceFlow });
    await browser.submit(page, { press: 'accept', wish: { remember: 'true' } });
    expect(accepted()).toEqual([expect.objectContaining({ remember: false })]);
  });

  test('a no ends at a page of ours', async () => {
    const [browser, page] = await show({ ...stub.inDeviceFlow });
    const done = await browser.submit(page, { press: 'reject' });
    expect(stub.sent('consent.reject')).toHaveLength(1);
    expect(done.leadsTo).toBe('/device/stopped');
  });

  test('an unchecked app is named as one', async () => {
    const [, page] = await show({ ...stub.inDeviceFlow }, open);
    expect(page.text).toContain(words('unchecked.title'));
    expect(page.text).toContain(words('consent.device.warn.text'));
  });

  describe('"Not you?"', () => {
    async function signedIn() {
      const browser = app.browser();
      const login = stub.login(newChallenge(), { ...stub.inDeviceFlow });
      const form = await browser.get(addressOf('/login', 'login_challenge', login));
      await browser.submit(form, { fill: foosLogin });
      const context = stub.sent('login.accept').at(-1)!.body!['context'] as {
        [member: string]: string;
      };
      const challenge = stub.consent(newChallenge(), { ...stub.inDeviceFlow, context });
      const address = addressOf('/consent', 'consent_challenge', challenge);
      return { browser, address, page: await browser.get(address) };
    }
    const notMe = (page: Page) => {
      const { controls, ...form } = page.forms[0]!;
      const hidden = controls.filter(({ kind }) => kind === 'hidden');
      const decision: [string, string] = ['decision', 'somebody_else'];
      return [...fieldsOf({ ...form, controls: hidden }), decision];
    };
    const signOutAt = () => `${stub.publicUrl}/oauth2/sessions/logout`;
    const codeAt = () => `${stub.publicUrl}/oauth2/device/verify`;

    test('signs out at the server without a question, and starts again at the code', async () => {
      const { browser, address, page } = await signedIn();
      expect(page.html).toContain('value="somebody_else"');
      expect(page.text).toContain(words('person.change'));
      const left = await browser.post('/consent', notMe(page));
      expect(left.leadsTo).toBe(signOutAt());
      expect((await browser.get('/')).text).not.toContain(foo.email);
      expect(app.audits.at(-1)).toMatchObject({ audit: 'signed_out', subject: foo.subject });
      // A second click and the way back lead there too, and answer nothing.
      expect((await browser.post('/consent', notMe(page))).leadsTo).toBe(left.leadsTo);
      expect((await browser.get(address)).leadsTo).toBe(left.leadsTo);
      expect((await browser.submit(page, { press: 'accept' })).status).toBe(403);
      expect(stub.sent('consent.accept')).toEqual([]);

      const challenge = stub.logout(newChallenge(), { client: null, rp_initiated: false });
      const out = await browser.get(addressOf('/logout', 'logout_challenge', challenge));
      expect(out.leadsTo).toContain('logout_verifier=');
      expect((await browser.get('/logged-out')).leadsTo).toBe(codeAt());
      // That was the end of it.
      expect((await browser.get('/logged-out')).heading).toBe(words('logged_out.title'));
      const next = stub.logout(newChallenge(), { client: null, rp_initiated: false });
      expect((await browser.get(addressOf('/logout', 'logout_challenge', next))).status).toBe(200);
    });

    test('starts again at the code too when the server remembers nobody', async () => {
      const { browser, page } = await signedIn();
      await browser.post('/consent', notMe(page));
      expect((await browser.get('/logged-out')).leadsTo).toBe(codeAt());
    });

    test('answers no question of an app in the meantime', async () => {
      const { browser, page } = await signedIn();
      await browser.post('/consent', notMe(page));
      const asked = stub.logout(newChallenge());
      expect((await browser.get(addressOf('/logout', 'logout_challenge', asked))).status).toBe(200);
    });

    test('signs out at the server where an app’s request is too long to start again', async () => {
      const request_url = `${stub.publicUrl}/oauth2/auth?state=${'x'.repeat(9_000)}`;
      const [browser, page] = await show({ request_url });
      const posted = await browser.post('/consent', notMe(page));
      expect(posted.leadsTo).toBe(`${stub.publicUrl}/oauth2/sessions/logout`);
      expect((await browser.get('/logged-out')).leadsTo).toBe(app.parts.addresses.start);
    });

    test('of a stranger ends nobody’s session', async () => {
      const { page } = await signedIn();
      const stranger = app.browser();
      await stranger.get('/login');
      const posted = await stranger.post('/consent', notMe(page));
      expect([posted.status, posted.leadsTo]).toEqual([403, undefined]);
    });
  });
});

describe('an app that nobody has checked', () => {
  const created_at = new Date(Date.now() - 3.5 * 86_400_000).toISOString();
  const host = 'notes.example.org';
  const warning = words('unchecked.title');

  test('is told with its host and its age, and nothing is ticked', async () => {
    const [, page] = await show(asking('openid profile email', { client: { created_at } }), open);
    const text = words('unchecked.text', { ago: '3 days ago', host });
    expect(said(page, warning, text)).toEqual([warning, text]);
    expect(boxes(page)).toEqual(['profile', 'email']);
  });

  test('keeps what it was allowed before', async () => {
    stub.allowed(foo.subject, [{ client: 'meadow-notes', scopes: ['openid', 'email'] }]);
    const [, page] = await show(asking('openid profile email'), open);
    expect(boxes(page)).toEqual(['profile', '✓email']);
  });

  test('is told without an age or a host that is not known', async () => {
    const [, undated] = await show({ client: { created_at: 'soon' } }, open);
    expect(undated.text).toContain(words('unchecked.text_undated', { host }));
    const redirect = encodeURIComponent('portico:/cb');
    const request_url = `${stub.publicUrl}/oauth2/auth?client_id=a&redirect_uri=${redirect}`;
    const [, hostless] = await show({ client: { created_at }, request_url }, open);
    expect(hostless.text).toContain(words('unchecked.text_hostless'));
    // Anybody can call a scheme so.
    expect(hostless.text).not.toContain('portico:');
  });

  test('is one unless its operator says otherwise', async () => {
    const [, checked] = await show({ client: { metadata: { checked: true } } }, open);
    expect(said(checked, warning)).toEqual([]);
    for (const claim of ['true', 1, { yes: true }, null]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const [, almost] = await show({ client: { metadata: { checked: claim } } }, open);
      expect(said(almost, warning)).toEqual([warning]);
    }
    const [, closed] = await show({});
    expect(said(closed, warning)).toEqual([]);
  });

  test('says what went wrong, too', async () => {
    const [browser, page] = await show(asking('openid email'), open);
    const again = await browser.submit(page, { press: 'accept' });
    expect(again.text).toContain(words('consent.none.title'));
    const late = await browser.submit(page, { press: 'accept', forge: { _csrf: 'old' } });
    expect(late.text).toContain(words('form.expired.title'));
    expect(late.text).toContain(words('form.expired.text'));
  });
});

describe('an app that imitates the house', () => {
  const client = { client_name: `${house} Security Team`, created_at: 'soon' };

  test('goes by its host everywhere', async () => {
    const [, page] = await show({ client }, open);
    const host = 'notes.example.org';
    expect(page.heading).toBe(words('consent.share.title', { app: host }));
    const name = client.client_name;
    expect(page.text).toContain(words('lookalike.title'));
    expect(page.text).toContain(words('lookalike.text_undated', { name }));
    expect(page.text).toContain(words('consent.legal', { app: host }).replace(/[[\]]/g, ''));
    expect(page.text.split(client.client_name)).toHaveLength(2);
    expect(boxes(page)).toEqual(['profile']);
  });

  test.each([
    ['in a device flow', () => stub.inDeviceFlow],
    [
      'with a scheme of its own',
      () => ({ request_url: `${stub.publicUrl}/oauth2/auth?redirect_uri=portico:/cb` }),
    ],
  ])('has words for a name %s', async (_where, given) => {
    const [, page] = await show({ ...given(), client }, open);
    expect(page.heading).toContain(words('lookalike.app'));
    expect(page.text).toContain(words('lookalike.title'));
    expect(page.text).not.toContain('portico:');
  });

  test('is none once it was checked', async () => {
    const [, page] = await show({ client: { ...client, metadata: { checked: true } } }, open);
    expect(page.heading).toBe(words('consent.share.title', { app: client.client_name }));
    expect(page.text).not.toContain(words('lookalike.title'));
  });
});
