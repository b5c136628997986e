import { consentScreens, openConsent } from './support/consent-screens.ts';
import { expect, test } from './support/test.ts';
import { allow, getTokens, readClaim, signIn } from './support/steps.ts';
import { ada } from './support/world.ts';
import { words } from '../support/words.ts';

const charles = 'charles@example.org';

test('lets somebody else connect a device, though the server remembers who is signed in', async ({
  context,
  page,
  world,
}) => {
  await getTokens(page, world, { isRemembered: true });
  const tv = await context.newPage();
  await tv.goto(world.sampleUrl);
  await tv.getByRole('button', { name: 'Turn on the TV' }).click();
  const code = await tv.locator('#user-code').innerText();
  await page.goto(`${world.standIn.publicUrl}/oauth2/device/verify?user_code=${code}`);
  await page.locator('#verify').click();
  // Nobody was asked for a password.
  await page.waitForURL(/\/consent\?/);
  await expect(page.getByText(words('consent.who', { login: ada.login }))).toBeVisible();
  await page.getByRole('button', { name: words('person.change') }).click();

  await page.locator('#code').fill(code);
  await page.locator('#verify').click();
  await expect(page.locator('#email')).toHaveValue('');
  await signIn(page, { login: charles });
  await page.waitForURL(/\/consent\?/);
  await expect(page.getByText(words('consent.who', { login: charles }))).toBeVisible();
  await allow(page);
  await expect(tv.getByText('This TV is connected.')).toBeVisible({ timeout: 15_000 });
  expect(await readClaim(tv, 'sub')).not.toBe(ada.subject);
});

test('presses "no" by the Enter key, also where "Not you?" is a button', async ({
  page,
  world,
}) => {
  const [, open] = consentScreens.find(([name]) => name === 'consent-device')!;
  await open(page, world);
  await page.locator('#profile').focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: words('device.stopped.title') })).toBeVisible();
});

test('opens a fold by keyboard, and what is ticked in it is granted', async ({ page, world }) => {
  const unknown = Array.from({ length: 6 }, (_, i) => `part-${i}:read`);
  const scope = ['openid', 'email', ...unknown].join(' ');
  await openConsent(page, world, { scope });
  await expect(page.locator('[id="part-3:read"]')).toBeHidden();
  await page.locator('summary').focus();
  await page.keyboard.press('Enter');
  await page.locator('[id="part-3:read"]').check();
  const posted = page.waitForRequest((request) => request.method() === 'POST');
  await page.locator('#accept').click();
  const form = new URLSearchParams((await posted).postData() ?? '');
  expect(form.getAll('grant_scope')).toEqual(['email', 'part-3:read']);
});

test('a click anywhere in a row ticks its box', async ({ page, world }) => {
  await openConsent(page, world, { scope: 'openid profile email' });
  const box = page.locator('#email');
  const value = (await page.getByText('ada@example.org, ').boundingBox())!;
  await page.mouse.click(value.x + 5, value.y + value.height / 2);
  await expect(box).not.toBeChecked();
  await expect(box).toHaveAccessibleDescription(
    new RegExp(`^ada@example\\.org.* ${words('claim.verified')}$`),
  );
});
