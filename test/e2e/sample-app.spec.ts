/** The sample app of `npm run dev`: what it says must be true, and everybody can use it. */
import type { Page } from '@playwright/test';
import { demoAccounts, demoUsers } from '../../dev/demo-users.ts';
import { expectNoSidewaysScroll, findings } from './support/accessibility.ts';
import { allow, getTokens, pressInSampleApp, readClaim, signIn } from './support/steps.ts';
import { expect, test } from './support/test.ts';
import type { World } from './support/world.ts';

const charles = demoUsers[1]!;

/** Label, value and names of claims of everything that the app says it knows. */
async function knownTo(page: Page): Promise<string[][]> {
  const rows = await page.locator('.facts > div').all();
  return Promise.all(rows.map((row) => row.locator('dt, dd').allInnerTexts()));
}

async function turnOnTv(page: Page, { sampleUrl }: World): Promise<void> {
  await page.goto(sampleUrl);
  await page.getByRole('button', { name: 'Turn on the TV' }).click();
}

const pages: [name: string, open: (page: Page, world: World) => Promise<unknown>][] = [
  ['before a sign-in', (page, { sampleUrl }) => page.goto(sampleUrl)],
  [
    'after a sign-in, all folds opened',
    async (page, world) => {
      await getTokens(page, world);
      for (const fold of await page.locator('summary').all()) await fold.click();
    },
  ],
  ['as a TV', turnOnTv],
  ['after a fault', (page, world) => pressInSampleApp(page, world, 'Come back without a question')],
];
for (const [name, open] of pages) {
  test(`can be used by everybody ${name}`, async ({ page, world }) => {
    await open(page, world);
    expect(await findings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSidewaysScroll(page);
  });
}

test('says who can sign in, and with which password', async ({ page, world }) => {
  await page.goto(world.sampleUrl);
  for (const { name, email, password } of demoAccounts) {
    const row = page.getByRole('listitem').filter({ hasText: name });
    await expect(row).toContainText(email);
    await expect(row).toContainText(password);
  }
});

test('has one filled button, in cards of one height', async ({ page, world }) => {
  await page.goto(world.sampleUrl);
  await expect(page.locator('.button.filled')).toHaveText(['Sign in']);
  const cards = await page.locator('.three .card').all();
  const heights = await Promise.all(cards.map(async (card) => (await card.boundingBox())?.height));
  expect(new Set(heights).size).toBe(1);
  expect(heights).toHaveLength(3);
});

test('says in plain words all that it got', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Ask for more');
  await signIn(page);
  await allow(page);
  await page.waitForURL(`${world.sampleUrl}/`);
  const known = await knownTo(page);
  expect(known.filter(([label]) => !['Signed in', 'Good until'].includes(label!))).toEqual([
    ['Name', 'Ada Lovelace', 'name'],
    ['Username', 'ada', 'preferred_username'],
    ['Born', '10 December 1815', 'birthdate'],
    ['Language, place', 'English, Europe/London', 'locale, zoneinfo'],
    ['Email address', 'ada@example.org, confirmed', 'email'],
    ['Phone number', '+44 20 7946 0000, not confirmed', 'phone_number'],
    ['Postal address', '12 St James’s Square, London', 'address'],
    ['You, to this app', '5b0f6a2e…c41d', 'sub'],
  ]);
  const [signedIn, until] = known.filter(([label]) => /^(Signed|Good)/.test(label!));
  expect(signedIn).toEqual([
    'Signed in',
    expect.stringMatching(/^at \d\d:\d\d:\d\d, with a password$/),
    'auth_time, amr',
  ]);
  expect(until).toEqual(['Good until', expect.stringMatching(/^\d\d:\d\d:\d\d/), 'exp']);
  const seconds = Number(await readClaim(page, 'exp')) - Number(await readClaim(page, 'iat'));
  expect(seconds).toBe(3600);
  const story = page.locator('.story li');
  await expect(story).toHaveCount(4);
  await expect(story.nth(2)).toContainText('postal address. It may stay connected.');
  await expect(page.locator('details').nth(2)).toContainText('ory_rt_');
});

test('knows just the name of somebody who has filled in nothing else', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Ask for more');
  await signIn(page, { login: charles.email });
  await allow(page);
  await page.waitForURL(`${world.sampleUrl}/`);
  const labels = (await knownTo(page)).map(([label]) => label);
  expect(labels).toEqual(['Name', 'Email address', 'You, to this app', 'Signed in', 'Good until']);
});

test('comes back without a question, or is told that there is one', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Come back without a question');
  await expect(page.getByRole('heading', { name: 'You are not signed in' })).toBeVisible();
  await expect(page.getByText('login_required')).toBeVisible();
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Come back without a question' }).click();
  await page.waitForURL(`${world.sampleUrl}/`);
  await expect(page.getByText('You were signed in already')).toBeVisible();
});

test('is told that it may not ask for something, and keeps what it had', async ({
  page,
  world,
}) => {
  await getTokens(page, world);
  await page.getByRole('link', { name: 'Ask for something not allowed' }).click();
  await expect(page.getByText('invalid_scope')).toBeVisible();
  await expect(page.getByText('You are still signed in here as Ada Lovelace.')).toBeVisible();
  await page.getByRole('link', { name: 'Go to the start' }).click();
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
});

test('asks for 40 things at once', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Ask for 40 things at once');
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
  await expect(
    page.locator('input[name="grant_scope"]:not(#openid):not([type="hidden"])'),
  ).toHaveCount(40);
});

test('asks the server from the TV without loading its page anew', async ({ page, world }) => {
  await turnOnTv(page, world);
  await expect(page.getByText('Waiting for you')).toBeVisible();
  let loads = 0;
  page.on('load', () => (loads += 1));
  await page.waitForResponse(`${world.sampleUrl}/tv/state`);
  expect(loads).toBe(0);
});

test('asks the server from the TV without any script, too', async ({ openBrowser, world }) => {
  const page = await (await openBrowser({ javaScriptEnabled: false })).newPage();
  await turnOnTv(page, world);
  const again = page.waitForResponse(`${world.sampleUrl}/tv`);
  expect((await again).status()).toBe(200);
  await expect(page.getByText('Waiting for you')).toBeVisible();
});
