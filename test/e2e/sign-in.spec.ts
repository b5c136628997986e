import type { Page } from '@playwright/test';
import { expect, test } from './support/test.ts';
import {
  allow,
  authorizationUrl,
  getTokens,
  pressInSampleApp,
  readClaim,
  signIn,
  typeLogin,
} from './support/steps.ts';
import { ada, type World } from './support/world.ts';
import { titleBar, words } from '../support/words.ts';

const hello = { name: 'Hello, Ada' };
const meadowNotes = { app: 'Meadow Notes' };

/** The pages of Portico that a person got to see from now on. */
function pagesSeen(page: Page, { porticoUrl }: World): string[] {
  const seen: string[] = [];
  page.on('framenavigated', (frame) => {
    if (frame.url().startsWith(porticoUrl)) seen.push(frame.url());
  });
  return seen;
}

test('signs in, asks for consent, and the app gets its tokens', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await expect(page).toHaveTitle(titleBar(words('login.title', meadowNotes)));
  await signIn(page);
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(
    words('consent.share.title', meadowNotes),
  );
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
  expect(await readClaim(page, 'sub')).toBe(ada.subject);
  expect(await readClaim(page, 'email')).toBe(ada.login);
  await expect(page.getByText('It asked for your password.')).toBeVisible();
  await expect(page.getByText(/shared your profile and your email address\.$/)).toBeVisible();
});

test('asks nothing of a person who let everything be remembered', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  const seen = pagesSeen(page, world);
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('no password was asked')).toBeVisible();
  await expect(page.getByRole('heading', hello)).toBeVisible();
  expect(seen).toEqual([]);
});

test('asks again when the app wants more, or a fresh sign-in', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Ask for more' }).click();
  await page.getByRole('checkbox', { name: words('scope.phone.title') }).uncheck();
  await allow(page);
  await expect(page.getByText(/You left off your phone number\.$/)).toBeVisible();
  await page.getByRole('link', { name: 'Ask for the password again' }).click();
  await signIn(page, { isRemembered: true });
  await expect(page.getByText('It asked for your password.')).toBeVisible();
  await expect(page.getByText(/shared your profile and your email address\.$/)).toBeVisible();
});

test('tells the app when the person does not allow it', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await signIn(page);
  await page.getByRole('button', { name: words('consent.share.deny') }).click();
  await expect(page.getByText('access_denied')).toBeVisible();
  expect(page.url()).toContain(`${world.sampleUrl}/callback?`);
});

test('tells the app when the person cancels the sign-in', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await page.getByRole('button', { name: words('login.cancel', meadowNotes) }).click();
  await expect(page.getByText('access_denied')).toBeVisible();
  expect(page.url()).toContain(`${world.sampleUrl}/callback?`);
});

test('shows the form again, with what was typed, when the password is wrong', async ({
  page,
  world,
}) => {
  await pressInSampleApp(page, world, 'Sign in');
  await typeLogin(page, { password: 'wrong' });
  const [answer] = await Promise.all([
    page.waitForResponse(`${world.porticoUrl}/login`),
    page.locator('#accept').click(),
  ]);
  expect(answer.status()).toBe(400);
  await expect(page.getByRole('alert')).toContainText(words('login.wrong.title'));
  await expect(page.locator('#email')).toHaveValue(ada.login);
  await expect(page.locator('#password')).toHaveValue('');
  await expect(page.locator('#password')).toBeFocused();
  await page.locator('#password').fill(ada.password);
  await page.locator('#accept').click();
  await allow(page);
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

test('takes two quick clicks for one', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await typeLogin(page);
  await page.locator('#accept').dblclick();
  // The second click takes the place of the first, so the first navigation may end as aborted.
  await expect(page).toHaveURL(/\/consent\?/);
  await page.locator('#accept').dblclick();
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

test('leads back to the app when the back button is used after the end', async ({
  page,
  world,
}) => {
  await getTokens(page, world);
  // Back to the consent page, which has its answer already, and on to the app with it.
  await page.goBack();
  await expect(page.getByRole('heading', hello)).toBeVisible();
  // Back to the sign-in: the server gives this flow another consent, which is as good as answered.
  await page.goBack();
  await expect(
    page.getByRole('heading', { name: words('error.challenge_used.title') }),
  ).toBeVisible();
  await page.getByRole('link', { name: words('button.go_to', meadowNotes) }).click();
  await expect(page.getByRole('heading', hello)).toBeVisible();
});

test('needs no script in the browser', async ({ openBrowser, world }) => {
  const context = await openBrowser({ javaScriptEnabled: false });
  const page = await context.newPage();
  await getTokens(page, world, { isRemembered: true });
  await expect(page.getByRole('heading', hello)).toBeVisible();
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: words('logout.submit') }).click();
  await page.waitForURL(`${world.standIn.publicUrl}/**`);
});

test('works in a pop-up, which its opener can still see', async ({ page, world }) => {
  await page.goto(world.sampleUrl);
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate(() => void window.open('/sign-in/plain', 'sign-in', 'width=480,height=640')),
  ]);
  await signIn(popup);
  await allow(popup);
  await expect(popup.getByRole('heading', hello)).toBeVisible();
  expect(await popup.evaluate(() => window.opener !== null)).toBe(true);
});

test('carries requests of many kilobytes', async ({ page, world }) => {
  const state = 'long-'.repeat(2000);
  await page.goto(await authorizationUrl(world, {}, state));
  await signIn(page);
  await allow(page);
  await page.waitForURL((url) => url.searchParams.get('state') === state);
  expect(new URL(page.url()).searchParams.get('code')).toBeTruthy();
});

test('is not believed by the app in a browser that did not ask', async ({
  page,
  openBrowser,
  world,
}) => {
  const callback = `${world.sampleUrl}/callback?**`;
  await page.route(callback, (route) => route.fulfill({ status: 204 }));
  const called = page.waitForRequest(callback);
  await pressInSampleApp(page, world, 'Sign in');
  await signIn(page);
  await allow(page);
  const stranger = await (await openBrowser()).newPage();
  await stranger.goto(world.sampleUrl);
  await stranger.goto((await called).url());
  await expect(stranger.getByText('state_unknown')).toBeVisible();
});
