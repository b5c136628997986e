/** Our languages in a real browser, and the menu to choose among them, which needs no script. */
import type { Page } from '@playwright/test';
import { openConsent, openLogin } from '../../e2e/support/screens.ts';
import { allow, pressInSampleApp, signIn, typeLogin } from '../../e2e/support/steps.ts';
import { expect, test } from '../../e2e/support/test.ts';

const hello = { name: 'Hello, Ada' };
const menuOf = (page: Page) => page.locator('#languages');
const openMenu = (page: Page) => page.locator('[popovertarget="languages"]').click();

async function pick(page: Page, language: string): Promise<void> {
  await openMenu(page);
  await menuOf(page).getByText(language, { exact: true }).click();
}

test('keeps the sign-in when the language is switched', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await pick(page, 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await pick(page, 'עברית');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

test('opens and closes without a script, by Esc and by a click outside', async ({
  openBrowser,
  world,
}) => {
  const page = await (await openBrowser({ javaScriptEnabled: false })).newPage();
  await openLogin(page, world);
  const menu = menuOf(page);
  await expect(menu).toBeHidden();
  await openMenu(page);
  await expect(menu).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(menu).toBeHidden();
  await openMenu(page);
  await expect(menu).toBeVisible();
  await page.locator('h1').click();
  await expect(menu).toBeHidden();
  await openMenu(page);
  await openMenu(page);
  await expect(menu).toBeHidden();
  await pick(page, 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});

test('can be used by keyboard alone', async ({ page, world }) => {
  await openLogin(page, world);
  await page.locator('[popovertarget="languages"]').focus();
  await page.keyboard.press('Enter');
  await expect(menuOf(page)).toBeVisible();
  await page.keyboard.press('Tab');
  await expect(menuOf(page).locator('button').first()).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(page.locator('[popovertarget="languages"]')).toBeFocused();
  await page.keyboard.press('Space');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
});

test('keeps what was typed and ticked, and never the password', async ({ page, world }) => {
  await openLogin(page, world);
  await typeLogin(page, { login: 'somebody@example.org', isRemembered: true });
  await pick(page, 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('#email')).toHaveValue('somebody@example.org');
  await expect(page.locator('#password')).toHaveValue('');
  await expect(page.locator('#remember')).toBeChecked();
  expect(page.url()).toBe(`${world.porticoUrl}/login`);
});

test('keeps what is ticked and left off for an app', async ({ page, world }) => {
  await openConsent(page, world);
  await page.locator('#profile').uncheck();
  await page.locator('#remember').check();
  await pick(page, 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await expect(page.locator('#profile')).not.toBeChecked();
  await expect(page.locator('#email')).toBeChecked();
  await expect(page.locator('#remember')).toBeChecked();
});

test('is a list of links on a page without a form', async ({ page, world }) => {
  await page.goto(`${world.porticoUrl}/error?error=invalid_scope`);
  await pick(page, 'Deutsch');
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  expect(page.url()).toBe(`${world.porticoUrl}/error?lang=de&error=invalid_scope`);
  await page.goto(`${world.porticoUrl}/`);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
});

for (const [where, viewport] of [
  ['a wide window', { width: 1366, height: 650 }],
  ['a phone', { width: 320, height: 568 }],
  ['a phone on its side', { width: 844, height: 390 }],
] as const) {
  test(`opens inside ${where}, in either direction`, async ({ openBrowser, world }) => {
    for (const locale of ['en', 'he']) {
      // oxlint-disable-next-line no-await-in-loop -- one browser after the other
      const page = await (await openBrowser({ viewport, locale })).newPage();
      // oxlint-disable-next-line no-await-in-loop
      await openLogin(page, world);
      // oxlint-disable-next-line no-await-in-loop
      await openMenu(page);
      // oxlint-disable-next-line no-await-in-loop
      const box = (await menuOf(page).boundingBox())!;
      expect(box.x).toBeGreaterThanOrEqual(0);
      expect(box.x + box.width).toBeLessThanOrEqual(viewport.width);
      // oxlint-disable-next-line no-await-in-loop
      await expect(menuOf(page).locator('button').first()).toBeInViewport({ ratio: 1 });
      // oxlint-disable-next-line no-await-in-loop
      await expect(menuOf(page).locator('button').last()).toBeInViewport({ ratio: 1 });
    }
  });
}
