/** The app on the sign-in screen: its host if it imitates the house, its own line and colour if checked. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Page } from '../support/page.ts';
import { addressOf, newChallenge } from '../support/screens.ts';
import { until } from '../support/until.ts';
import { house, words } from '../support/words.ts';

let stub: AdminStub;
let open: TestApp;
let closed: TestApp;
let maker: Server;
let logo: string;

beforeAll(async () => {
  stub = await startAdminStub();
  open = await startApp(stub, { SELF_REGISTRATION: 'on', BRAND_SHORT_NAME: 'Portal' });
  closed = await startApp(stub);
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>';
  maker = createServer((_req, res) => res.end(drawing));
  await new Promise<void>((resolve) => maker.listen(0, '127.0.0.1', resolve));
  logo = `http://localhost:${(maker.address() as AddressInfo).port}/logo.svg`;
});
beforeEach(() => stub.reset());
afterAll(async () => {
  maker.close();
  await stub.close();
});

type Given = NonNullable<Parameters<AdminStub['login']>[1]>;
const shown = (given: Given, of = open): Promise<Page> =>
  of.browser().get(addressOf('/login', 'login_challenge', stub.login(newChallenge(), given)));

describe('an app that imitates the house', () => {
  const requestTo = (uri: string) =>
    `https://auth.example.org/oauth2/auth?redirect_uri=${encodeURIComponent(uri)}`;
  const given = (client_name: string, uri: string): Given => ({
    client: { client_name, created_at: '0001-01-01T00:00:00Z' },
    request_url: requestTo(uri),
  });

  test.each([`${house} Security Team`, 'My Portal'])('such as "%s" is its host', async (name) => {
    const page = await shown(given(name, 'https://portico-id.example/cb'));
    const app = 'portico-id.example';
    expect(page.heading).toBe(words('login.title', { app }));
    expect(page.text).toContain(words('login.cancel', { app }));
    expect(page.text).toContain(words('lookalike.text_undated', { name }));
  });

  test.each([
    ['goes to a scheme of its own', given(house, `${house.toLowerCase()}:/cb`)],
    [
      'runs on a device',
      {
        client: { client_name: house },
        request_url: 'https://auth.example.org/oauth2/device/verify?client_id=tv',
      },
    ],
  ])('has no name at all if it %s', async (_where, request) => {
    const page = await shown(request);
    expect(page.heading).toBe(words('login.title', { app: words('lookalike.app') }));
    expect(page.text).not.toMatch(/portico:|device\/verify/);
  });
});

describe('a client with a line, a colour and a logo of its own', () => {
  const brand = { accent: '#4a3fd1', lead: 'Stamps for your <late-night> scoops.' };
  const lead = `${brand.lead} ${words('login.lead')}`;
  const withBrand = (metadata: Record<string, unknown>): Given => ({
    client: { metadata, logo_uri: logo },
  });

  test('shows line and colour on its sign-in, also after a wrong password', async () => {
    await shown(withBrand({ brand }), closed);
    await until(() => closed.parts.clientLogos.addressFor({ logo_uri: logo }));
    const browser = closed.browser();
    const challenge = stub.login(newChallenge(), withBrand({ brand }));
    const page = await browser.get(addressOf('/login', 'login_challenge', challenge));
    const wrong = await browser.submit(page, { fill: { email: 'a', password: 'b' } });
    for (const one of [page, wrong]) {
      expect(one.text).toContain(lead);
      expect(one.html).toMatch(/<link rel="stylesheet" href="[^"]*4a3fd1[^"]*">/);
      expect(one.html).not.toContain(logo);
    }
  });

  test('shows none of them if nobody has checked it', async () => {
    for (const metadata of [{ brand }, { brand, checked: 'true' }]) {
      const page = await shown(withBrand(metadata));
      expect(page.text).not.toContain(brand.lead);
      expect(page.html).not.toMatch(/4a3fd1|client-logo|<img src="\/client/);
    }
    expect((await shown(withBrand({ brand, checked: true }))).text).toContain(brand.lead);
  });
});

test('cancelling a device flow promises no way back to the app', async () => {
  const page = await shown(stub.inDeviceFlow, closed);
  expect(page.text).toContain(words('login.cancel_device'));
  expect(page.text).not.toContain(words('login.cancel', { app: 'Meadow Notes' }));
});
