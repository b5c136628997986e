import { defineConfig } from '@playwright/test';
import browserTests from './playwright.config.ts';

/** `npm run screens`: one picture of each screen in each view, in `screens/`. */
export default defineConfig({ ...browserTests, testMatch: 'e2e/pictures.ts', retries: 0 });
