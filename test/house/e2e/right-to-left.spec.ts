/** Each screen in Hebrew, on a small screen. */
import { expectNoSidewaysScroll, findings } from '../../e2e/support/accessibility.ts';
import { openConsent, screens } from '../../e2e/support/screens.ts';
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

test('the host of an app stands beside its mark from right to left', async ({
  openBrowser,
  world,
}) => {
  const page = await (await openBrowser({ locale: 'ar' })).newPage();
  await openConsent(page, world);
  const mark = (await page.locator('.mark').boundingBox())!;
  const host = await page.locator('.host').evaluate((element) => {
    const range = element.ownerDocument.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().right;
  });
  expect(mark.x - host).toBeGreaterThan(0);
  expect(mark.x - host).toBeLessThan(24);
});
