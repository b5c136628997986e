import { openExpired, openExpiredForm, openUsed, strangeError } from './support/screens.ts';
import { allow, pressInSampleApp, signIn } from './support/steps.ts';
import { expect, test } from './support/test.ts';
import { words } from '../support/words.ts';

const hello = { name: 'Hello, Ada' };

test('leads from an expired sign-in to a new one that works', async ({ page, world }) => {
  await openExpired(page, world);
  await expect(
    page.getByRole('heading', { name: words('error.challenge_expired.title') }),
  ).toBeVisible();
  await page.getByRole('link', { name: words('button.start_again') }).click();
  await signIn(page);
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

test('leads from a step that was done already to the app', async ({ page, world }) => {
  await openUsed(page, world);
  await expect(
    page.getByRole('heading', { name: words('error.challenge_used.title') }),
  ).toBeVisible();
  await page.getByRole('link', { name: words('button.go_to', { app: 'Meadow Notes' }) }).click();
  await page.waitForURL(`${world.sampleUrl}/`);
});

test('shows the form again when it was open too long, and takes it then', async ({
  page,
  world,
}) => {
  await openExpiredForm(page, world);
  await expect(page.getByText(words('form.expired.title'))).toBeVisible();
  await expect(page.locator('#email')).toHaveValue('ada@example.org');
  await expect(page.locator('#password')).toHaveValue('');
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
});

test('says which cookie is missing when cookies are blocked', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await page.context().clearCookies();
  await signIn(page);
  await expect(page.getByText(words('error.cookies_blocked.title'))).toBeVisible();
});

test('has a page with the right status for each way in that is none', async ({ page, world }) => {
  const pages = [
    [400, '/login', 'challenge_missing'],
    [400, '/consent?consent_challenge=', 'challenge_missing'],
    [400, '/login?login_challenge=a&login_challenge=b', 'challenge_missing'],
    [404, '/login?login_challenge=unknown', 'challenge_unknown'],
    [404, `/consent?consent_challenge=${'u'.repeat(30_000)}`, 'challenge_unknown'],
    [404, '/logout?logout_challenge=unknown', 'challenge_unknown'],
    [414, `/login?login_challenge=${'u'.repeat(40_000)}`, 'challenge_too_long'],
    [404, '/nothing-here', 'page_unknown'],
  ] as const;
  for (const [status, path, code] of pages) {
    const answer = await page.goto(world.porticoUrl + path);
    expect.soft(answer?.status(), path.slice(0, 60)).toBe(status);
    await expect
      .soft(page.getByRole('heading', { level: 1 }))
      .toHaveText(words(`error.${code}.title`));
    await expect.soft(page.getByRole('link', { name: words('button.start_page') })).toBeVisible();
  }
});

test('shows what the OAuth2 server says as text and no more', async ({ page, world }) => {
  await page.goto(`${world.porticoUrl}/error?${new URLSearchParams(strangeError).toString()}`);
  await page.getByText(words('error.details'), { exact: true }).click();
  await expect(page.getByText('<b>authentication</b>').first()).toBeVisible();
  await expect(page.locator('main b, main script')).toHaveCount(0);
});

test('explains an authorization request that no app is behind', async ({ page, world }) => {
  const answer = await page.goto(`${world.standIn.publicUrl}/oauth2/auth?client_id=nobody`);
  expect(page.url()).toContain(`${world.porticoUrl}/error?`);
  expect(answer?.status()).toBe(400);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    words('oauth2.invalid_client.title'),
  );
});
