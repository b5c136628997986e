/** Each screen in Hebrew, on a small screen. */
import { expectNoSidewaysScroll, findings } from '../../e2e/support/accessibility.ts';
import { screens } from '../../e2e/support/screens.ts';
import { expect, test } from '../../e2e/support/test.ts';

for (const [name, open] of screens) {
  test(`${name} can be used from right to left`, async ({ openBrowser, world }) => {
    const viewport = { width: 320, height: 640 };
    const context = await openBrowser({ locale: 'he', viewport });
    const page = await context.newPage();
    await open(page, world);
    await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
    await expectNoSidewaysScroll(page);
    expect(await findings(page)).toEqual([]);
  });
}
