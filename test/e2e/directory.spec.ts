/** People of an LDAP directory sign in: `IDENTITY=ldap`. */
import { notRun } from '../support/not-run.ts';
import { settingsFor, sshaOf } from '../support/directory.ts';
import { slapdMissing, startSlapd, suffix, type Slapd } from '../support/slapd.ts';
import { words } from '../support/words.ts';
import { allow, pressInSampleApp, readClaim, signIn } from './support/steps.ts';
import { expect, test as usual } from './support/test.ts';
import { createWorld } from './support/world.ts';

const greta = {
  dn: `uid=greta,ou=people,${suffix}`,
  objectClass: 'inetOrgPerson',
  uid: 'greta',
  cn: 'Greta Sample',
  givenName: 'Greta',
  sn: 'Sample',
  mail: 'greta@example.org',
  userPassword: sshaOf('correct horse'),
};
const choir = {
  dn: `cn=choir,${suffix}`,
  objectClass: 'groupOfNames',
  cn: 'choir',
  member: greta.dn,
};
const people = { dn: `ou=people,${suffix}`, objectClass: 'organizationalUnit', ou: 'people' };
const who = { login: 'Greta', password: 'correct horse' };

const test = usual.extend<object, { directory: Slapd }>({
  directory: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads its names from it
    async ({}, use) => {
      const directory = await startSlapd({ entries: [people, greta, choir] });
      await use(directory);
      await directory.close();
    },
    { scope: 'worker' },
  ],
  world: [
    async ({ directory }, use) => {
      const world = await createWorld({
        people: [{ subject: greta.uid }],
        settings: {
          ...settingsFor(directory),
          IDENTITY: 'ldap',
          LDAP_SUBJECT: 'uid',
          LDAP_GROUP_FILTER: '(member={dn})',
          SCOPE_CLAIMS: '{"email": ["groups"]}',
        },
      });
      await use(world);
      await world.close();
    },
    { scope: 'worker' },
  ],
});

if (slapdMissing) notRun('a sign-in from a directory in a browser', slapdMissing);
else {
  test('signs in with a username of the directory, and the app gets claims and groups', async ({
    page,
    world,
  }) => {
    await pressInSampleApp(page, world, 'Sign in');
    await signIn(page, { ...who, password: 'wrong' });
    await expect(page.getByRole('alert')).toContainText(words('login.wrong.title'));
    await signIn(page, who);
    await expect(page.getByText('Greta Sample')).toBeVisible();
    await expect(page.getByText('choir')).toBeVisible();
    await allow(page);
    await expect(page.getByRole('heading', { name: 'Hello, Greta' })).toBeVisible();
    expect(await readClaim(page, 'sub')).toBe(greta.uid);
    expect(await readClaim(page, 'groups')).toContain('choir');
  });

  test('says that the directory is away, and goes on when it is back', async ({
    page,
    world,
    directory,
  }) => {
    await pressInSampleApp(page, world, 'Sign in');
    await directory.stop();
    const [answer] = await Promise.all([
      page.waitForResponse(`${world.porticoUrl}/login`),
      signIn(page, who),
    ]);
    expect(answer.status()).toBe(503);
    await directory.start();
    await page.getByRole('link', { name: words('button.try_again') }).click();
    await signIn(page, who);
    await allow(page);
    await expect(page.getByRole('heading', { name: 'Hello, Greta' })).toBeVisible();
  });
}
