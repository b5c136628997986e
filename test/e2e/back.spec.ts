/** The Back button after signing out: nobody reads on a shared device who was here before. */
import type { Page } from '@playwright/test';
import { demoUsers } from '../../dev/demo-users.ts';
import { words } from '../support/words.ts';
import { chromiumLaunchOptions } from './support/chromium.ts';
import { openConsent } from './support/screens.ts';
import { getTokens } from './support/steps.ts';
import { expect, test } from './support/test.ts';

// Playwright turns the back/forward cache off. A browser that has one may use it here; the one
// inside the npm package has none.
test.use({
  launchOptions: {
    ...(await chromiumLaunchOptions()),
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  },
});

const { name, email } = demoUsers[0]!;
const mostSteps = 12;

/** Presses Back until the browser has no way further, and reads each page of Portico on it. */
async function readOnTheWayBack(page: Page, porticoUrl: string): Promise<string[]> {
  const seen: string[] = [];
  for (let step = 0; step < mostSteps; step += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one step after the other
    await page.goBack();
    if (page.url() === 'about:blank') break;
    if (!page.url().startsWith(porticoUrl)) continue;
    // oxlint-disable-next-line no-await-in-loop
    const text = await page.locator('body').innerText();
    seen.push(`${new URL(page.url()).pathname}: ${text}`);
  }
  return seen;
}

const namesIn = (pages: string[]) =>
  pages.filter((text) => [name, email].some((one) => text.includes(one)));

test('after signing out on the start page, no question shows the name any more', async ({
  page,
  world,
}) => {
  await openConsent(page, world);
  await expect(page.getByText(email).first()).toBeVisible();
  await page.goto(`${world.porticoUrl}/`);
  await expect(page.getByText(email)).toBeVisible();
  await page.locator('#sign_out').click();
  await page.waitForURL(`${world.porticoUrl}/logged-out`);
  const pages = await readOnTheWayBack(page, world.porticoUrl);
  const question = pages.find((text) => text.startsWith('/consent'));
  expect(question).toContain(words('error.challenge_elsewhere.title'));
  expect(namesIn(pages)).toEqual([]);
});

test('after signing out of an app, neither answered page shows the name any more', async ({
  page,
  world,
}) => {
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Sign out' }).click();
  await expect(page.getByText(email)).toBeVisible();
  await page.locator('#accept').click();
  await page.waitForURL(`${world.sampleUrl}/signed-out?*`);
  const pages = await readOnTheWayBack(page, world.porticoUrl);
  expect(pages.length).toBeGreaterThan(1);
  expect(namesIn(pages)).toEqual([]);
});
