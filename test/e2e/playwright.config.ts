import { defineConfig } from '@playwright/test';
import { chromiumLaunchOptions } from './support/chromium.ts';

/** The whole flow in a real browser. Each worker has servers of its own: see `support/world.ts`. */
export default defineConfig({
  testDir: '..',
  testMatch: ['e2e/*.spec.ts', 'house/e2e/*.spec.ts'],
  outputDir: '../../test-results',
  fullyParallel: true,
  workers: 2,
  timeout: 30_000,
  /** Whatever hangs: all of it takes three minutes on two cores. */
  globalTimeout: 20 * 60_000,
  forbidOnly: Boolean(process.env['CI']),
  reporter: [['line'], ['../support/not-run-reporter.js', { run: 'browser' }]],
  use: {
    launchOptions: await chromiumLaunchOptions(),
    trace: 'retain-on-failure',
  },
});
