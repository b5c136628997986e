/** What must be in sight without scrolling: a question is answered where it is read. */
import type { Page } from '@playwright/test';
import { openConsent, openLogin } from '../../e2e/support/screens.ts';
import { expect, test } from '../../e2e/support/test.ts';

/** A small laptop's window, and a phone's. */
const windows = [
  { width: 1366, height: 650 },
  { width: 390, height: 664 },
];
const asked = {
  'share three': 'openid profile email phone',
  'share four': 'openid profile email phone address',
  'allow three': 'openid profile email offline_access',
  'allow four': 'openid profile email phone offline_access',
};

for (const size of windows) {
  const name = `${size.width} × ${size.height}`;
  for (const [what, scope] of Object.entries(asked)) {
    test(`both buttons of consent are in sight at ${name}: ${what}`, async ({ page, world }) => {
      await page.setViewportSize(size);
      await openConsent(page, world, { scope });
      for (const id of ['reject', 'accept']) {
        // oxlint-disable-next-line no-await-in-loop -- two of them
        await expectInSight(page, id);
      }
    });
  }

  test(`the button of sign-in is in sight at ${name}`, async ({ page, world }) => {
    await page.setViewportSize(size);
    await openLogin(page, world);
    await expectInSight(page, 'accept');
  });
}

test('sign-in fits into a phone on its side', async ({ page, world }) => {
  await page.setViewportSize({ width: 844, height: 390 });
  await openLogin(page, world);
  await expectInSight(page, 'email');
  await expectInSight(page, 'accept');
});

test('forty scopes fit on a page of about 830 px', async ({ page, world }) => {
  await page.setViewportSize({ width: 1280, height: 800 });
  const unknown = Array.from({ length: 36 }, (_, i) => `part-${i}:read`);
  const scope = ['openid', 'profile', 'email', 'phone', 'offline_access', ...unknown].join(' ');
  await openConsent(page, world, { scope });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  expect(height).toBeLessThanOrEqual(860);
});

/** The whole element is inside the window, before anybody scrolls. */
async function expectInSight(page: Page, id: string): Promise<void> {
  const box = (await page.locator(`#${id}`).boundingBox())!;
  expect(box.y).toBeGreaterThanOrEqual(0);
  expect(box.y + box.height).toBeLessThanOrEqual(page.viewportSize()!.height);
}
