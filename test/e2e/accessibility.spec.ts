import { expectNoSidewaysScroll, findings } from './support/accessibility.ts';
import { screens } from './support/screens.ts';
import { expect, test } from './support/test.ts';

for (const [name, open] of screens) {
  test(`${name} can be used by everybody, in light and dark`, async ({ page, world }) => {
    await open(page, world);
    expect(await findings(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await findings(page)).toEqual([]);
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSidewaysScroll(page);
  });
}
