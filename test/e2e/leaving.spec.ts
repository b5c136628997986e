/**
 * How a browser leaves Portico: straight on, wherever the app leads, and with the person's click
 * still standing. Without it, Chrome on Android does not open an app by its own scheme.
 */
import { networkInterfaces } from 'node:os';
import type { Page, Request } from '@playwright/test';
import { startClientApp, type ClientApp } from './support/client-app.ts';
import { openConsent } from './support/screens.ts';
import { allow, authorizationUrl, signIn } from './support/steps.ts';
import { expect, test as base } from './support/test.ts';
import { createWorld, type World } from './support/world.ts';

interface Fixtures {
  openApp: (host: string, onward?: string) => Promise<ClientApp>;
}

const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern -- Playwright reads the fixtures that are used from it
  openApp: async ({}, use) => {
    const opened: ClientApp[] = [];
    await use(async (host, onward) => {
      const app = await startClientApp(host, onward);
      opened.push(app);
      return app;
    });
    await Promise.all(opened.map((app) => app.close()));
  },
});

const hasIpv6 = Object.values(networkInterfaces())
  .flat()
  .some((one) => one?.address === '::1');

/** Method, path and status of each document that Portico answers from now on. */
function documentsOf(page: Page, { porticoUrl }: World): string[] {
  const seen: string[] = [];
  page.on('response', (response) => {
    const request = response.request();
    if (!request.isNavigationRequest() || !response.url().startsWith(porticoUrl)) return;
    seen.push(`${request.method()} ${new URL(response.url()).pathname} ${response.status()}`);
  });
  return seen;
}

/** The requests of one navigation, from the click on. */
function hopsTo(last: Request): Request[] {
  const before = last.redirectedFrom();
  return before ? [...hopsTo(before), last] : [last];
}

const userOf = async (request: Request) => (await request.allHeaders())['sec-fetch-user'];

test('goes on where the app leads, to another host, and shows no page in between', async ({
  page,
  world,
  openApp,
}) => {
  const home = await openApp('localhost');
  const app = await openApp('127.0.0.1', `${home.url}/welcome`);
  await openConsent(page, world, { redirectUri: `${app.url}/callback` });
  const documents = documentsOf(page, world);
  await allow(page);
  await page.waitForURL(`${home.url}/welcome`);
  expect(documents).toEqual(['POST /consent 303']);
  const [callback, ...others] = app.visits;
  expect(others).toEqual([]);
  expect(callback?.path).toMatch(/^\/callback\?.*code=/);
  for (const { headers } of [callback!, ...home.visits]) {
    expect(headers).toMatchObject({ 'sec-fetch-mode': 'navigate', 'sec-fetch-user': '?1' });
  }
});

test('tells the app of a no in the same way', async ({ page, world, openApp }) => {
  const app = await openApp('127.0.0.1');
  await openConsent(page, world, { redirectUri: `${app.url}/callback` });
  const documents = documentsOf(page, world);
  await page.locator('#reject').click();
  await page.waitForURL(`${app.url}/callback?*`);
  expect(documents).toEqual(['POST /consent 303']);
  expect(app.visits[0]?.path).toContain('error=access_denied');
  expect(app.visits[0]?.headers).toMatchObject({ 'sec-fetch-user': '?1' });
});

for (const host of ['127.0.0.1', 'localhost', ...(hasIpv6 ? ['[::1]'] : [])]) {
  test(`reaches an app at http://${host}`, async ({ page, world, openApp }) => {
    const app = await openApp(host);
    await openConsent(page, world, { redirectUri: `${app.url}/callback` });
    await allow(page);
    await page.waitForURL(`${app.url}/callback?*`);
    expect(app.visits[0]?.headers).toMatchObject({ 'sec-fetch-user': '?1' });
  });
}

test('opens an app by its own scheme, in the same navigation as the click', async ({
  page,
  world,
}) => {
  await openConsent(page, world, { redirectUri: 'com.example.app:/callback' });
  // Nothing here opens that scheme: that the browser tries is all there is to see.
  const opening = page.waitForEvent('requestfailed', (request) =>
    request.url().startsWith('com.example.app:'),
  );
  await allow(page);
  const last = await opening;
  expect(last.url()).toMatch(/^com\.example\.app:\/callback\?.*code=/);
  const hops = hopsTo(last);
  expect(hops.map((hop) => hop.method())).toEqual(['POST', 'GET', 'GET']);
  expect(hops[0]!.url()).toBe(`${world.porticoUrl}/consent`);
  // The last one never leaves the browser, and so has no such header of its own.
  expect(await Promise.all(hops.slice(0, -1).map(userOf))).toEqual(['?1', '?1']);
});

test('goes on after a refused form, also when the server calls that sign-in over', async ({
  page,
  openApp,
}) => {
  const world = await createWorld({ profile: '1.11' }); // later versions know no such answer for a sign-in
  try {
    const app = await openApp('127.0.0.1');
    await page.goto(await authorizationUrl(world, { redirectUri: `${app.url}/callback` }));
    const other = await page.context().newPage();
    await other.goto(page.url());
    await signIn(other);
    await other.waitForURL(/\/consent\?/);
    await page.locator('[name="_csrf"]').evaluate((field) => field.setAttribute('value', 'old'));
    const documents = documentsOf(page, world);
    await signIn(page);
    await page.waitForURL(/\/login\?/);
    expect(documents).toEqual(['POST /login 303', 'GET /login 200']);
    await signIn(page);
    await allow(page);
    await page.waitForURL(`${app.url}/callback?code=*`);
  } finally {
    await world.close();
  }
});
