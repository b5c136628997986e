import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BrowserContextOptions } from '@playwright/test';
import { pictureFolder, views, type View } from './support/gallery.ts';
import { screens } from './support/screens.ts';
import { test } from './support/test.ts';

const window: Record<View['window'], BrowserContextOptions> = {
  wide: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 664 } },
  narrow: { viewport: { width: 320, height: 568 } },
};

for (const view of views) {
  test.describe(() => {
    test.use({ brand: view.brand });
    for (const [name, open] of screens) {
      test(`${name} ${view.name}`, async ({ openBrowser, world }) => {
        const { locale = 'en', colorScheme = 'light' } = view;
        const context = await openBrowser({ ...window[view.window], locale, colorScheme });
        const page = await context.newPage();
        await open(page, world);
        const path = join(pictureFolder, `${name}-${view.name}.png`);
        await keepBefore(path);
        await page.screenshot({ path, fullPage: true });
      });
    }
  });
}

/** The picture of the run before, to compare with. */
async function keepBefore(path: string): Promise<void> {
  const folder = join(dirname(path), 'before');
  await mkdir(folder, { recursive: true });
  await rename(path, join(folder, basename(path))).catch(() => undefined);
}
