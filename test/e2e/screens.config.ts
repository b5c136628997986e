import { defineConfig } from '@playwright/test';
import browserTests from './playwright.config.ts';

/** `npm run screens`: one picture of each screen in each view, and a page with all of them, in `screens/`. */
export default defineConfig({
  ...browserTests,
  testMatch: 'e2e/pictures.ts',
  retries: 0,
  globalTeardown: './support/gallery.ts',
});
