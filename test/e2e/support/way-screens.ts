/** The sign-in screen where there are other providers, in every state that looks different. */
import type { Page } from '@playwright/test';
import { authorizationUrl } from './steps.ts';
import type { World, WorldWithWays } from './world.ts';

type Screen = [name: string, open: (page: Page, world: World) => Promise<void>];

export const wayScreens: Screen[] = [
  ['login-way', (page, world) => openWith(page, world, 1)],
  ['login-ways', (page, world) => openWith(page, world, 4)],
  [
    'login-ways-more',
    async (page, world) => {
      await openWith(page, world, 6);
      await page.locator('main summary').click();
    },
  ],
  ['login-ways-alone', (page, world) => openWith(page, world, 2, 'alone')],
  [
    'login-way-cancelled',
    async (page, world) => {
      const house = await world.withWays(1, 'alone');
      await comeBackWith(house, 'access_denied', () => open(page, house));
      await page.locator('.notice').waitFor();
    },
  ],
  [
    'login-way-unproven',
    async (page, world) => {
      const house = await world.withWays(1);
      await open(page, house);
      await comeBackWith(house, 'invalid_request', () => page.locator('[name=way]').click());
      await page.locator('#notice').waitFor();
    },
  ],
  ['login-way-lost', (page, world) => openLost(page, world)],
];

async function openWith(page: Page, world: World, count: number, sort?: 'alone'): Promise<void> {
  await open(page, await world.withWays(count, sort));
}

async function open(page: Page, world: World): Promise<void> {
  await page.goto(await authorizationUrl(world));
}

/** What the provider answers while this is done. */
async function comeBackWith(
  { provider }: WorldWithWays,
  error: string,
  act: () => Promise<void>,
): Promise<void> {
  provider.manners.authorization = ({ state = '', iss = '' }) => ({ state, iss, error });
  await act();
  provider.manners = {};
}

async function openLost(page: Page, world: World): Promise<void> {
  const house = await world.withWays(1);
  await page.goto(`${house.porticoUrl}/upstream/acme?state=unknown`);
}
