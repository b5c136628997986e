import type { BrowserContext, Page } from '@playwright/test';
import { expect, test } from './support/test.ts';
import { allow, readClaim, signIn } from './support/steps.ts';
import { ada, type World } from './support/world.ts';
import { titleBar, words } from '../support/words.ts';

const tvSignIn = titleBar(words('login.title', { app: 'Lantern TV' }));
const codeField = words('device.code');
const submit = { name: words('device.submit') };

/** A TV shows its code in one tab; a second one is the phone. */
async function connectTv(context: BrowserContext, { sampleUrl }: World) {
  const tv = await context.newPage();
  await tv.goto(sampleUrl);
  await tv.getByRole('button', { name: 'Turn on the TV' }).click();
  const code = await tv.locator('#user-code').innerText();
  return { tv, code, phone: await context.newPage() };
}

async function openVerification(tv: Page, phone: Page, link: 'plain' | 'withCode'): Promise<void> {
  const name = link === 'plain' ? 'Open the address' : /^Open it with the code inside/;
  await phone.goto((await tv.getByRole('link', { name }).getAttribute('href')) ?? '');
}

test('connects a TV whose code is typed with blanks and dashes', async ({ context, world }) => {
  const { tv, code, phone } = await connectTv(context, world);
  await openVerification(tv, phone, 'plain');
  await phone.getByLabel(codeField).fill(` ${code.slice(0, 4)}-${code.slice(4)} `);
  await phone.getByRole('button', submit).click();
  await signIn(phone);
  await allow(phone);
  await expect(
    phone.getByRole('heading', { name: words('device.done.title', { app: 'Lantern TV' }) }),
  ).toBeVisible();
  await expect(tv.getByText('This TV is connected.')).toBeVisible({ timeout: 15_000 });
  expect(await readClaim(tv, 'sub')).toBe(ada.subject);
});

test('never sends a code by itself that came with the address', async ({ context, world }) => {
  const { tv, code, phone } = await connectTv(context, world);
  await openVerification(tv, phone, 'withCode');
  await expect(phone.getByRole('heading', { name: words('device.given.title') })).toBeVisible();
  await expect(phone.locator('.given')).toHaveText(`${code.slice(0, 4)} ${code.slice(4)}`);
  await phone.getByRole('button', { name: words('device.given.yes') }).click();
  await expect(phone).toHaveTitle(tvSignIn);
});

test('drops a code that is not the one on the device, and asks for that', async ({
  context,
  world,
}) => {
  const { code, phone } = await connectTv(context, world);
  await phone.goto(`${world.standIn.publicUrl}/oauth2/device/verify?user_code=Some-Body`);
  await phone.getByRole('button', { name: words('device.given.no') }).click();
  await expect(phone.getByLabel(codeField)).toHaveValue('');
  await expect(phone.getByLabel(codeField)).toBeFocused();
  expect(phone.url()).toBe(`${world.porticoUrl}/device/verify`);
  await phone.getByLabel(codeField).fill(code);
  await phone.keyboard.press('Enter');
  await expect(phone).toHaveTitle(tvSignIn);
});

test('has a short address that leads to where codes are typed', async ({ context, world }) => {
  const { code, phone } = await connectTv(context, world);
  await phone.goto(`${world.porticoUrl}/device`);
  await expect(phone.getByLabel(codeField)).toBeFocused();
  await phone.goto(`${world.porticoUrl}/device?user_code=${code}`);
  await phone.getByRole('button', { name: words('device.given.yes') }).click();
  await expect(phone).toHaveTitle(tvSignIn);
});

test('asks again for a code that is wrong, and takes the right one then', async ({
  context,
  world,
}) => {
  const { tv, code, phone } = await connectTv(context, world);
  await openVerification(tv, phone, 'plain');
  await phone.getByLabel(codeField).fill('wrong');
  await phone.keyboard.press('Enter');
  await expect(phone.getByRole('alert')).toHaveText(words('device.wrong'));
  await expect(phone.getByLabel(codeField)).toHaveValue('wrong');
  await phone.getByLabel(codeField).fill(code);
  await phone.keyboard.press('Enter');
  await expect(phone).toHaveTitle(tvSignIn);
});

test('shares nothing with a TV that is not allowed', async ({ context, world }) => {
  const { tv, code, phone } = await connectTv(context, world);
  await openVerification(tv, phone, 'plain');
  await phone.getByLabel(codeField).fill(code);
  await phone.getByRole('button', submit).click();
  await signIn(phone);
  await phone.waitForURL(/\/consent\?/);
  await phone.locator('#reject').click();
  await expect(phone.getByRole('heading', { name: words('device.stopped.title') })).toBeVisible();
  expect(phone.url()).toBe(`${world.porticoUrl}/device/stopped`);
  await tv.reload();
  await expect(tv.locator('#user-code')).toHaveText(code);
});
