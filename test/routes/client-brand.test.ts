/** A checked client brings its colour and its line to its own sign-in, and to nothing else. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Page } from '../support/page.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { house, words } from '../support/words.ts';

let stub: AdminStub;
let app: TestApp;

beforeAll(async () => {
  stub = await startAdminStub();
  app = await startApp(stub, { SELF_REGISTRATION: 'on' });
});
beforeEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await stub.close();
});

const line = 'Stamps for your late-night scoops.';
const moonbar = { checked: true, brand: { accent: '#4A3FD1', lead: line } };

const signInOf = (metadata: Record<string, unknown>, more = {}) => {
  const challenge = stub.login(newChallenge(), {
    client: { client_name: 'Moonbar', metadata, ...more },
  });
  return addressOf('/login', 'login_challenge', challenge);
};
const accentOf = ({ html }: Page) =>
  /<link rel="stylesheet" href="[^"]*\/accent\/([^"]+)\.css">/.exec(html)?.[1];
const lead = words('login.lead', { app: 'Moonbar', house });

describe('on its own sign-in', () => {
  test('a checked client has its accent, and its line before ours', async () => {
    const page = await app.browser().get(signInOf(moonbar));
    expect(accentOf(page)).toBe('4a3fd1');
    expect(page.text).toContain(`${line} ${lead}`);
    const sheets = [...page.html.matchAll(/<link rel="stylesheet" href="([^"]+)">/g)];
    const address = sheets.at(-1)![1]!;
    expect((await app.browser().get(address)).html).toContain('--fill:#4a3fd1;');
  });

  test('it keeps them when the form comes back', async () => {
    const browser = app.browser();
    const form = await browser.get(signInOf(moonbar));
    const wrong = await browser.submit(form, { fill: { email: 'a', password: 'b' } });
    expect([accentOf(wrong), wrong.text.includes(line)]).toEqual(['4a3fd1', true]);
  });

  test('one that nobody has checked has neither', async () => {
    const page = await app.browser().get(signInOf({ ...moonbar, checked: false }));
    expect([accentOf(page), page.text.includes(line)]).toEqual([undefined, false]);
    expect(page.text).toContain(lead);
  });

  test('neither has one that imitates the house', async () => {
    const fake = { client_name: `${house} Login` };
    const page = await app.browser().get(signInOf({ ...moonbar, checked: false }, fake));
    expect([accentOf(page), page.text.includes(line)]).toEqual([undefined, false]);
  });

  test.each([[{ accent: 'red', lead: 7 }], ['#4a3fd1'], [null], [[]]])(
    'nonsense changes nothing: %j',
    async (brand) => {
      const page = await app.browser().get(signInOf({ checked: true, brand }));
      expect([page.status, accentOf(page)]).toEqual([200, undefined]);
      expect(page.text).toContain(lead);
    },
  );

  test('its line is text', async () => {
    const evil = '<img src=x onerror=alert(1)>"';
    const page = await app.browser().get(signInOf({ checked: true, brand: { lead: evil } }));
    expect(page.html).not.toContain('<img src=x');
    expect(page.text).toContain(evil);
  });
});

test('a page about a fault is the house’s, also when it knows the client', async () => {
  const browser = app.browser();
  const form = await browser.get(signInOf(moonbar));
  const odd = await browser.submit(form, { add: [['decision', 'perhaps']] });
  expect(odd.status).toBe(400);
  expect([accentOf(odd), odd.text.includes(line)]).toEqual([undefined, false]);
});

test('where clients cannot register themselves, all of them count as checked', async () => {
  const own = await startApp(stub);
  const page = await own.browser().get(signInOf({ brand: moonbar.brand }));
  expect([accentOf(page), page.text.includes(line)]).toEqual(['4a3fd1', true]);
  await own.close();
});

test('a client with the short name of the house imitates it', async () => {
  const own = await startApp(stub, {
    SELF_REGISTRATION: 'on',
    BRAND_NAME: 'Nordlicht Genossenschaftsbank',
    BRAND_SHORT_NAME: 'Nordlicht',
  });
  const page = await own.browser().get(signInOf({}, { client_name: 'Nordlicht Login' }));
  expect(page.heading).not.toContain('Nordlicht Login');
  expect(page.text).toContain(words('lookalike.title', { house: 'Nordlicht' }));
  await own.close();
});
