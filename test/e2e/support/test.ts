import {
  expect,
  test as base,
  type BrowserContext,
  type BrowserContextOptions,
} from '@playwright/test';
import type { HouseBrand } from './brands.ts';
import { createWorld, type World } from './world.ts';

export { expect };

interface Fixtures {
  /** A further browser: no cookie is shared with the first. */
  openBrowser: (options?: BrowserContextOptions) => Promise<BrowserContext>;
}

/** Nobody has these addresses: RFC 2544. */
let addresses = 0;
const nextAddress = () => `198.18.${Math.floor(++addresses / 250)}.${(addresses % 250) + 1}`;

/** What a project may choose. */
export interface WorldOptions {
  /** Whose house the world is; Portico's own when it is not given. */
  brand: HouseBrand | undefined;
}

/**
 * A test in a world that has forgotten what other tests did. It fails when a page breaks its own
 * content security policy or has a script error, in whichever browser of the test, and when
 * Portico finds a fault of its own.
 */
export const test = base.extend<Fixtures, WorldOptions & { world: World }>({
  brand: [undefined, { option: true, scope: 'worker' }],

  world: [
    async ({ brand }, use) => {
      const world = await createWorld(brand && { settings: brand.settings });
      await use(world);
      await world.close();
    },
    { scope: 'worker' },
  ],

  openBrowser: async ({ browser, world }, use) => {
    await world.forgetPeople();
    const address = nextAddress();
    const complaints: string[] = [];
    const opened: BrowserContext[] = [];
    const faultsBefore = world.faults().length;
    await use(async (options = {}) => {
      const context = await browser.newContext({
        reducedMotion: 'reduce',
        extraHTTPHeaders: { 'x-forwarded-for': address },
        ...options,
      });
      listenForComplaints(context, complaints);
      opened.push(context);
      return context;
    });
    await Promise.all(opened.map((context) => context.close()));
    expect([...complaints, ...world.faults().slice(faultsBefore)]).toEqual([]);
  },

  context: async ({ openBrowser }, use) => {
    await use(await openBrowser());
  },
});

function listenForComplaints(context: BrowserContext, complaints: string[]): void {
  context.on('console', (message) => {
    if (/content.security.policy/i.test(message.text())) complaints.push(message.text());
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
}
