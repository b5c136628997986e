import { fileURLToPath } from 'node:url';
import type { BrowserContextOptions } from '@playwright/test';
import { screens } from './support/screens.ts';
import { test } from './support/test.ts';

const folder = fileURLToPath(new URL('../../screens/', import.meta.url));

const views: Record<string, BrowserContextOptions> = {
  '1280-light': { viewport: { width: 1280, height: 800 } },
  '375-dark': { viewport: { width: 375, height: 667 }, colorScheme: 'dark' },
  '320-light': { viewport: { width: 320, height: 568 } },
  '375-he': { viewport: { width: 375, height: 667 }, locale: 'he' },
};

for (const [name, open] of screens) {
  for (const [view, options] of Object.entries(views)) {
    test(`${name} ${view}`, async ({ openBrowser, world }) => {
      const context = await openBrowser(options);
      const page = await context.newPage();
      await open(page, world);
      await page.screenshot({ path: `${folder}${name}-${view}.png`, fullPage: true });
    });
  }
}
