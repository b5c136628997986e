/** Signing out here, and at the provider where the person has signed in. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startAdminStub, type AdminStub } from '../support/admin-stub.ts';
import { startApp, type TestApp } from '../support/app.ts';
import type { Browser, Page } from '../support/browser.ts';
import {
  providerClient,
  startOpenIdProvider,
  type OpenIdProvider,
} from '../support/openid-provider.ts';
import { addressOf, foosLogin, newChallenge } from '../support/screens.ts';

let stub: AdminStub;
let work: OpenIdProvider;
let app: TestApp;
let hasEnd = true;

beforeAll(async () => {
  stub = await startAdminStub();
  work = await startOpenIdProvider();
  work.manners.discovery = (all) => ({
    ...all,
    ...(hasEnd && { end_session_endpoint: `${work.issuer}/end?of=session` }),
  });
  const entry = { name: 'Work', issuer: work.issuer, ...providerClient };
  app = await startApp(stub, {
    IDENTITY: 'file,openid',
    OPENID_PROVIDERS: JSON.stringify([
      { ...entry, id: 'acme', sign_out: true },
      { ...entry, id: 'quiet' },
      { ...entry, id: 'endless', sign_out: true },
    ]),
  });
});
afterEach(() => stub.reset());
afterAll(async () => {
  await app.close();
  await Promise.all([stub.close(), work.close()]);
});

type Given = Parameters<AdminStub['login']>[1];
const login = (given?: Given) =>
  addressOf('/login', 'login_challenge', stub.login(newChallenge('login'), given));

/** A browser in which somebody has signed in with this provider, and who that is. */
async function signedIn(way = 'acme'): Promise<{ browser: Browser; subject: string }> {
  const browser = app.browser();
  const left = await browser.submit(await browser.get(login()), { press: way });
  await browser.follow(await browser.follow(left));
  const [{ body } = {}] = stub.sent('login.accept');
  stub.reset();
  return { browser, subject: String(body?.['subject']) };
}

async function signOut(browser: Browser, subject: string): Promise<Page> {
  const challenge = stub.logout(newChallenge('logout'), { subject });
  const page = await browser.get(addressOf('/logout', 'logout_challenge', challenge));
  return browser.submit(page, { press: 'accept' });
}

describe('with "sign_out", signing out', () => {
  test('visits the provider first, and goes on when the browser is back', async () => {
    const { browser, subject } = await signedIn();
    const left = new URL((await signOut(browser, subject)).leadsTo!);
    const { state, id_token_hint, ...others } = Object.fromEntries(left.searchParams);
    expect(left.origin + left.pathname).toBe(`${work.issuer}/end`);
    expect(id_token_hint).toMatch(/^eyJ/);
    expect(others).toEqual({
      of: 'session',
      client_id: 'portico',
      post_logout_redirect_uri: `${app.publicUrl}/upstream/acme/signed-out`,
    });
    expect(browser.cookies()).not.toHaveProperty([app.cookie('session')]);
    const back = await browser.get(`/upstream/acme/signed-out?state=${state}`);
    expect(back.leadsTo).toContain('logout_verifier=');
    const again = await browser.get(`/upstream/acme/signed-out?state=${state}`);
    expect(again.leadsTo).toBe('/logged-out');
  });

  test('on the start page does so, too', async () => {
    const { browser } = await signedIn();
    const page = await browser.submit(await browser.get('/'), { press: 'sign_out' });
    expect(page.leadsTo).toContain(`${work.issuer}/end`);
    const state = new URL(page.leadsTo!).searchParams.get('state')!;
    const back = await browser.get(`/upstream/acme/signed-out?state=${state}`);
    expect(back.leadsTo).toBe(`${stub.publicUrl}/oauth2/sessions/logout`);
  });

  test('has ended even if the browser never comes back', async () => {
    const { browser, subject } = await signedIn();
    await signOut(browser, subject);
    const request_url = 'https://auth.example.org/oauth2/auth?client_id=meadow-notes';
    const page = await browser.get(login({ skip: true, subject, request_url }));
    expect(stub.sent('login.accept')).toEqual([]);
    expect(stub.sent('loginSessions.revoke')).toHaveLength(1);
    expect(page.leadsTo).toContain('prompt=login');
    // Whoever signs in now is remembered again.
    const form = await browser.get(login());
    await browser.submit(form, { press: 'accept', fill: foosLogin });
    const remembered = login({ skip: true, subject: foosLogin.email });
    expect((await browser.get(remembered)).leadsTo).toContain('login_verifier=');
  });

  test('leads nowhere else for a browser that did not leave', async () => {
    const { browser, subject } = await signedIn();
    const left = new URL((await signOut(browser, subject)).leadsTo!);
    const state = left.searchParams.get('state')!;
    for (const other of [app.browser(), browser]) {
      const wrong = other === browser ? 'another' : state;
      // oxlint-disable-next-line no-await-in-loop
      const page = await other.get(`/upstream/acme/signed-out?state=${wrong}`);
      expect(page.leadsTo).toBe('/logged-out');
    }
  });

  test('of a provider without such an address is a plain one', async () => {
    hasEnd = false;
    const { browser, subject } = await signedIn('endless');
    hasEnd = true;
    expect((await signOut(browser, subject)).leadsTo).toContain('logout_verifier=');
  });
});

test('without "sign_out", or after a password, signing out visits no provider', async () => {
  const { browser, subject } = await signedIn('quiet');
  expect((await signOut(browser, subject)).leadsTo).toContain('logout_verifier=');
  await browser.submit(await browser.get(login()), { press: 'accept', fill: foosLogin });
  expect((await signOut(browser, foosLogin.email)).leadsTo).toContain('logout_verifier=');
});
