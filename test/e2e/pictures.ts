import { mkdir, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ViewportSize } from '@playwright/test';
import { pictureFolder, viewOf, type View } from './support/gallery.ts';
import { screens } from './support/screens.ts';
import { test } from './support/test.ts';

const windows: Record<View['window'], ViewportSize> = {
  wide: { width: 1280, height: 800 },
  phone: { width: 390, height: 664 },
  narrow: { width: 320, height: 568 },
};

for (const [name, open] of screens) {
  test(name, async ({ openBrowser, world }, { project }) => {
    const { window, locale = 'en', colorScheme = 'light' } = viewOf(project.name);
    const context = await openBrowser({ viewport: windows[window], locale, colorScheme });
    const page = await context.newPage();
    await open(page, world);
    const path = join(pictureFolder, `${name}-${project.name}.png`);
    await keepBefore(path);
    await page.screenshot({ path, fullPage: true });
  });
}

/** The picture of the run before, to compare with. */
async function keepBefore(path: string): Promise<void> {
  const folder = join(dirname(path), 'before');
  await mkdir(folder, { recursive: true });
  await rename(path, join(folder, basename(path))).catch(() => undefined);
}
