/** Whose consent it is: a question is only shown to, and answered by, the browser that signed in. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub, type AdminStubOptions } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { control, link, type Page } from '../support/page.ts';
import { ada, foo, password } from '../support/people.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

const adasLogin = { email: 'ada', password };
const allow = { press: 'accept', wish: { remember: 'true' } };

const versions: NonNullable<AdminStubOptions['version']>[] = ['1.11', '2.3', '26.2'];

describe.each(versions)('in front of %s', (version) => {
  let stub: AdminStub;
  let app: TestApp;

  beforeAll(async () => {
    stub = await startAdminStub({ version });
    app = await startApp(stub);
  });
  beforeEach(() => stub.reset());
  afterAll(async () => {
    await app.close();
    await stub.close();
  });

  /** Signs in, and comes as far as the consent. @returns the addresses of both steps */
  async function signIn(browser: Browser, login = foosLogin, given: object = {}) {
    const first = addressOf('/login', 'login_challenge', stub.login(newChallenge(), given));
    const page = await browser.get(first);
    if (!page.leadsTo) await browser.submit(page, { fill: login });
    const subject = stub.sent('login.accept').at(-1)!.body!['subject'] as string;
    const consent = stub.consent(newChallenge(), { context: contextOfLast(), subject });
    return { login: first, consent: addressOf('/consent', 'consent_challenge', consent) };
  }

  const contextOfLast = () =>
    stub.sent('login.accept').at(-1)!.body!['context'] as { [member: string]: string };

  async function signOut(browser: Browser): Promise<Page> {
    const challenge = stub.logout(newChallenge(), {});
    const page = await browser.get(addressOf('/logout', 'logout_challenge', challenge));
    return browser.submit(page, { press: 'accept' });
  }

  const consents = () => stub.sent().filter(({ operation }) => operation.startsWith('consent.'));

  function expectElsewhere(page: Page): void {
    expect(page.status).toBe(403);
    expect(page.heading).toBe(words('error.challenge_elsewhere.title'));
    expect(page.forms).toEqual([]);
    for (const name of [foo.email, ada.email, ada.name, 'Meadow Notes']) {
      expect(page.html).not.toContain(name);
    }
    expect(link(page, words('button.start_again'))?.href).toMatch(
      /^http:\/\/127\.0\.0\.1:4444\/oauth2\/auth\?/,
    );
    expect(consents()).toEqual([]);
  }

  test('after a sign-out, the way back shows nobody and answers nothing', async () => {
    const browser = app.browser();
    const { login, consent } = await signIn(browser);
    const question = await browser.get(consent);
    expect(question.text).toContain(foo.email);
    await signOut(browser);
    expectElsewhere(await browser.get(consent));
    expectElsewhere(await browser.submit(question, allow));
    const old = await browser.get(login);
    expect([old.status, old.leadsTo]).toEqual([409, undefined]);
  });

  test('after a sign-out on the start page as well', async () => {
    const browser = app.browser();
    const { login, consent } = await signIn(browser);
    const question = await browser.get(consent);
    await browser.submit(await browser.get('/'), { press: 'sign_out' });
    expectElsewhere(await browser.get(consent));
    expectElsewhere(await browser.submit(question, allow));
    expect((await browser.get(login)).leadsTo).toBeUndefined();
  });

  test('after somebody else signed in, the question of before is gone', async () => {
    const browser = app.browser();
    const { login, consent } = await signIn(browser);
    const question = await browser.get(consent);
    const theirs = await signIn(browser, adasLogin);
    expectElsewhere(await browser.get(consent));
    expectElsewhere(await browser.submit(question, allow));
    expect((await browser.get(login)).leadsTo).toBeUndefined();
    // and the new person goes on, also when the page is loaded again
    for (let i = 0; i < 2; i++)
      expect((await browser.get(theirs.consent)).text).toContain(ada.email);
    expect((await browser.get(theirs.login)).leadsTo).toContain('login_verifier=');
  });

  test('a stranger with the address sees no name and can answer nothing', async () => {
    const { consent } = await signIn(app.browser());
    const [stranger, another] = [app.browser(), app.browser()];
    expectElsewhere(await stranger.get(consent));
    await signIn(another, adasLogin);
    expectElsewhere(await another.get(consent));
    // with a token and a form of their own
    const own = await another.get(
      addressOf('/consent', 'consent_challenge', stub.consent(newChallenge())),
    );
    const challenge = new URL(consent, app.url).searchParams.get('consent_challenge')!;
    const forge = { consent_challenge: challenge };
    expectElsewhere(await another.submit(own, { ...allow, forge }));
    const cookieless = await stranger.post('/consent', { ...forge, decision: 'accept' });
    expect([cookieless.status, cookieless.forms]).toEqual([403, []]);
    expect(consents()).toEqual([]);
  });

  test('the page for a stranger leads on without what the app knew of the person', async () => {
    const hinted = `${stub.publicUrl}/oauth2/auth?client_id=a&login_hint=foo%40bar.com&id_token_hint=ey.x`;
    const browser = app.browser();
    await signIn(browser);
    const context = contextOfLast();
    const challenge = stub.consent(newChallenge(), { context, request_url: hinted });
    const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
    expect(link(page, words('button.start_again'))?.href).toBe(
      `${stub.publicUrl}/oauth2/auth?client_id=a`,
    );
  });

  test('the same person goes on: second click, second tab, reload, way back', async () => {
    const browser = app.browser();
    const { login, consent } = await signIn(browser);
    const [one, two] = [await browser.get(consent), await browser.get(consent)];
    await signIn(browser); // in another tab, as the same person
    const done = await browser.submit(one, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
    expect((await browser.submit(two, { press: 'accept' })).leadsTo).toBe(done.leadsTo);
    expect((await browser.get(consent)).leadsTo).toBe(done.leadsTo);
    expect((await browser.get(login)).leadsTo).toContain('login_verifier=');
    expect(consents()).toHaveLength(1);
  });

  test('two clicks on a sign-in as somebody else are one', async () => {
    const browser = app.browser();
    await signIn(browser);
    const page = await browser.get(
      addressOf('/login', 'login_challenge', stub.login(newChallenge())),
    );
    const [first, second] = await Promise.all(
      [1, 2].map(() => browser.submit(page, { fill: adasLogin })),
    );
    expect(second!.leadsTo).toBe(first!.leadsTo);
    const context = contextOfLast();
    const consent = stub.consent(newChallenge(), { context, subject: ada.subject });
    const question = await browser.get(addressOf('/consent', 'consent_challenge', consent));
    expect(question.text).toContain(ada.email);
  });

  test('a remembered sign-in is bound as well, also in a browser without a cookie of ours', async () => {
    const browser = app.browser();
    const remembered = { skip: true, subject: foo.subject };
    const { consent } = await signIn(browser, foosLogin, remembered);
    expect((await browser.get(consent)).text).toContain(foo.email);
    expectElsewhere(await app.browser().get(consent));
  });

  test('a sign-in of a device flow is bound as well', async () => {
    const browser = app.browser();
    const { consent } = await signIn(browser, foosLogin, stub.inDeviceFlow);
    expect((await browser.get(consent)).text).toContain(foo.email);
    expectElsewhere(await app.browser().get(consent));
  });

  test('a sign-in that another app accepted is taken as it comes', async () => {
    for (const context of [null, {}, { theirs: 'x' }, 'text', 7, []]) {
      const challenge = stub.consent(newChallenge(), { context: context as never });
      const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
      expect([page.status, control(page, 'accept')?.value]).toEqual([200, 'accept']);
    }
  });

  test('a mark that is forged or of another flow is no mark', async () => {
    const browser = app.browser();
    const { consent } = await signIn(browser);
    await browser.get(consent);
    const context = contextOfLast();
    const [member, flow] = Object.entries(context)[0]!;
    for (const forged of ['x.y', `${flow}x`, `x${flow}`, flow.split('.')[0]!, '.']) {
      const challenge = stub.consent(newChallenge(), { context: { [member]: forged } });
      expectElsewhere(await browser.get(addressOf('/consent', 'consent_challenge', challenge)));
    }
  });

  describe('of somebody whose password has changed since the sign-in', () => {
    /** An app in which foo has another password as soon as `changed` says so. */
    async function startChanging() {
      const state = { changed: false };
      const changing = await startApp(
        stub,
        {},
        {
          change: (parts) => {
            const { identity } = parts;
            const find: typeof identity.find = async (subject) => {
              const user = await identity.find(subject);
              return user && state.changed ? { ...user, credential: 'another' } : user;
            };
            return { ...parts, identity: { ...identity, find } };
          },
        },
      );
      return { state, changing };
    }
    const signedOut = () =>
      stub.sent('loginSessions.revoke').map(({ query }) => query.get('subject'));

    test('nothing is shown and nothing allowed, and the server forgets the sign-in', async () => {
      const { state, changing } = await startChanging();
      const browser = changing.browser();
      const { consent } = await signIn(browser);
      const question = await browser.get(consent);
      state.changed = true;
      for (const page of [await browser.get(consent), await browser.submit(question, allow)]) {
        expectElsewhere(page);
        const again = link(page, words('button.start_again'))!.href;
        expect(new URL(again).searchParams.get('prompt')).toBe('login');
      }
      expect(new Set(signedOut())).toEqual(new Set([foo.subject]));
      expect(changing.audits.filter(({ reason }) => reason === 'credentials_changed')).toEqual([
        expect.objectContaining({ audit: 'refused', subject: foo.subject }),
      ]);
      await changing.close();
    });

    test('what needs no question is not answered either', async () => {
      const { state, changing } = await startChanging();
      const browser = changing.browser();
      await signIn(browser);
      state.changed = true;
      const given = { skip: true, context: contextOfLast(), subject: foo.subject };
      const challenge = stub.consent(newChallenge(), given);
      expectElsewhere(await browser.get(addressOf('/consent', 'consent_challenge', challenge)));
      await changing.close();
    });

    test('a sign-in of a release that kept no proof goes on', async () => {
      const { state, changing } = await startChanging();
      const browser = changing.browser();
      await signIn(browser);
      const [member, flow] = Object.entries(contextOfLast())[0]!;
      const context = { [member]: flow.split('.').slice(0, 2).join('.') };
      state.changed = true;
      const challenge = stub.consent(newChallenge(), { context, subject: foo.subject });
      const page = await browser.get(addressOf('/consent', 'consent_challenge', challenge));
      expect(control(page, 'accept')?.value).toBe('accept');
      await changing.close();
    });
  });

  test('what needs no question is answered without a look at the mark', async () => {
    for (const given of [{ skip: true }, { client: { skip_consent: true } }]) {
      await signIn(app.browser());
      const challenge = stub.consent(newChallenge(), { ...given, context: contextOfLast() });
      const address = addressOf('/consent', 'consent_challenge', challenge);
      expect((await app.browser().get(address)).leadsTo).toContain('consent_verifier=');
    }
  });

  test('a mark is known by another instance, and by the next secret', async () => {
    const browser = app.browser();
    const { consent } = await signIn(browser);
    const secret = 'the-next-cookie-secret-of-the-tests-987654';
    const other = await startApp(stub, {
      BASE_URL: app.publicUrl,
      COOKIE_SECRET: `${secret},the-cookie-secret-of-the-tests-0123456789`,
    });
    const { pathname, search } = new URL(consent, app.url);
    const page = await browser.get(`${other.url}${pathname}${search}`);
    await other.close();
    expect(page.text).toContain(foo.email);
  });
});
