/** What is fetched without a person who opens it answers nothing of a challenge. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { foo } from '../support/people.ts';
import { addressOf, newChallenge, openAt, screens } from '../support/screens.ts';
import { words } from '../support/words.ts';

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

/** Every screen with a challenge; those that need no question are answered as soon as they open. */
function addresses(): string[] {
  return [
    ...screens.map((screen) => openAt(stub, screen).address),
    addressOf('/login', 'login_challenge', skippedLogin()),
    addressOf('/consent', 'consent_challenge', stub.consent(newChallenge(), { skip: true })),
    addressOf(
      '/logout',
      'logout_challenge',
      stub.logout(newChallenge(), { client: { skip_logout_consent: true } }),
    ),
    addressOf('/device/verify', 'device_challenge', stub.device(newChallenge(), 'code')),
  ];
}
const skippedLogin = () => stub.login(newChallenge(), { skip: true, subject: foo.subject });

const notOpened: [headers: Record<string, string>, status: number][] = [
  [{ 'Sec-Purpose': 'prefetch' }, 403],
  [{ 'Sec-Purpose': 'prefetch;prerender', 'Sec-Fetch-Dest': 'document' }, 403],
  [{ 'Sec-Purpose': 'Prefetch; anonymous-client-ip' }, 403],
  [{ Purpose: 'prefetch' }, 403],
  [{ Purpose: 'preview' }, 403],
  [{ 'X-Purpose': 'preview' }, 403],
  [{ 'X-Purpose': 'instant' }, 403],
  [{ 'X-Moz': 'prefetch' }, 403],
  ...['image', 'script', 'style', 'font', 'video', 'empty', 'object', 'embed', 'worker', 'x'].map(
    (place): [Record<string, string>, number] => [{ 'Sec-Fetch-Dest': place }, 404],
  ),
];

test.each(notOpened)(
  'what comes with %j answers no challenge, and gets a word: %i',
  async (headers, status) => {
    for (const method of ['get', 'head'] as const) {
      for (const path of [...addresses(), '/?lang=de', '/', '/error?error=x', '/logged-out']) {
        const page = await app.browser().send(method, path, { headers });
        expect([path, page.status, page.leadsTo, page.setCookies]).toEqual([
          path,
          status,
          undefined,
          [],
        ]);
        expect(page.html.length).toBeLessThan(50);
        expect(page.headers['cache-control']).toBe('no-store');
      }
    }
    expect(stub.calls.filter(({ operation }) => !operation.startsWith('server.'))).toEqual([]);
  },
);

test.each([
  [{ 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate' }],
  // Apps renew a sign-in silently in a frame.
  [{ 'Sec-Fetch-Dest': 'iframe', 'Sec-Fetch-Mode': 'navigate' }],
  [{ 'Sec-Fetch-Dest': 'frame' }],
  [{ Purpose: 'unknown' }],
  [{ Accept: '*/*' }],
  [{}],
])('what a person opens with %j is answered', async (headers: Record<string, string>) => {
  const address = addressOf('/login', 'login_challenge', skippedLogin());
  const page = await app.browser().get(address, headers);
  expect([page.status, stub.sent('login.accept')]).toEqual([303, [expect.anything()]]);
});

test('files and health checks are for everybody', async () => {
  const headers = { 'Sec-Fetch-Dest': 'image', 'Sec-Purpose': 'prefetch' };
  for (const path of ['/logo.svg', '/style.css', '/health/alive', '/health/ready']) {
    expect([path, (await app.browser().get(path, headers)).status]).toEqual([path, 200]);
  }
});

test('a form counts whatever it was posted for', async () => {
  const browser = app.browser();
  const [login] = screens;
  const form = await browser.get(openAt(stub, login!).address);
  const done = await browser.submit(form, {
    ...login!.yes,
    headers: { 'Sec-Fetch-Dest': 'empty' },
  });
  expect(done.status).toBe(303);
});

describe('a challenge of which nothing can be seen', () => {
  const blanks = ['', ' ', '\t', '\r\n', '\0', '\u200b\u2060\ufeff', '\u3164', '\u202e'];
  const paths = [
    ...screens.map(({ path, field }) => [path, field]),
    ['/device/verify', 'device_challenge'],
  ];

  test.each(paths)('is a missing one on %s', async (path = '', field = '') => {
    for (const blank of blanks) {
      const query = new URLSearchParams([[field, blank]]).toString();
      const opened = await app.browser().get(`${path}?${query}`);
      const browser = app.browser();
      const posted = await browser.post(path, [[field, blank]]);
      for (const page of [opened, posted]) {
        expect([blank, page.status, page.heading]).toEqual([
          blank,
          400,
          words('error.challenge_missing.title'),
        ]);
        expect(page.links.length).toBeGreaterThan(0);
      }
    }
    expect(stub.calls.filter(({ operation }) => !operation.startsWith('server.'))).toEqual([]);
  });

  test('leads to the place where a device code is asked for', async () => {
    for (const query of [
      '',
      '?device_challenge=',
      '?device_challenge=%20',
      '?device_challenge=a&device_challenge=b',
    ]) {
      const page = await app.browser().get(`/device/verify${query}`);
      expect([query, page.links.map(({ href }) => href)]).toEqual([
        query,
        expect.arrayContaining([`${stub.publicUrl}/oauth2/device/verify`]),
      ]);
    }
  });
});
