/** The consent screen in every state that looks different, each with the way to it. */
import type { Page } from '@playwright/test';
import { allow, authorizationUrl, signIn, type AppWish } from './steps.ts';
import type { World } from './world.ts';

type Screen = [name: string, open: (page: Page, world: World) => Promise<void>];

const longName = 'The Association of Allotment Gardeners of Upper Meadow and Vale';
const api = ['https://notes-api.meadownotes.example'];
/** Where `world.register` lets apps be anything: nobody answers there. */
const meadow = { redirectUri: 'https://meadownotes.example/callback' };
const tidewater = { name: 'Tidewater Photos', redirectUri: 'https://tidewater-photos.example/cb' };
const described = 'openid profile email phone offline_access calendar calendar.write contacts';
const undescribed = 'mn:prints https://api.example.org/auth/household-energy.readonly';
const forty = ['calendar', 'contacts', 'files', 'mail'].flatMap((what) =>
  Array.from({ length: 9 }, (_, i) => `${what}-${i}:read`),
);

const asking = (wish: AppWish): Screen[1] => {
  return (page, world) => openConsent(page, world, { ...meadow, ...wish });
};
const fortyScopes = asking({
  scope: `openid profile email phone offline_access ${forty.join(' ')}`,
});

export const consentScreens: Screen[] = [
  ['consent', asking({})],
  ['consent-share', asking({ scope: 'openid profile email phone address' })],
  ['consent-access', asking({ scope: 'openid profile email notes offline_access' })],
  [
    'consent-more',
    (page, world) =>
      openAgain(page, world, {
        ...tidewater,
        scope: 'openid profile email photos albums offline_access',
        asks: 'openid profile email photos',
      }),
  ],
  [
    'consent-more-open',
    async (page, world) => {
      const scope = 'openid profile email photos albums offline_access';
      await openAgain(page, world, { ...tidewater, scope, asks: 'openid profile email photos' });
      await page.locator('summary').click();
    },
  ],
  [
    'consent-left-off',
    (page, world) => {
      const scope = 'openid profile email phone address';
      const wish = { ...meadow, scope, asks: 'openid profile email phone' };
      return openAgain(page, world, wish, ['phone']);
    },
  ],
  [
    'consent-none',
    async (page, world) => {
      await asking({ scope: 'openid profile email' })(page, world);
      for (const id of ['profile', 'email']) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        await page.locator(`#${id}`).uncheck();
      }
      await page.locator('#accept').click();
      await page.locator('#notice').waitFor();
    },
  ],
  ['consent-openid', asking({ scope: 'openid' })],
  ['consent-device', openDeviceConsent],
  [
    'consent-unchecked',
    asking({ ...tidewater, scope: 'openid profile email photos', isChecked: false }),
  ],
  [
    'consent-imitation',
    asking({
      name: 'Роrtісо Security Team',
      redirectUri: 'https://portico-id.example/callback',
      scope: 'openid profile email',
      isChecked: false,
    }),
  ],
  ['consent-audience', asking({ scope: 'openid email notes offline_access', audience: api })],
  [
    'consent-missing-value',
    async (page, world) => {
      await page.goto(
        await authorizationUrl(world, { ...meadow, scope: 'openid profile email phone' }),
      );
      await signIn(page, { login: 'charles@example.org' });
      await page.waitForURL(/\/consent\?/);
    },
  ],
  [
    'consent-12',
    asking({ scope: `${described} files files.write groups ${undescribed}`, audience: api }),
  ],
  ['consent-40', fortyScopes],
  [
    'consent-40-open',
    async (page, world) => {
      await fortyScopes(page, world);
      await page.locator('summary').click();
    },
  ],
  [
    'consent-long',
    asking({
      name: longName,
      redirectUri: `https://${'reading-groups.'.repeat(3)}riverside-community-library.example/cb`,
      scope: 'openid profile email calendar.write',
      audience: ['https://calendar.riverside-library.example', 'https://mail.riverside.example/v1'],
    }),
  ],
];

export async function openConsent(page: Page, world: World, wish: AppWish = {}): Promise<void> {
  await page.goto(await authorizationUrl(world, wish));
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
}

/** The app was allowed what it asked for at first, and now wants all that it may have. */
async function openAgain(
  page: Page,
  world: World,
  wish: AppWish & { redirectUri: string },
  leftOff: string[] = [],
): Promise<void> {
  await openConsent(page, world, wish);
  for (const id of leftOff) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await page.locator(`#${id}`).uncheck();
  }
  await allow(page);
  // Nobody answers at the app.
  await page.waitForURL(/^chrome-error:/);
  const { asks: _before, ...more } = wish;
  await openConsent(page, world, more);
}

async function openDeviceConsent(page: Page, world: World): Promise<void> {
  await page.goto(world.sampleUrl);
  await page.getByRole('button', { name: 'Turn on the TV' }).click();
  const code = await page.locator('#user-code').innerText();
  await page.goto(`${world.standIn.publicUrl}/oauth2/device/verify?user_code=${code}`);
  await page.locator('#verify').click();
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
}
