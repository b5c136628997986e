import { expectNoSidewaysScroll, findings } from './support/accessibility.ts';
import { screens } from './support/screens.ts';
import { expect, test } from './support/test.ts';

const windows = [
  { width: 1280, height: 800 },
  { width: 844, height: 390 },
  { width: 375, height: 667 },
  { width: 320, height: 640 },
];

for (const [name, open] of screens) {
  test(`${name} can be used by everybody, in each window and theme`, async ({ page, world }) => {
    await open(page, world);
    for (const colorScheme of ['light', 'dark'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      await page.emulateMedia({ colorScheme });
      for (const size of windows) {
        // oxlint-disable-next-line no-await-in-loop
        await page.setViewportSize(size);
        // oxlint-disable-next-line no-await-in-loop
        await expectNoSidewaysScroll(page);
        const where = `${colorScheme} ${size.width}`;
        // oxlint-disable-next-line no-await-in-loop
        expect([where, ...(await findings(page))]).toEqual([where]);
      }
    }
  });

  test(`${name} can be read with text of twice the size at 320 px`, async ({ page, world }) => {
    await page.setViewportSize({ width: 320, height: 640 });
    await open(page, world);
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    await expectNoSidewaysScroll(page);
    expect(await findings(page)).toEqual([]);
  });
}
