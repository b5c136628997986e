import { screens } from './support/screens.ts';
import { test } from './support/test.ts';
import { bank, tutti } from './support/brands.ts';
const b = process.env['B'];
test.use({ brand: b === 'bank' ? bank : b === 'tutti' ? tutti : undefined });
const views: Record<string, object> = b ? { [b]: { viewport: { width: 390, height: 664 }, locale: b === 'bank' ? 'de' : 'en' } } : {
  light: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 664 } },
  rtl: { viewport: { width: 390, height: 664 }, locale: 'ar' },
  low: { viewport: { width: 844, height: 390 } },
};
for (const [name, open] of screens) for (const [view, options] of Object.entries(views))
  test(`${name} ${view}`, async ({ openBrowser, world }) => {
    const page = await (await openBrowser(options)).newPage();
    await open(page, world);
    await page.screenshot({ path: `/tmp/wt/device/screens/${name}-${view}.png`, fullPage: true });
  });
