import { defineConfig } from '@playwright/test';
import browserTests from './playwright.config.ts';
import { views } from './support/gallery.ts';
import type { WorldOptions } from './support/test.ts';

/**
 * `npm run screens`: one picture of each screen in each view, and a page with all of them, in
 * `screens/`. For some only: `npm run screens -- --project phone -g consent`.
 */
export default defineConfig<object, WorldOptions>({
  ...browserTests,
  testMatch: 'e2e/pictures.ts',
  retries: 0,
  globalTeardown: './support/gallery.ts',
  projects: views.map(({ name, brand }) => ({ name, use: { brand } })),
});
