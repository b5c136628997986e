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
  test(`${name} can be used by everybody, in each window, theme and size of text`, async ({
    page,
    world,
  }) => {
    test.slow();
    await open(page, world);
    async function look(where: string): Promise<void> {
      await expectNoSidewaysScroll(page);
      expect([where, ...(await findings(page))]).toEqual([where]);
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one look after the other
      await page.emulateMedia({ colorScheme });
      for (const size of windows) {
        // oxlint-disable-next-line no-await-in-loop
        await page.setViewportSize(size);
        // oxlint-disable-next-line no-await-in-loop
        await look(`${colorScheme} ${size.width}`);
      }
    }
    await page.evaluate(() => document.documentElement.style.setProperty('font-size', '200%'));
    await look('text of twice the size at 320');
  });
}
