import { expect, test } from './support/test.ts';
import { getTokens, pressInSampleApp, readClaim } from './support/steps.ts';
import { words } from '../support/words.ts';

const signOut = { name: words('logout.submit') };
const meadowNotes = { app: 'Meadow Notes' };

test('signs out everywhere and tells the app on both channels', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Sign out' }).click();
  await expect(page.getByText(words('logout.lead', meadowNotes))).toBeVisible();
  await expect(page.getByText('ada@example.org')).toBeVisible();
  await page.getByRole('button', signOut).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
  expect(page.url()).toContain(`${world.sampleUrl}/signed-out?state=`);
  await expect(page.getByText('A hidden frame in the browser told this app.')).toBeVisible();
  await expect(page.getByText('The session of Ada Lovelace is over.').first()).toBeVisible();
  await expect(async () => {
    await page.goto(world.sampleUrl);
    await expect(page.getByText('The server posted a logout token')).toBeVisible();
  }).toPass();
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await expect(page.locator('#password')).toBeVisible();
});

test('leaves a person signed in who wants to stay', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  await page.getByRole('link', { name: 'Sign out' }).click();
  await page.getByRole('button', { name: words('logout.stay') }).click();
  await expect(page.getByRole('heading', { name: words('stayed.title') })).toBeVisible();
  await page.getByRole('link', { name: words('stayed.app', meadowNotes) }).click();
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
  await page.getByRole('link', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('no password was asked')).toBeVisible();
});

test('asks nothing when the server had not remembered the person', async ({ page, world }) => {
  await getTokens(page, world);
  await page.getByRole('link', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'You are signed out' })).toBeVisible();
});

test('signs out without an app, and from the start page', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  await page.goto(`${world.standIn.publicUrl}/oauth2/sessions/logout`);
  await expect(page.getByText(words('logout.lead_self'))).toBeVisible();
  await page.getByRole('button', signOut).click();
  await page.waitForURL(`${world.porticoUrl}/logged-out`);
  await expect(page.getByRole('heading', { name: words('logged_out.title') })).toBeVisible();
  await pressInSampleApp(page, world, 'Sign in');
  await expect(page.locator('#password')).toBeVisible();
});

test('leads back to an app that has no page for it', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  const begun = await page.request.get(`${world.sampleUrl}/sign-out`, { maxRedirects: 0 });
  const address = new URL(begun.headers()['location'] ?? '');
  address.searchParams.delete('post_logout_redirect_uri');
  await page.goto(address.href);
  await page.getByRole('button', signOut).click();
  await expect(page.getByRole('heading', { name: words('logged_out.title') })).toBeVisible();
  await page.getByRole('link', { name: words('button.go_to', meadowNotes) }).click();
  await page.waitForURL(`${world.sampleUrl}/`);
});

test('is not believed by the app when somebody else says it', async ({ page, world }) => {
  await getTokens(page, world, { isRemembered: true });
  const sid = await readClaim(page, 'sid');
  const forged = `${btoa('{"alg":"none"}')}.${btoa(JSON.stringify({ sid, aud: 'portico-sample' }))}.`;
  const posted = await page.request.post(`${world.sampleUrl}/backchannel-logout`, {
    form: { logout_token: forged },
  });
  expect(posted.status()).toBe(400);
  const framed = await page.request.get(
    `${world.sampleUrl}/frontchannel-logout?iss=http://elsewhere&sid=${sid}`,
  );
  expect(framed.status()).toBe(400);
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
});
