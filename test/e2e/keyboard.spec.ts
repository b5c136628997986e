import type { Page } from '@playwright/test';
import { expect, test } from './support/test.ts';
import { pressInSampleApp } from './support/steps.ts';
import { ada } from './support/world.ts';

/** Presses Tab until the element with this id has the focus, as a person would. */
async function tabTo(page: Page, id: string): Promise<void> {
  for (let steps = 0; steps < 30; steps += 1) {
    if (await page.evaluate((wanted) => document.activeElement?.id === wanted, id)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`#${id} cannot be reached by Tab`);
}

async function typeLoginByKeyboard(page: Page): Promise<void> {
  await expect(page.locator('#email')).toBeFocused();
  await page.keyboard.type(ada.login);
  await tabTo(page, 'password');
  await page.keyboard.type(ada.password);
}

test('goes all the way by keyboard alone', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await typeLoginByKeyboard(page);
  await tabTo(page, 'accept');
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/consent\?/);
  await tabTo(page, 'email');
  await page.keyboard.press('Space');
  await expect(page.locator('#email')).not.toBeChecked();
  await tabTo(page, 'accept');
  await page.keyboard.press('Space');
  await expect(page.getByText(/You left off your email address\.$/)).toBeVisible();
});

test('signs in with Enter in a field', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await typeLoginByKeyboard(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/consent\?/);
});

test('never allows an app by Enter in a box', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await typeLoginByKeyboard(page);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/consent\?/);
  expect(await page.evaluate(() => document.activeElement?.id)).not.toBe('accept');
  await tabTo(page, 'profile');
  await page.keyboard.press('Enter');
  await expect(page.getByText('access_denied')).toBeVisible();
});

test('shows where the focus is', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  for (const id of ['email', 'password', 'accept', 'reject']) {
    await tabTo(page, id);
    const style = await page.locator(`#${id}`).evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { outlineStyle, outlineWidth };
    });
    expect.soft(style, id).toEqual({ outlineStyle: 'solid', outlineWidth: '2px' });
  }
});
