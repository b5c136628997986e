/** A password that is right, but has to be changed first. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Parts } from '../../src/assemble.ts';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp } from '../support/app.ts';
import { link } from '../support/page.ts';
import { foo } from '../support/people.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { words } from '../support/words.ts';

let stub: AdminStub;
let challenge: string;

beforeAll(async () => {
  stub = await startAdminStub();
});
beforeEach(() => stub.reset());
afterAll(() => stub.close());

const change = ({ identity, ...parts }: Parts): Parts => ({
  ...parts,
  identity: {
    ...identity,
    async verify(...asked) {
      const found = await identity.verify(...asked);
      return 'user' in found ? { refused: 'password_expired' } : found;
    },
  },
});

async function signIn(env: Record<string, string>, password: string, email = foo.email) {
  const app = await startApp(stub, env, { change });
  const browser = app.browser();
  challenge = stub.login(newChallenge());
  const form = await browser.get(addressOf('/login', 'login_challenge', challenge));
  const page = await browser.submit(form, { fill: { email, password } });
  await app.close();
  return page;
}

const pages = {
  CHANGE_PASSWORD_URL: 'https://account.example.org/password',
  FORGOT_PASSWORD_URL: 'https://account.example.org/forgot',
};
const said = ['title', 'text', 'text_nowhere', 'choose'].map((key) =>
  words(`login.expired.${key}`),
);

describe('an expired password', () => {
  test('is said to the one who has proven it, with a way to a new one, and nothing is answered', async () => {
    const page = await signIn(pages, 'foobar');
    expect(page.status).toBe(400);
    expect(page.text).toContain(words('login.expired.title'));
    expect(page.text).toContain(words('login.expired.text'));
    expect(page.text).not.toContain(words('login.wrong.title'));
    expect(link(page, words('login.expired.choose'))?.href).toBe(pages.CHANGE_PASSWORD_URL);
    expect(page.html).not.toContain('foobar');
    expect(stub.sent()).toEqual([]);
  });

  test('leads to the page for forgotten passwords, which can come back, where there is no other', async () => {
    const { FORGOT_PASSWORD_URL } = pages;
    const page = await signIn({ FORGOT_PASSWORD_URL }, 'foobar');
    const query = new URLSearchParams({ login_challenge: challenge }).toString();
    const { href } = link(page, words('login.expired.choose'))!;
    expect(href).toBe(`${FORGOT_PASSWORD_URL}?${query}`);
  });

  test('says whom to ask where there is no such page', async () => {
    const page = await signIn({}, 'foobar');
    expect(page.text).toContain(words('login.expired.text_nowhere'));
    expect(link(page, words('login.expired.choose'))).toBeUndefined();
  });

  test.each([
    ['a wrong password', 'sesame', foo.email],
    ['an unknown login', 'foobar', 'nobody@example.org'],
  ])('is not said to %s', async (_what, password, email) => {
    const page = await signIn(pages, password, email);
    expect(page.text).toContain(words('login.wrong.text'));
    for (const one of said) expect(page.text).not.toContain(one);
  });
});
