import { defineConfig } from '@playwright/test';
import browserTests from './playwright.config.ts';
export default defineConfig({ ...browserTests, testMatch: 'e2e/zz-pictures.ts', retries: 0 });
