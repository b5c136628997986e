/** Our style sheet in print, in forced colours, and for those who want more contrast. */
import { openConsent, openLogin } from '../../e2e/support/screens.ts';
import { expect, test } from '../../e2e/support/test.ts';

test('a printed page has neither buttons nor a footer', async ({ page, world }) => {
  await openConsent(page, world);
  await page.emulateMedia({ media: 'print' });
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('#accept')).toBeHidden();
  await expect(page.locator('footer')).toBeHidden();
});

test('in forced colours, boxes are the system’s own and all buttons have an edge', async ({
  page,
  world,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await openConsent(page, world);
  await expect(page.locator('#profile')).toHaveCSS('appearance', 'auto');
  for (const id of ['reject', 'accept']) {
    // oxlint-disable-next-line no-await-in-loop -- two of them
    await expect(page.locator(`#${id}`)).toHaveCSS('border-top-style', 'solid');
  }
});

test('tonal buttons get an edge for those who want more contrast', async ({ page, world }) => {
  await openConsent(page, world);
  const colour = () =>
    page.locator('#reject').evaluate((button) => getComputedStyle(button).borderTopColor);
  const usual = await colour();
  await page.emulateMedia({ contrast: 'more' });
  expect(usual).toBe('rgba(0, 0, 0, 0)');
  await expect.poll(colour).not.toBe(usual);
});

test('the colour of what is hovered changes within 120 ms, and at once where motion is reduced', async ({
  openBrowser,
  world,
}) => {
  for (const [reducedMotion, duration] of [
    ['no-preference', '0.12s, 0.12s'],
    ['reduce', '0s'],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one browser after the other
    const page = await (await openBrowser({ reducedMotion })).newPage();
    // oxlint-disable-next-line no-await-in-loop
    await openLogin(page, world);
    // oxlint-disable-next-line no-await-in-loop
    await expect(page.locator('#accept')).toHaveCSS('transition-duration', duration);
  }
});
