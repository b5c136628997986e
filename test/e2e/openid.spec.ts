/** Two whole houses: people of the one sign in to the apps of the other, by OpenID Connect. */
import { expect, test as base } from './support/test.ts';
import { allow, authorizationUrl, pressInSampleApp, readClaim, signIn } from './support/steps.ts';
import { ada, createWorld, type World } from './support/world.ts';
import { words } from '../support/words.ts';

const client = { client_id: 'portico', client_secret: 'the secret of the house next door' };

interface Houses {
  /** Where people are. */
  work: World;
  /** Where the apps are; it has nobody of its own. */
  home: World;
}

const test = base.extend<object, { houses: Houses }>({
  houses: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright wants to see what is used
    async ({}, use) => {
      const work = await createWorld({ host: '127.0.0.1' });
      const { issuer } = work.standIn;
      const provider = { id: 'acme', name: 'Work', issuer, ...client, sign_out: true };
      const settings = { IDENTITY: 'openid', OPENID_PROVIDERS: JSON.stringify([provider]) };
      const home = await createWorld({ settings });
      await work.register({
        ...client,
        client_name: 'Home',
        scope: 'openid profile email',
        redirect_uris: [`${home.porticoUrl}/upstream/acme`],
        post_logout_redirect_uris: [`${home.porticoUrl}/upstream/acme/signed-out`],
        metadata: { checked: true },
      });
      await use({ work, home });
      await Promise.all([home.close(), work.close()]);
    },
    { scope: 'worker' },
  ],
});

test('a person of another house signs in, and the app gets what that says', async ({
  page,
  houses: { work, home },
}) => {
  await pressInSampleApp(page, home, 'Sign in');
  // Without a page of ours in between.
  await expect(page).toHaveURL(new RegExp(`^${work.porticoUrl}/login`));
  await signIn(page);
  await allow(page);
  await expect(page).toHaveURL(new RegExp(`^${home.porticoUrl}/consent`));
  await expect(page.getByText(ada.login).first()).toBeVisible();
  await allow(page);
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
  expect(await readClaim(page, 'sub')).toMatch(/^openid-/);
  expect(await readClaim(page, 'email')).toBe(ada.login);
});

test('a no over there comes back with a sentence, and works the second time', async ({
  page,
  houses: { home },
}) => {
  await pressInSampleApp(page, home, 'Sign in');
  await page.locator('#reject').click();
  await expect(page).toHaveURL(new RegExp(`^${home.porticoUrl}/upstream/acme`));
  const title = words('login.way_cancelled.title', { provider: 'Work' });
  await expect(page.getByText(title)).toBeVisible();
  await page.reload();
  await expect(page.getByText(title)).toBeVisible();
  await page.getByRole('button', { name: words('login.provider', { provider: 'Work' }) }).click();
  await signIn(page);
  await allow(page);
  await allow(page);
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
});

test('signing out ends both sign-ins', async ({ page, houses: { work, home } }) => {
  // A no first: the page after it has the box.
  await pressInSampleApp(page, home, 'Sign in');
  await page.locator('#reject').click();
  await page.locator('#remember').check();
  await page.locator('[name=way]').click();
  await signIn(page, { isRemembered: true });
  await allow(page);
  await allow(page);
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: words('logout.submit') }).click();
  // The other house asks, too.
  await expect(page).toHaveURL(new RegExp(`^${work.porticoUrl}/logout`));
  await page.getByRole('button', { name: words('logout.submit') }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  expect(page.url()).toContain(`${home.sampleUrl}/signed-out`);
  await pressInSampleApp(page, home, 'Sign in');
  await expect(page).toHaveURL(new RegExp(`^${work.porticoUrl}/login`));
  await expect(page.locator('#password')).toBeVisible();
});

test('works without script', async ({ openBrowser, houses: { home } }) => {
  const page = await (await openBrowser({ javaScriptEnabled: false })).newPage();
  await page.goto(await authorizationUrl(home));
  await signIn(page);
  await allow(page);
  await expect(page).toHaveURL(new RegExp(`^${home.porticoUrl}/consent`));
});
