/** People of every home sign in to an app. Those of a directory and of other sites have specs of their own. */
import { whyNoPostgres } from '@portico/database/testing';
import { demoUsers } from '../../dev/demo-users.ts';
import { notRun } from '../support/not-run.ts';
import { password } from '../support/people.ts';
import { words } from '../support/words.ts';
import {
  apiHome,
  dora,
  greta,
  sqlHome,
  yourTablesHome,
  type PeopleHome,
} from './support/people-homes.ts';
import { allow, pressInSampleApp, readClaim, signIn } from './support/steps.ts';
import { expect, test as usual } from './support/test.ts';
import { ada, createWorld, type World } from './support/world.ts';

type HouseTest = ReturnType<typeof testIn>;

/** A test in a house whose people live there. */
function testIn(open: () => Promise<PeopleHome>, people: readonly { subject: string }[]) {
  return usual.extend<object, { home: PeopleHome; world: World }>({
    home: [
      // oxlint-disable-next-line no-empty-pattern -- Playwright reads its names from it
      async ({}, use) => {
        const home = await open();
        await use(home);
        await home.close();
      },
      { scope: 'worker', timeout: 60_000 },
    ],
    world: [
      async ({ home: { settings } }, use) => {
        const world = await createWorld({ settings, people });
        await use(world);
        await world.close();
      },
      { scope: 'worker' },
    ],
  });
}

const who = { login: greta.email, password };
const wrong = words('login.wrong.title');

function signsIn(test: HouseTest, what: string): void {
  test(`${what}: a wrong password, the right one, and the app gets the claims`, async ({
    page,
    world,
  }) => {
    await pressInSampleApp(page, world, 'Sign in');
    await signIn(page, { ...who, password: 'sesame' });
    await expect(page.getByRole('alert')).toContainText(wrong);
    await signIn(page, who);
    await expect(page.getByText(greta.name).first()).toBeVisible();
    await allow(page);
    await expect(page.getByRole('heading', { name: 'Hello, Greta' })).toBeVisible();
    expect(await readClaim(page, 'sub')).toBe(greta.subject);
    expect(await readClaim(page, 'email')).toBe(greta.email);
  });

  test(`${what}: who is disabled gets no further, and is told no more than anybody`, async ({
    page,
    world,
  }) => {
    await pressInSampleApp(page, world, 'Sign in');
    await signIn(page, { ...who, login: dora.email });
    await expect(page.getByRole('alert')).toContainText(wrong);
    await expect(page).toHaveURL(new RegExp(`^${world.porticoUrl}/login`));
  });
}

function goesOn(test: HouseTest, what: string): void {
  test(`${what}: while nobody can be asked there is a page that says so, and "Try again" works`, async ({
    page,
    world,
    home,
  }) => {
    await pressInSampleApp(page, world, 'Sign in');
    await home.way!.cut();
    const answer = page.waitForResponse((one) => one.request().method() === 'POST');
    await signIn(page, who);
    expect((await answer).status()).toBe(503);
    const title = words('error.user_store_down.title');
    await expect(page.getByRole('heading', { name: title })).toBeVisible();
    await home.way!.mend();
    await page.getByRole('link', { name: words('button.try_again') }).click();
    await signIn(page, who);
    await allow(page);
    await expect(page.getByRole('heading', { name: 'Hello, Greta' })).toBeVisible();
  });
}

const onPglite = testIn(() => sqlHome('PGlite'), [greta]);
signsIn(onPglite, 'sql on PGlite');

const api = testIn(apiHome, [greta]);
signsIn(api, 'http');
goesOn(api, 'http');

const why = whyNoPostgres();
const yours = testIn(() => yourTablesHome(why ? 'PGlite' : 'PostgreSQL'), [greta]);
signsIn(yours, 'sql with tables of your own');
if (why) notRun('a database that is away, in a browser', why);
else goesOn(yours, 'sql with tables of your own');

const both = testIn(() => sqlHome('PGlite', 'file,sql'), demoUsers);
signsIn(both, 'file,sql');
both('file,sql: people of the file sign in on the same screen', async ({ page, world }) => {
  await pressInSampleApp(page, world, 'Sign in');
  await signIn(page, ada);
  await allow(page);
  await expect(page.getByRole('heading', { name: 'Hello, Ada' })).toBeVisible();
});
