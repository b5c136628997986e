/** What the consent screen says of the past, as the OAuth2 server lists it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub, type Override } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser } from '../support/browser.ts';
import { textsOf, type Page } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;
/** Nothing is ticked beforehand. */
let strict: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
  strict = await startApp(stub, { CONSENT_PRESELECT: 'none' });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await Promise.all([app.close(), strict.close()]);
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['consent']>[1]>;
type Allowed = Parameters<AdminStub['allowed']>[1][number];

const wide = ['openid', 'profile', 'email', 'phone', 'offline_access'];
const before = (...answers: Partial<Allowed>[]) =>
  stub.allowed(
    foo.subject,
    answers.map((one) => ({ client: 'meadow-notes', scopes: [], ...one })),
  );
async function open(scopes = wide, given: Given = {}, of = app): Promise<[Browser, Page]> {
  const browser = of.browser();
  const challenge = stub.consent(newChallenge(), { requested_scope: scopes, ...given });
  return [browser, await browser.get(addressOf('/consent', 'consent_challenge', challenge))];
}
const remarks = ['first', 'more', 'some', 'same'].map((key) => words(`consent.past.${key}`));
const remark = (page: Page) => remarks.find((text) => page.text.includes(text));
/** The lists of the page: what stands over each, and its boxes; a tick says which are ticked. */
const lists = (page: Page) =>
  [...page.html.matchAll(/<fieldset[^>]*>([\s\S]*?)<\/fieldset>/g)].map(([, html = '']) => ({
    over: textsOf({ ...page, html }, /<(?:legend|summary)[^>]*>([^<]*)</g)[0],
    boxes: [...html.matchAll(/<input[^>]* name="grant_scope" value="([^"]*)"([^>]*)>/g)].map(
      ([, name, rest]) => `${/ checked/.test(rest!) ? '✓' : ''}${name}`,
    ),
  }));
const shown = (over: string | undefined, boxes: string[]) => ({ over, boxes });
const allOf = (scopes: string[]) => scopes.slice(1).map((name) => `✓${name}`);
const accepted = () => stub.sent('consent.accept').map(({ body }) => body!['grant_scope']);
const listCalls = () => stub.sent('consentSessions.list');

describe('the consent page', () => {
  test('says when the app was never connected, and then has one list', async () => {
    before({ client: 'another-app', scopes: ['openid', 'profile'] });
    const [, page] = await open();
    expect(remark(page)).toBe(words('consent.past.first'));
    expect(lists(page)).toEqual([shown(undefined, allOf(wide))]);
    expect(listCalls().map(({ query }) => query.get('subject'))).toEqual([foo.subject]);
  });

  test('puts what is new first, and what was allowed before last', async () => {
    before({ scopes: ['openid', 'profile', 'email', 'calendar'] });
    const [browser, page] = await open();
    expect(remark(page)).toBe(words('consent.past.more'));
    expect(lists(page)).toEqual([
      shown(words('consent.new'), ['✓phone', '✓offline_access']),
      shown(words('consent.before_many', { n: 2 }), ['✓profile', '✓email']),
    ]);
    await browser.submit(page, { press: 'accept' });
    expect(accepted()).toEqual([wide]);
  });

  test('counts one thing as one', async () => {
    before({ scopes: ['openid', 'profile'] });
    const [, page] = await open(['openid', 'profile', 'email']);
    expect(lists(page)[1]).toEqual(shown(words('consent.before_one'), ['✓profile']));
  });

  test('leaves off what was left off last time', async () => {
    before({
      asked: ['openid', 'profile', 'email', 'phone'],
      scopes: ['openid', 'profile', 'email'],
    });
    const [browser, page] = await open();
    expect(remark(page)).toBe(words('consent.past.more'));
    expect(lists(page)).toEqual([
      shown(words('consent.new'), ['✓offline_access']),
      shown(words('consent.left_off'), ['phone']),
      shown(words('consent.before_many', { n: 2 }), ['✓profile', '✓email']),
    ]);
    await browser.submit(page, { press: 'accept' });
    expect(accepted()).toEqual([['openid', 'profile', 'email', 'offline_access']]);
  });

  test('says when part of it was allowed before, and nothing is new', async () => {
    before({ asked: wide, scopes: ['openid', 'profile', 'email', 'offline_access'] });
    const [, page] = await open();
    expect(remark(page)).toBe(words('consent.past.some'));
    expect(lists(page).map(({ over }) => over)).toEqual([
      words('consent.left_off'),
      words('consent.before_many', { n: 3 }),
    ]);
  });

  test('says when all of it was allowed before, and then has one list', async () => {
    before({ scopes: wide });
    const [, page] = await open();
    expect(remark(page)).toBe(words('consent.past.same'));
    expect(lists(page)).toEqual([shown(undefined, allOf(wide))]);
  });

  test('goes by the latest answer on each scope, in any order of the list', async () => {
    const at = (day: number) => `2026-05-0${day}T08:00:00Z`;
    before(
      { at: at(2), asked: ['openid', 'profile'], scopes: ['openid', 'profile'] },
      { at: at(1), asked: ['openid', 'profile', 'email'], scopes: ['openid', 'email'] },
      { at: at(4), asked: ['openid', 'phone'], scopes: ['openid'] },
      { at: at(3), asked: ['openid', 'phone'], scopes: ['openid', 'phone'] },
    );
    const [, page] = await open();
    expect(lists(page)).toEqual([
      shown(words('consent.new'), ['✓offline_access']),
      shown(words('consent.left_off'), ['phone']),
      shown(words('consent.before_many', { n: 2 }), ['✓profile', '✓email']),
    ]);
  });

  test('goes by the order of the list where the server tells no times', async () => {
    before(
      { at: null, asked: ['phone'], scopes: [] },
      { at: '2026-05-01T08:00:00Z', asked: ['phone'], scopes: ['phone'] },
    );
    expect(lists((await open())[1])[1]).toEqual(shown(words('consent.left_off'), ['phone']));
    before(
      { at: null, asked: ['phone'], scopes: ['phone'] },
      { at: null, asked: ['phone'], scopes: [] },
    );
    expect(lists((await open())[1])[1]).toEqual(shown(words('consent.before_one'), ['✓phone']));
  });

  test('takes a no for the latest answer among several of one second', async () => {
    for (const answers of [
      [[], ['phone']],
      [['phone'], []],
    ]) {
      before(...answers.map((scopes) => ({ asked: ['phone'], scopes })));
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      expect(lists((await open())[1])[1]).toEqual(shown(words('consent.left_off'), ['phone']));
    }
  });

  test('folds nothing that is not ticked: nobody would miss it', async () => {
    before({ scopes: ['openid', 'profile', 'email'] });
    const [, page] = await open(wide, {}, strict);
    expect(lists(page)).toEqual([
      shown(words('consent.new'), ['phone', 'offline_access']),
      shown(words('consent.before_many', { n: 3 }), ['openid', 'profile', 'email']),
    ]);
  });

  test('unfolds what comes back unticked', async () => {
    before({ scopes: ['openid', 'profile', 'email'] });
    const [browser, page] = await open();
    const again = await browser.submit(page, {
      press: 'accept',
      tick: { email: false },
      forge: { _csrf: 'old' },
    });
    expect(lists(again)).toEqual([
      shown(words('consent.new'), ['✓phone', '✓offline_access']),
      shown(words('consent.before_many', { n: 2 }), ['✓profile', 'email']),
    ]);
  });

  test('says of an API whether it is new', async () => {
    const api = 'https://api.example.org';
    const asked = { requested_access_token_audience: [api] };
    const canCall = words('consent.can_call', { audiences: 'api.example.org' });
    before({ scopes: ['openid', 'email'] });
    const [, page] = await open(['openid', 'email'], asked);
    expect(remark(page)).toBe(words('consent.past.more'));
    expect(page.text).toContain(`${words('consent.new')} ${canCall}`);
    expect(lists(page)[1]).toEqual(shown(words('consent.before_one'), ['✓email']));
    before({ scopes: ['openid', 'email'], audiences: [api] });
    const [, same] = await open(['openid', 'email'], asked);
    expect(remark(same)).toBe(words('consent.past.same'));
    expect(lists(same)).toEqual([shown(undefined, ['✓email'])]);
    expect(same.text).toContain(canCall);
    const [, more] = await open(['openid', 'email', 'phone'], asked);
    expect(lists(more)[1]).toEqual(shown(words('consent.before_many', { n: 2 }), ['✓email']));
  });

  test('puts the sign-in alone first when nothing was ticked, whatever was allowed before', async () => {
    before({ asked: ['openid', 'email', 'phone'], scopes: ['openid', 'email'] });
    const [browser, page] = await open(['openid', 'email', 'phone', 'address']);
    const tick = { email: false, address: false };
    const again = await browser.submit(page, { press: 'accept', tick });
    expect(again.status).toBe(400);
    expect(lists(again)).toEqual([
      shown(undefined, ['openid']),
      shown(words('consent.new'), ['address']),
      shown(words('consent.left_off'), ['phone']),
      shown(words('consent.before_one'), ['email']),
    ]);
  });

  test('does not take an answer to this very request for an earlier one', async () => {
    const challenge = stub.consent(newChallenge('consent'), { requested_scope: wide });
    before({ scopes: ['openid'], challenge });
    const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
    expect(remark(page)).toBe(words('consent.past.first'));
  });

  test('reads on where the list has more than one page', async () => {
    let page = 0;
    const answers = [
      { asked: ['phone'], scopes: ['phone'], at: '2026-05-01T08:00:00Z' },
      { asked: ['phone'], scopes: [], at: '2026-05-02T08:00:00Z' },
    ];
    stub.answer('consentSessions.list', (_call, res, usual) => {
      const next = '</admin/x?page_size=100&page_token=more>; rel="next"';
      if (page === 0) res.setHeader('link', next);
      before(answers[page]!);
      page += 1;
      usual();
    });
    expect(lists((await open())[1])[1]).toEqual(shown(words('consent.left_off'), ['phone']));
    expect(page).toBe(2);
  });

  test('is silent when there are more consents than it looks at', async () => {
    before({ scopes: ['openid'] });
    let pages = 0;
    stub.answer('consentSessions.list', (_call, res, usual) => {
      pages += 1;
      res.setHeader('link', `</admin/x?page_size=100&page_token=more-${pages}>; rel="next"`);
      usual();
    });
    const [, page] = await open();
    expect(page.status).toBe(200);
    expect(remark(page)).toBeUndefined();
    expect(lists(page)).toEqual([shown(undefined, allOf(wide))]);
  });

  test.each<[string, Override]>([
    ['refused', (_call, res) => res.writeHead(403).end()],
    ['not there', (_call, res) => res.writeHead(404).end('404 page not found')],
    ['nonsense', (_call, res) => res.writeHead(200).end('[{}]')],
    ['cut off', (_call, res) => res.destroy()],
    ['never answered', () => undefined],
  ])('is shown without when the list is %s', async (_how, override) => {
    stub.answer('consentSessions.list', override);
    const [browser, page] = await open();
    expect(page.status).toBe(200);
    expect(remark(page)).toBeUndefined();
    expect(lists(page)).toEqual([shown(undefined, allOf(wide))]);
    const done = await browser.submit(page, { press: 'accept' });
    expect(done.leadsTo).toContain('consent_verifier=');
  });

  test('is not asked for where no question is asked', async () => {
    await open(wide, { skip: true });
    await open(wide, { client: { skip_consent: true } });
    const [browser, page] = await open();
    expect(listCalls()).toHaveLength(1);
    await browser.submit(page, { press: 'accept' });
    expect(listCalls()).toHaveLength(1);
  });
});
