/** What every house whose look comes from settings can rely on: its colours, and nothing of Portico's. */
import type { Locator, Page } from '@playwright/test';
import { derivePalette } from '@portico/palette';
import { expectNoSidewaysScroll, findings } from './accessibility.ts';
import type { HouseBrand } from './brands.ts';
import { pressInSampleApp, signIn } from './steps.ts';
import { expect, test } from './test.ts';

const themes = ['light', 'dark'] as const;

/** Tests for the world of this brand: the file says `test.use({ brand })`. */
export function testsOfBrand({ name, settings }: HouseBrand): void {
  const { palette } = derivePalette(settings['BRAND_ACCENT']!);

  for (const theme of themes) {
    test(`${name} has its colours on every screen, ${theme}`, async ({ page, world }) => {
      await page.emulateMedia({ colorScheme: theme });
      const colours = palette[theme];
      await pressInSampleApp(page, world, 'Sign in');
      const button = page.locator('#accept');
      expect(await styleOf(button, 'background-color')).toBe(rgb(colours.fill));
      expect(await styleOf(button, 'color')).toBe(rgb(colours['on-fill']));
      expect(await styleOf(button, 'border-radius')).toBe(`${settings['BRAND_RADIUS']}px`);
      expect(await styleOf(page.locator('html'), 'background-color')).toBe(rgb(colours.canvas));
      expect(await findings(page)).toEqual([]);
      await signIn(page);
      await page.waitForURL(/\/consent/);
      await expectNoSidewaysScroll(page);
      expect(await findings(page)).toEqual([]);
      await page.goto(`${world.porticoUrl}/login`);
      const tile = page.locator('.tile').first();
      expect(await styleOf(tile, 'color')).toBe(rgb(colours.accent));
      expect(await styleOf(tile, 'background-color')).toBe('rgba(0, 0, 0, 0)');
      expect(await findings(page)).toEqual([]);
    });

    test(`${name} has its logo alone, ${theme}`, async ({ page, world }) => {
      await page.emulateMedia({ colorScheme: theme });
      await page.goto(world.porticoUrl);
      const logo = page.getByRole('banner').getByRole('img', { name: settings['BRAND_NAME']! });
      const file = theme === 'dark' ? 'brand-logo-dark.svg' : 'brand-logo.svg';
      const { source, height, isThere } = await logo.evaluate((img: HTMLImageElement) => ({
        source: img.currentSrc,
        height: img.getBoundingClientRect().height,
        isThere: img.complete && img.naturalWidth > 0,
      }));
      expect([source.endsWith(`/${file}`), height, isThere]).toEqual([true, 34, true]);
      await expect(page.getByRole('banner')).toHaveText('');
    });
  }

  test(`${name} shows no arch of Portico’s`, async ({ page, world }) => {
    await page.setViewportSize({ width: 1280, height: 800 });
    await page.goto(world.porticoUrl);
    expect(await arches(page)).toEqual(['none', 'none']);
    await expect(page.locator('svg.logo')).toHaveCount(0);
  });

  test(`${name} heeds the wish for more contrast`, async ({ page, world }) => {
    await page.emulateMedia({ contrast: 'more' });
    await page.goto(world.porticoUrl);
    const lead = page.locator('.head p').first();
    expect(await styleOf(lead, 'color')).toBe(rgb(palette.light.ink));
  });

  test(`${name} has a manifest that the browser can read`, async ({ page, world }) => {
    await page.goto(world.porticoUrl);
    const browser = await page.context().newCDPSession(page);
    const { url, errors, data } = await browser.send('Page.getAppManifest');
    expect([url.endsWith('/brand.webmanifest'), errors]).toEqual([true, []]);
    expect(JSON.parse(data!)).toMatchObject({ name: settings['BRAND_NAME'] });
  });
}

/** What draws the two arches behind the card. */
function arches(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    ['::before', '::after'].map((part) => getComputedStyle(document.body, part).content),
  );
}

/** As the page shows it: an element can be there before the style sheets are. */
async function styleOf(element: Locator, property: string): Promise<string> {
  await element.waitFor();
  await element.page().waitForLoadState();
  return element.evaluate(
    (found, name) => getComputedStyle(found).getPropertyValue(name),
    property,
  );
}

/** As browsers write a colour. */
function rgb(hex: string): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgb(${red}, ${green}, ${blue})`;
}
