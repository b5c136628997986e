/** A phone on its side: the head stands beside the answer. */
import { openExpired, screens } from '../../e2e/support/screens.ts';
import { expect, test } from '../../e2e/support/test.ts';

const some = ['device-given', 'logout', 'start-signed-in', 'oauth2-error', 'device-stopped'];

for (const [name, open] of screens.filter(([one]) => some.includes(one))) {
  test(`the card of ${name} ends below what it holds, and not later`, async ({
    openBrowser,
    world,
  }) => {
    const page = await (await openBrowser({ viewport: { width: 844, height: 390 } })).newPage();
    await open(page, world);
    const below = await page.locator('main').evaluate((card) => {
      const ends = [...card.querySelectorAll(':scope > :not(.head), .head > *')].map(
        (child) => child.getBoundingClientRect().bottom,
      );
      return card.getBoundingClientRect().bottom - Math.max(...ends);
    });
    expect(below).toBeGreaterThan(20);
    expect(below).toBeLessThan(32); // 28, and a hairline
  });
}

test('the head stands at the start, and the ways on at the end, from one height', async ({
  openBrowser,
  world,
}) => {
  const page = await (await openBrowser({ viewport: { width: 844, height: 390 } })).newPage();
  await openExpired(page, world);
  const head = (await page.locator('.head').boundingBox())!;
  const buttons = (await page.locator('.buttons').boundingBox())!;
  expect(buttons.x).toBeGreaterThan(head.x + head.width);
  expect(buttons.y).toBe(head.y);
});
