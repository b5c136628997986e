/** Our three languages in a real browser. */
import { allow, pressInSampleApp, signIn } from '../../e2e/support/steps.ts';
import { expect, test } from '../../e2e/support/test.ts';

const hello = { name: 'Hello, Ada' };

test('keeps the sign-in when the language is switched', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await page.locator('footer summary').click();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.locator('footer summary').click();
  await page.getByRole('button', { name: 'עברית' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
});
