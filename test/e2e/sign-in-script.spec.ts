/** What the script of the sign-in screen adds, and that nothing else is missing without it. */
import type { Page } from '@playwright/test';
import { words } from '../support/words.ts';
import { openKnown, openLogin } from './support/screens.ts';
import { pressCapsLock, pressInSampleApp, signIn, typeLogin } from './support/steps.ts';
import { expect, test } from './support/test.ts';
import { ada } from './support/world.ts';

test('shows the password and hides it again, by a button that says so', async ({ page, world }) => {
  await openLogin(page, world);
  const field = page.locator('#password');
  const button = (key: string) => page.getByRole('button', { name: words(key), exact: true });
  await typeLogin(page);
  await expect(field).toHaveAttribute('type', 'password');
  await expect(button('login.show_spoken')).toHaveText(words('login.show'));
  await button('login.show_spoken').click();
  await expect(field).toHaveAttribute('type', 'text');
  await expect(field).toHaveValue(ada.password);
  await expect(button('login.hide_spoken')).toHaveText(words('login.hide'));
  await button('login.hide_spoken').click();
  await expect(field).toHaveAttribute('type', 'password');
  await button('login.show_spoken').click();
  await field.press('Enter');
  await page.waitForURL(/\/consent\?/);
});

test('says that Caps Lock is on, as long as it is and somebody types', async ({ page, world }) => {
  await openLogin(page, world);
  const status = page.getByRole('status');
  await expect(status).toHaveText('');
  const heightOf = async () => (await page.locator('#accept').boundingBox())!.y;
  const before = await heightOf();
  await pressCapsLock(page, true);
  await expect(status).toHaveText(words('login.caps_lock'));
  await pressCapsLock(page, false);
  await expect(status).toHaveText('');
  expect(await heightOf()).toBe(before);
  await pressCapsLock(page, true);
  await page.locator('#email').focus();
  await expect(status).toHaveText('');
});

/**
 * Presses a button, then "Sign in" twice more, all before any answer can come.
 * @returns the label after each, and whether the form was sent
 */
function press(page: Page, first: string) {
  return page.evaluate((id) => {
    const submit = document.querySelector<HTMLButtonElement>('#accept')!;
    const seen: [label: string | null, isBusy: boolean, isSent: boolean][] = [];
    let isSent = false;
    const catchSubmit = (event: Event) => {
      isSent = !event.defaultPrevented;
      event.preventDefault(); // or the page would go
    };
    document.addEventListener('submit', catchSubmit);
    const note = () => {
      seen.push([submit.textContent, submit.getAttribute('aria-busy') === 'true', isSent]);
    };
    document.querySelector<HTMLButtonElement>(id)!.click();
    note();
    submit.click();
    note();
    submit.form!.requestSubmit();
    note();
    document.removeEventListener('submit', catchSubmit);
    return seen;
  }, first);
}

const [usual, busy] = [words('login.submit'), words('login.busy')];

test('is busy after one press, and sends the form once', async ({ page, world }) => {
  await openLogin(page, world);
  await typeLogin(page);
  await expect(page.locator('#accept')).toHaveText(usual);
  expect(await press(page, '#accept')).toEqual([
    [busy, true, true],
    [busy, true, false],
    [busy, true, false],
  ]);
  await page.locator('.show').click();
  // As browsers do for a page that they kept whole, which not every one of them can do here.
  await page.evaluate(() => {
    dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
  });
  await expect(page.locator('#accept')).toHaveText(usual);
  await expect(page.locator('#accept')).toHaveAttribute('aria-busy', 'false');
  await expect(page.locator('#password')).toHaveAttribute('type', 'password');
  expect((await press(page, '#accept'))[0]).toEqual([busy, true, true]);
});

test('is not busy with a cancelled sign-in or another language', async ({ page, world }) => {
  for (const button of ['#reject', '[name=lang]']) {
    await openLogin(page, world);
    expect((await press(page, button))[0]).toEqual([usual, false, true]);
  }
});

test('sends the decision of the button that is busy', async ({ page, world }) => {
  await openLogin(page, world);
  await typeLogin(page);
  const [post] = await Promise.all([
    page.waitForRequest((request) => request.method() === 'POST'),
    page.locator('#accept').click(),
  ]);
  expect(post.postData()).toContain('decision=accept');
  await page.waitForURL(/\/consent\?/);
});

test('asks a browser that knows somebody for the password alone', async ({ page, world }) => {
  await openKnown(page, world);
  await expect(page.locator('#password')).toBeFocused();
  await expect(page.locator('#email')).toBeHidden();
  await expect(page.locator('.person')).toContainText(ada.login);
  await page.getByRole('link', { name: words('person.change') }).click();
  await expect(page.locator('#email')).toBeFocused();
  await expect(page.locator('#email')).toHaveValue('');
  await page.goBack();
  await signIn(page);
  await page.waitForURL(/\/consent\?/);
});

test('leads from the consent of somebody else to an empty form', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await signIn(page, { isRemembered: true });
  await page.waitForURL(/\/consent\?/);
  await page.getByRole('link', { name: words('person.change') }).click();
  await page.waitForURL(/\/login\?/);
  await expect(page.locator('#email')).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^Sign in to/);
});

test.describe('without scripts', () => {
  test('everything is there but the three things', async ({ openBrowser, world }) => {
    const context = await openBrowser({ javaScriptEnabled: false });
    const page = await context.newPage();
    await openLogin(page, world);
    await expect(page.locator('.show')).toBeHidden();
    await expect(page.getByRole('status')).toHaveText('');
    await expect(page.getByRole('link', { name: words('login.forgot') })).toBeVisible();
    await signIn(page, { password: 'wrong' });
    await expect(page.locator('#notice')).toContainText(words('login.wrong.title'));
    await signIn(page, { isRemembered: true });
    await page.waitForURL(/\/consent\?/);
    await openLogin(page, world);
  });
});
