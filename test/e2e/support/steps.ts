/** What people do, step by step. Fields are found by id, so the steps work in every language. */
import { createHash } from 'node:crypto';
import type { Page } from '@playwright/test';
import { ada, type World } from './world.ts';

const usualScopes = 'openid profile email';

/** Opens the sample app and presses one of its buttons. */
export async function pressInSampleApp(page: Page, world: World, label: string): Promise<void> {
  await page.goto(world.sampleUrl);
  await page.getByRole('link', { name: label, exact: true }).click();
}

/** Types what there is to type: a browser that knows the person asks for the password alone. */
export async function typeLogin(
  page: Page,
  { login = ada.login, password = ada.password, isRemembered = false } = {},
): Promise<void> {
  await page.locator('#password').fill(password);
  const field = page.locator('#email');
  if (await field.isVisible()) await field.fill(login);
  if (isRemembered) await wishToBeRemembered(page);
}

/** Presses a letter in the password, or takes it away again, while Caps Lock is on or off. */
export async function pressCapsLock(page: Page, isOn: boolean): Promise<void> {
  const field = page.locator('#password');
  await field.focus();
  await field.evaluate((input, on) => {
    const modifiers = { modifierCapsLock: on, bubbles: true };
    input.dispatchEvent(new KeyboardEvent('keyup', { key: 'CapsLock', ...modifiers }));
  }, isOn);
}

/** Ticks the box, or posts what it would where the view has none. */
async function wishToBeRemembered(page: Page): Promise<void> {
  const box = page.locator('#remember');
  if ((await box.count()) > 0) return box.check();
  const field = '<input type="hidden" name="remember" value="true">';
  await page.locator('#answer').evaluate((form, html) => {
    form.insertAdjacentHTML('beforeend', html);
  }, field);
}

export async function signIn(page: Page, who: Parameters<typeof typeLogin>[1] = {}): Promise<void> {
  await typeLogin(page, who);
  await page.locator('#accept').click();
}

/** Presses "Allow" on the consent page, which must be the one shown next. */
export async function allow(page: Page, { isRemembered = false } = {}): Promise<void> {
  await page.waitForURL(/\/consent(?:\?|$)/);
  if (isRemembered) await wishToBeRemembered(page);
  await page.locator('#accept').click();
}

/** Signs in to the sample app from its first page to the tokens. */
export async function getTokens(page: Page, world: World, { isRemembered = false } = {}) {
  await pressInSampleApp(page, world, 'Sign in');
  await signIn(page, { isRemembered });
  await allow(page, { isRemembered });
  await page.waitForURL(`${world.sampleUrl}/`);
}

/** The claim of the ID token in the fold of the sample app, as it stands there. */
export async function readClaim(page: Page, name: string): Promise<string> {
  const fold = page.locator('details').filter({ hasText: 'ID token' });
  if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
  const row = fold.getByRole('row', { name: new RegExp(`^${name} `) });
  return row.locator('td code').innerText();
}

export interface AppWish {
  name?: string;
  /** What it may ask for. */
  scope?: string;
  /** What it asks for; all that it may when not given. */
  asks?: string;
  audience?: string[];
  isChecked?: boolean;
  /** Where the answer goes; to a page that nobody waits behind when not given. */
  redirectUri?: string;
}

/** Registers an app and makes the address of its authorization request. */
export async function authorizationUrl(
  world: World,
  {
    name = 'Meadow Notes',
    scope = usualScopes,
    asks = scope,
    audience = [],
    isChecked = true,
    redirectUri: ownUri,
  }: AppWish = {},
  state = 'a state for the tests',
): Promise<string> {
  const redirectUri = ownUri ?? `${world.sampleUrl}/terms`;
  const app = { client_name: name, scope, audience, metadata: { checked: isChecked } };
  // The same id for the same app: its colour on the screens depends on it.
  const id = createHash('sha256')
    .update(JSON.stringify({ ...app, ownUri }))
    .digest('hex')
    .slice(0, 12);
  await world.register({
    ...app,
    client_id: id,
    redirect_uris: [redirectUri],
    policy_uri: `${world.sampleUrl}/policy`,
    tos_uri: `${world.sampleUrl}/terms`,
  });
  const query = new URLSearchParams({
    client_id: id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: asks,
    state,
    ...(audience.length > 0 && { audience: audience.join(' ') }),
  });
  return `${world.standIn.publicUrl}/oauth2/auth?${query.toString()}`;
}
