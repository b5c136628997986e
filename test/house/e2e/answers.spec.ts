/** Our words on phones: in every language, the two answers of a question stand side by side. */
import { expectNoSidewaysScroll, findings } from '../../e2e/support/accessibility.ts';
import { screens } from '../../e2e/support/screens.ts';
import { expect, test } from '../../e2e/support/test.ts';
import { locales } from '../our-words.ts';

const asking = screens.filter(([name]) =>
  ['consent', 'consent-many', 'logout', 'device-given'].includes(name),
);

for (const [lang] of locales) {
  for (const [name, open] of asking) {
    test(`${name} has its answers side by side in ${lang}`, async ({ openBrowser, world }) => {
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
