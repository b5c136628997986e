/** Every screen in every state that looks different, each with the way to it. */
import type { Page } from '@playwright/test';
import { consentScreens, openConsent } from './consent-screens.ts';
import { wayScreens } from './way-screens.ts';
import {
  allow,
  authorizationUrl,
  getTokens,
  pressCapsLock,
  pressInSampleApp,
  signIn,
  typeLogin,
} from './steps.ts';
import type { World } from './world.ts';

export { openConsent };

export type Screen = [name: string, open: (page: Page, world: World) => Promise<void>];

const longWord = 'Donaudampfschifffahrtselektrizitaetenhauptbetriebswerk';
const longLogin = `${'maximiliane-'.repeat(4)}von-und-zu-hohenstein@post.example.org`;

export const screens: Screen[] = [
  ['start', (page, world) => go(page, world, '/')],
  [
    'start-signed-in',
    async (page, world) => {
      await getTokens(page, world, { isRemembered: true });
      await go(page, world, '/');
    },
  ],
  ['login', openLogin],
  [
    'login-long',
    async (page, world) => {
      const address = await authorizationUrl(world, { name: longWord });
      await page.goto(`${address}&login_hint=${longLogin}`);
    },
  ],
  [
    'login-wrong',
    async (page, world) => {
      await openLogin(page, world);
      await signIn(page, { password: 'wrong', isRemembered: true });
      await page.locator('#notice').waitFor();
    },
  ],
  [
    'login-empty',
    async (page, world) => {
      await openLogin(page, world);
      await signIn(page, { login: '', password: '' });
      await page.locator('#wrong-password').waitFor();
    },
  ],
  [
    'login-wrong-known',
    async (page, world) => {
      await openKnown(page, world);
      await page.locator('#password').fill('wrong');
      await page.locator('#accept').click();
      await page.locator('#notice').waitFor();
    },
  ],
  ['login-known', (page, world) => openKnown(page, world)],
  ['login-confirm', (page, world) => openKnown(page, world, '&prompt=login')],
  [
    'login-shown',
    async (page, world) => {
      await openLogin(page, world);
      await typeLogin(page, { password: 'correct horse battery' });
      await page.locator('.show').click();
    },
  ],
  [
    'login-caps',
    async (page, world) => {
      await openLogin(page, world);
      await typeLogin(page);
      await pressCapsLock(page, true);
      await page.locator('.caps:not(:empty)').waitFor();
    },
  ],
  [
    'login-busy',
    async (page, world) => {
      await openLogin(page, world);
      await typeLogin(page);
      await page.locator('.show').click();
      // The answer takes its time.
      await page.evaluate(() => addEventListener('submit', (event) => event.preventDefault()));
      await page.locator('#accept').click();
      await page.locator('[aria-busy=true]').waitFor();
    },
  ],
  ['login-device', (page, world) => openDeviceLogin(page, world)],
  [
    'login-lookalike',
    async (page, world) => {
      await page.goto(await authorizationUrl(world, { name: 'Роrtісо', isChecked: false }));
    },
  ],
  [
    'login-languages',
    async (page, world) => {
      await openLogin(page, world);
      await page.locator('[popovertarget="languages"]').click();
    },
  ],
  ['login-paused', openPausedLogin],
  ['login-form-expired', openExpiredForm],
  [
    'login-cookies-blocked',
    async (page, world) => {
      await openLogin(page, world);
      await page.context().clearCookies();
      await signIn(page);
      await page.waitForURL(/\/login$/);
    },
  ],
  ...wayScreens,
  ...consentScreens,
  ['logout', openLogout],
  [
    'logout-without-app',
    async (page, world) => {
      await getTokens(page, world, { isRemembered: true });
      await page.goto(`${world.standIn.publicUrl}/oauth2/sessions/logout`);
    },
  ],
  ['logged-out', (page, world) => go(page, world, '/logged-out')],
  [
    'stayed',
    async (page, world) => {
      await openLogout(page, world);
      await page.locator('#reject').click();
      await page.waitForURL(/\/logout$/);
    },
  ],
  ['device', (page, world) => openDevice(page, world)],
  ['device-given', (page, world) => openDevice(page, world, '?user_code=AbCd3fGh')],
  [
    'device-wrong',
    async (page, world) => {
      await openDevice(page, world);
      await page.locator('#code').fill('wrong');
      await page.locator('#verify').click();
      await page.locator('#wrong-code').waitFor();
    },
  ],
  [
    'device-empty',
    async (page, world) => {
      await openDevice(page, world);
      await page.locator('#verify').click();
      await page.locator('#wrong-code').waitFor();
    },
  ],
  ['device-paused', openPausedDevice],
  ['device-stopped', (page, world) => go(page, world, '/device/stopped')],
  ['device-done', openDeviceDone],
  [
    'oauth2-error',
    (page, world) =>
      go(page, world, `/error?${new URLSearchParams(strangeError).toString()}`).then(() =>
        page.locator('main summary').click(),
      ),
  ],
  [
    'oauth2-server-error',
    (page, world) => go(page, world, '/error?error=server_error&error_description=pq%3A+timeout'),
  ],
  ['oauth2-not-found', (page, world) => go(page, world, '/error?error=Not+Found')],
  ['oauth2-denied', (page, world) => go(page, world, '/error?error=access_denied')],
  ['challenge-missing', (page, world) => go(page, world, '/login')],
  ['challenge-unknown', (page, world) => go(page, world, '/login?login_challenge=unknown')],
  ['challenge-expired', openExpired],
  ['challenge-used', openUsed],
  [
    'challenge-elsewhere',
    async (page, world) => {
      await openConsent(page, world);
      await page.context().clearCookies();
      await page.reload();
    },
  ],
  ['page-unknown', (page, world) => go(page, world, '/nothing-here')],
  [
    'decision-unknown',
    async (page, world) => {
      await openConsent(page, world);
      await page.locator('#accept').evaluate((button) => button.removeAttribute('name'));
      await page.locator('#accept').click();
      await page.waitForURL(/\/consent$/);
    },
  ],
];

export const strangeError = {
  error: 'invalid_client',
  error_description: 'Client <b>authentication</b> failed: javascript:alert(1) '.repeat(4),
};

export async function openLogin(page: Page, world: World): Promise<void> {
  await page.goto(await authorizationUrl(world));
}

/** A browser that was closed and opened again, of a person who asked to be kept signed in. */
export async function openKnown(page: Page, world: World, query = ''): Promise<void> {
  await openLogin(page, world);
  await signIn(page, { isRemembered: true });
  await page.waitForURL(/\/consent\?/);
  await world.forgetPeople();
  await page.context().clearCookies({ name: /session/ });
  await page.goto((await authorizationUrl(world)) + query);
  await page.locator('.person').waitFor();
}

async function openDeviceLogin(page: Page, world: World): Promise<void> {
  await page.goto(world.sampleUrl);
  await page.getByRole('button', { name: 'Turn on the TV' }).click();
  const code = await page.locator('#user-code').innerText();
  await openDevice(page, world, `?user_code=${code}`);
  await page.locator('#verify').click();
  await page.locator('#password').waitFor();
}

/** The next answer comes from a page that was open too long. */
export async function openExpiredForm(page: Page, world: World): Promise<void> {
  await openLogin(page, world);
  await page.locator('[name="_csrf"]').evaluate((field) => field.setAttribute('value', 'old'));
  await signIn(page);
  await page.waitForURL(/\/login$/);
}

/** A challenge that grew old while its form was open. */
export async function openExpired(page: Page, world: World): Promise<void> {
  await pressInSampleApp(page, world, 'Sign in');
  world.passTime(31 * 60);
  await signIn(page);
  await page.waitForURL(/\/login$/);
}

/** Answered in one tab, then answered otherwise in another. */
export async function openUsed(page: Page, world: World): Promise<void> {
  await pressInSampleApp(page, world, 'Sign in');
  const other = await page.context().newPage();
  await other.goto(page.url());
  await signIn(other);
  await other.waitForURL(/\/consent\?/);
  await other.close();
  await page.locator('#reject').click();
  await page.waitForURL(/\/login$/);
}

async function go(page: Page, { porticoUrl }: World, path: string): Promise<void> {
  await page.goto(porticoUrl + path);
}

async function openPausedLogin(page: Page, world: World): Promise<void> {
  await openLogin(page, world);
  const login = `nobody-${crypto.randomUUID().slice(0, 8)}@example.org`;
  for (let tries = 0; tries < 6; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await Promise.all([
      page.waitForResponse(`${world.porticoUrl}/login`),
      signIn(page, { login, password: 'wrong' }),
    ]);
    // oxlint-disable-next-line no-await-in-loop
    await page.locator('#notice').waitFor();
  }
}

async function openLogout(page: Page, world: World): Promise<void> {
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.waitForURL(/\/logout\?/);
}

async function openDevice(page: Page, { standIn }: World, query = ''): Promise<void> {
  await page.goto(`${standIn.publicUrl}/oauth2/device/verify${query}`);
}

async function openPausedDevice(page: Page, world: World): Promise<void> {
  await openDevice(page, world);
  for (let tries = 0; tries < 6; tries += 1) {
    await page.locator('#code').fill(`wrong-${tries}`);
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await Promise.all([
      page.waitForResponse(`${world.porticoUrl}/device/verify`),
      page.locator('#verify').click(),
    ]);
    // oxlint-disable-next-line no-await-in-loop
    await page.locator('#wrong-code').waitFor();
  }
}

async function openDeviceDone(page: Page, world: World): Promise<void> {
  await openDeviceLogin(page, world);
  await signIn(page);
  await allow(page);
  await page.waitForURL(/\/device\/success/);
}
