/** The box to be remembered, which a fork's view may not have. */
import { openLogin } from '../../e2e/support/screens.ts';
import { signIn } from '../../e2e/support/steps.ts';
import { expect, test } from '../../e2e/support/test.ts';

test('can be ticked by keyboard, and shows the focus', async ({ page, world }) => {
  await openLogin(page, world);
  const box = page.locator('#remember');
  await page.locator('.beside').focus(); // the link after the password
  await page.keyboard.press('Tab');
  await expect(box).toBeFocused();
  await expect(box).toHaveCSS('outline-width', '2px');
  await page.keyboard.press('Space');
  await expect(box).toBeChecked();
});

test('stays ticked after a wrong password', async ({ page, world }) => {
  await openLogin(page, world);
  await signIn(page, { password: 'wrong', isRemembered: true });
  await page.locator('#notice').waitFor();
  await expect(page.locator('#remember')).toBeChecked();
});
