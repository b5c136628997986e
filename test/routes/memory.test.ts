/** What strangers can make us keep, or put into a page, is small. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { control, link } from '../support/page.ts';
import { addressOf, foosLogin, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

const megabyte = 'x'.repeat(1_000_000);

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub);
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const longUrl = () => `${stub.publicUrl}/oauth2/auth?client_id=meadow-notes&state=${megabyte}`;

describe('an authorization request of a megabyte', () => {
  test.each(['login', 'consent'] as const)('makes no larger page of %s', async (kind) => {
    const open = async (requestUrl: string) => {
      const challenge = stub[kind](newChallenge(), { request_url: requestUrl });
      return app.browser().get(addressOf(`/${kind}`, `${kind}_challenge`, challenge));
    };
    // There is nowhere to begin again, as where no address is known: the page has another "Not you?".
    const [small, large] = [await open(''), await open(longUrl())];
    expect([small.status, large.status, large.heading]).toEqual([200, 200, small.heading]);
    expect(large.html.length).toBeLessThanOrEqual(small.html.length);
  });

  test('is answered all the same, once, and its answer is not kept', async () => {
    const challenge = stub.login(newChallenge(), { request_url: longUrl() });
    const target = `${stub.publicUrl}/oauth2/auth?login_verifier=${'v'.repeat(12 * 1024)}`;
    stub.answer('login.accept', (_call, res) => res.end(JSON.stringify({ redirect_to: target })));
    const browser = app.browser();
    const address = addressOf('/login', 'login_challenge', challenge);
    const form = await browser.get(address);
    const done = await browser.submit(form, { fill: foosLogin });
    expect([done.status, done.leadsTo]).toEqual([303, target]);
    expect((await browser.submit(form, { fill: foosLogin })).status).toBe(409);
    expect((await browser.get(address)).status).toBe(409);
    stub.usually();
    expect(stub.sent()).toHaveLength(1);
  });

  test('is not there to begin again when it is over', async () => {
    const challenge = stub.login(newChallenge(), { request_url: longUrl() });
    const browser = app.browser();
    const address = addressOf('/login', 'login_challenge', challenge);
    await browser.get(address);
    stub.set(challenge, 'expired');
    const page = await browser.get(address);
    expect(page.status).toBe(410);
    expect(link(page, words('button.start_again'))).toBeUndefined();
    expect(page.html.length).toBeLessThan(8 * 1024);
  });
});

test('a hint longer than any login is not put into the field', async () => {
  const context = { login_hint: megabyte };
  const challenge = stub.login(newChallenge(), { oidc_context: context });
  const page = await app.browser().get(addressOf('/login', 'login_challenge', challenge));
  expect([page.status, control(page, 'email')?.value]).toEqual([200, '']);
});

test('a request for more than a form can hold is refused with a page', async () => {
  const scopes = Array.from({ length: 3_000 }, (_, i) => `scope-number-${i}`);
  const challenge = stub.consent(newChallenge(), { requested_scope: scopes });
  const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
  expect([page.status, page.heading]).toEqual([400, words('error.request_malformed.title')]);
  expect(page.html.length).toBeLessThan(8 * 1024);
});

test('the same scope asked for a thousand times is one row', async () => {
  const scopes = Array.from({ length: 1_000 }, () => 'photos');
  const challenge = stub.consent(newChallenge(), { requested_scope: ['openid', ...scopes] });
  const page = await app.browser().get(addressOf('/consent', 'consent_challenge', challenge));
  expect(page.html.match(/value="photos"/g)).toHaveLength(1);
});

describe.each(screens)('a challenge of $name in another spelling', (screen) => {
  test.each([
    ['a line break', (challenge: string) => `${challenge}\n`],
    ['a blank', (challenge: string) => `${challenge} `],
    [
      'a carriage return inside',
      (challenge: string) => `${challenge.slice(0, 3)}\r${challenge.slice(3)}`,
    ],
  ])('with %s is unknown, and the server is not asked', async (_what, spell) => {
    const { challenge } = openAt(stub, screen);
    const page = await app.browser().get(addressOf(screen.path, screen.field, spell(challenge)));
    expect([page.status, page.heading]).toEqual([404, words('error.challenge_unknown.title')]);
    expect(stub.calls).toEqual([]);
  });
});

test('one answer counts for all spellings that the server takes for the same challenge', async () => {
  const [challenge, other] = ['c3BlbGxpbmdzIQ==', 'c3BlbGxpbmdzIR=='] as const;
  stub.consent(challenge);
  stub.consent(other);
  const browser = app.browser();
  const open = (one: string) => browser.get(addressOf('/consent', 'consent_challenge', one));
  const done = await browser.submit(await open(challenge), { press: 'accept' });
  expect((await open(other)).leadsTo).toBe(done.leadsTo);
  expect(stub.sent()).toHaveLength(1);
});
