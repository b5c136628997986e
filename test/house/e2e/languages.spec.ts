/** Our six languages in a real browser. */
import { expectNoSidewaysScroll, findings } from '../../e2e/support/accessibility.ts';
import { screens } from '../../e2e/support/screens.ts';
import { allow, pressInSampleApp, signIn } from '../../e2e/support/steps.ts';
import { expect, test } from '../../e2e/support/test.ts';
import { locales } from '../our-words.ts';

const hello = { name: 'Hello, Ada Lovelace' };

test('keeps the sign-in when the language is switched', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await page.locator('footer .language').click();
  await page.getByRole('button', { name: 'Deutsch' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.locator('footer .language').click();
  await page.getByRole('button', { name: 'עברית' }).click();
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

/** Screens with two answers, each beside the other. */
const asking = ['consent', 'consent-many', 'logout', 'device-given'];

for (const [lang] of locales) {
  for (const [name, open] of screens.filter(([name]) => asking.includes(name))) {
    test(`${name} has its two answers side by side on a phone, in ${lang}`, async ({
      openBrowser,
      world,
    }) => {
      const viewport = { width: 390, height: 844 };
      const page = await (await openBrowser({ locale: lang, viewport })).newPage();
      await open(page, world);
      await expect(page.locator('html')).toHaveAttribute('lang', lang);
      const buttons = await page.locator('.pair .button').all();
      const boxes = await Promise.all(buttons.map((button) => button.boundingBox()));
      expect(boxes).toHaveLength(2);
      expect(boxes[1]).toMatchObject({ y: boxes[0]!.y, height: 48, width: boxes[0]!.width });
      await page.setViewportSize({ width: 320, height: 640 });
      await expectNoSidewaysScroll(page);
      expect(await findings(page)).toEqual([]);
    });
  }
}
