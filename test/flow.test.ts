/**
 * A client, the OAuth2 server, the app and a browser without pictures, all real: whole flows as
 * people go through them. The server is a stand-in, or the real one that `HYDRA_PUBLIC_URL`,
 * `HYDRA_ADMIN_URL` and `HYDRA_APP_URL` name (the last is where that one expects this app).
 */
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { randomUUID } from 'node:crypto';
import * as oidc from 'openid-client';
import type { NewClient } from '@portico/hydra-admin';
import { isProfile, profiles, startStandIn } from '@portico/hydra-stand-in';
import { startSampleClient } from '../dev/sample-client.ts';
import { isAtHand } from '../packages/hydra-stand-in/test/world.ts';
import { openBrowser, type Browser, type FormWork, type Page } from './support/browser.ts';
import { control, link, textsOf } from './support/page.ts';
import { ada, foo, password, removeUsersFile, writeUsersFile } from './support/people.ts';
import { serveApp, type ServedApp } from './support/serve-app.ts';
import { words } from './support/words.ts';

// A busy machine takes its time.
jest.setTimeout(60_000);

const { HYDRA_PUBLIC_URL, HYDRA_ADMIN_URL, HYDRA_APP_URL } = process.env;
const isStandIn = HYDRA_PUBLIC_URL === undefined;
const callback = 'http://localhost:5555/callback';
const bye = 'http://localhost:5555/bye';

interface OAuth2Server {
  publicUrl: string;
  issuer: string;
  adminUrl: string;
  close(): Promise<void>;
}

describe.each(Object.keys(profiles).filter(isProfile).filter(isAtHand))(
  'in front of %s',
  (profile) => {
    const { has, cookies, challenges, isExpiryTold } = profiles[profile];
    let app: ServedApp;
    let appUrl: string;
    let oauth2: OAuth2Server;
    let usersFile: string;
    /** How far the clock of the stand-in is ahead. */
    let aheadMs = 0;

    let browser: Browser;
    let sample: Awaited<ReturnType<typeof startSampleClient>> | undefined;

    beforeAll(async () => {
      usersFile = await writeUsersFile();
      app = await serveApp(settingsAt, {
        port: HYDRA_APP_URL ? Number(new URL(HYDRA_APP_URL).port) : 0,
      });
    });

    beforeEach(() => {
      browser = newBrowser();
    });

    // Also when the test failed: a server that is left open keeps the whole run from ending.
    afterEach(async () => {
      await sample?.close();
      sample = undefined;
    });

    afterAll(async () => {
      await app.close();
      await oauth2.close();
      await removeUsersFile(usersFile);
    });

    /** Starts the server as well: it must know where the app is, and the app where the server is. */
    async function settingsAt(port: number) {
      appUrl = HYDRA_APP_URL ?? `http://127.0.0.1:${port}`;
      oauth2 = await openOAuth2Server();
      return {
        BASE_URL: appUrl,
        HYDRA_ADMIN_URL: oauth2.adminUrl,
        HYDRA_PUBLIC_URL: oauth2.publicUrl,
        HYDRA_TIMEOUT_MS: '20000',
        COOKIE_SECRET: 'the-secret-of-the-flow-tests-0123456789',
        USERS_FILE: usersFile,
        LOG_LEVEL: 'silent',
      };
    }

    async function openOAuth2Server(): Promise<OAuth2Server> {
      if (HYDRA_PUBLIC_URL && HYDRA_ADMIN_URL) {
        const [publicUrl = '', adminUrl = ''] = [HYDRA_PUBLIC_URL, HYDRA_ADMIN_URL].map((url) =>
          url.replace(/\/+$/, ''),
        );
        return { publicUrl, issuer: `${publicUrl}/`, adminUrl, close: async () => {} };
      }
      const now = () => Date.now() + aheadMs;
      return startStandIn({ publicPort: 0, adminPort: 0, appUrl, now, profile });
    }

    const newBrowser = () =>
      openBrowser({ url: `http://127.0.0.1:${new URL(appUrl).port}`, publicUrl: appUrl });

    const register = (changes: NewClient = {}) =>
      app.parts.hydra.clients.create({
        client_id: `app-${randomUUID()}`,
        client_name: 'Meadow Notes',
        client_secret: 'a-client-secret',
        redirect_uris: [callback],
        post_logout_redirect_uris: [bye],
        grant_types: ['authorization_code', 'refresh_token'],
        scope: 'openid offline_access profile email',
        ...changes,
      });

    /** An app as its makers write it. */
    async function openClient(changes: NewClient = {}) {
      const { client_id: id, client_secret: secret } = await register(changes);
      const config = await oidc.discovery(
        new URL(oauth2.issuer),
        id,
        undefined,
        oidc.ClientSecretBasic(secret),
        { execute: [oidc.allowInsecureRequests] },
      );

      /** One sign-in, from its address to its tokens. */
      async function attempt(parameters: Record<string, string> = {}) {
        const verifier = oidc.randomPKCECodeVerifier();
        const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
        const url = oidc.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: 'openid email',
          state,
          nonce,
          code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
          ...parameters,
        });
        const redeem = async (place: Place) => {
          const tokens = await oidc.authorizationCodeGrant(config, place.url, {
            expectedState: state,
            expectedNonce: nonce,
            pkceCodeVerifier: verifier,
          });
          return { ...tokens, claims: tokens.claims()! };
        };
        return { url: url.href, state, redeem };
      }

      return { id, config, attempt };
    }

    type Client = Awaited<ReturnType<typeof openClient>>;

    /** Where a browser came to rest: at a page, or back at the client. */
    interface Place {
      url: URL;
      page: Page | undefined;
      /** What the client was told. */
      told: Record<string, string>;
    }

    /** Goes on from page to page until a person has to do something, or the client takes over. */
    async function travel(by: Browser, from: string | Page): Promise<Place> {
      let page = typeof from === 'string' ? await by.get(from) : from;
      for (let hops = 0; page.leadsTo !== undefined && hops < 12; hops++) {
        const url = new URL(page.leadsTo, page.url);
        if (url.href.startsWith('http://localhost:5555/')) {
          return { url, page: undefined, told: Object.fromEntries(url.searchParams) };
        }
        page = await by.get(url.href);
      }
      return { url: new URL(page.url), page, told: {} };
    }

    /** The page where a browser came to rest, which must be this one of the app's. */
    function pageAt({ page, url }: Place, path: string): Page {
      expect(url.href.slice(0, appUrl.length + path.length)).toBe(appUrl + path);
      return page!;
    }

    const asFoo: FormWork = { press: 'accept', fill: { email: foo.email, password: 'foobar' } };
    const asAda: FormWork = { press: 'accept', fill: { email: 'ada', password } };
    const remembered: FormWork = { wish: { remember: 'true' } };
    const allow: FormWork = { press: 'accept' };
    const deny: FormWork = { press: 'reject' };

    /** Does what a form asks for, and goes on from there. */
    async function answer(by: Browser, place: Place, path: string, work: FormWork): Promise<Place> {
      return travel(by, await by.submit(pageAt(place, path), work));
    }

    /** The whole way, with a question at each step. */
    async function signIn(by: Browser, url: string, who = asFoo, consent = allow): Promise<Place> {
      const asked = await answer(by, await travel(by, url), '/login', who);
      return answer(by, asked, '/consent', consent);
    }

    async function signInRemembered(by: Browser, client: Client) {
      const attempt = await client.attempt();
      const place = await signIn(
        by,
        attempt.url,
        { ...asFoo, ...remembered },
        { ...allow, ...remembered },
      );
      return attempt.redeem(place);
    }

    /** All that an answer says. */
    const told = ({ html, headers }: Page) => html + JSON.stringify(headers);

    const challengeIn = (url: URL, step: string) => url.searchParams.get(`${step}_challenge`) ?? '';

    describe('signing in', () => {
      test('brings the client tokens about the person who signed in', async () => {
        const client = await openClient();
        const attempt = await client.attempt({ scope: 'openid offline_access profile email' });
        const place = await signIn(browser, attempt.url, asAda);
        const tokens = await attempt.redeem(place);
        expect(tokens.claims).toMatchObject({
          sub: ada.subject,
          aud: [client.id],
          acr: expect.any(String),
          amr: ['pwd'],
          email: ada.email,
          name: ada.name,
        });
        expect(tokens.scope?.split(' ').toSorted()).toEqual([
          'email',
          'offline_access',
          'openid',
          'profile',
        ]);
        const userinfo = await oidc.fetchUserInfo(client.config, tokens.access_token, ada.subject);
        expect(userinfo).toMatchObject({ sub: ada.subject, email: ada.email });
        const fresh = await oidc.refreshTokenGrant(client.config, tokens.refresh_token!);
        expect(fresh.claims()).toMatchObject({ sub: ada.subject, email: ada.email });
      });

      test('gives only what was ticked', async () => {
        const client = await openClient();
        const attempt = await client.attempt({ scope: 'openid profile email' });
        const consent = { press: 'accept', tick: { email: false } };
        const tokens = await attempt.redeem(await signIn(browser, attempt.url, asAda, consent));
        expect(tokens.scope?.split(' ').toSorted()).toEqual(['openid', 'profile']);
        expect(tokens.claims).not.toHaveProperty('email');
      });

      test('asks nothing the second time when both answers were to be remembered', async () => {
        const client = await openClient();
        const first = await signInRemembered(browser, client);
        for (const parameters of [{}, { prompt: 'none' }] as Record<string, string>[]) {
          const attempt = await client.attempt(parameters);
          const place = await travel(browser, attempt.url);
          expect(place.page).toBeUndefined();
          const { claims } = await attempt.redeem(place);
          // Claims and the way of signing in do not get lost on the way.
          for (const name of ['sub', 'email', 'acr', 'amr'])
            expect(claims[name]).toEqual(first.claims[name]);
        }
        const forced = await travel(browser, (await client.attempt({ prompt: 'login' })).url);
        expect(control(pageAt(forced, '/login'), 'password')).toBeDefined();
      });

      test('asks again when nothing was to be remembered', async () => {
        const client = await openClient();
        await signIn(browser, (await client.attempt()).url);
        const silent = await travel(browser, (await client.attempt({ prompt: 'none' })).url);
        expect(silent.told).toMatchObject({ error: 'login_required' });
        const again = await travel(browser, (await client.attempt()).url);
        pageAt(again, '/login');
        pageAt(await answer(browser, again, '/login', asFoo), '/consent');
      });

      test('tells the client when the person cancels or does not allow', async () => {
        const client = await openClient();
        const cancelled = await client.attempt();
        const atLogin = await travel(browser, cancelled.url);
        const home = await answer(browser, atLogin, '/login', deny);
        expect(home.told).toMatchObject({ error: 'access_denied', state: cancelled.state });
        const denied = await client.attempt();
        const back = await signIn(browser, denied.url, asFoo, deny);
        expect(back.told).toMatchObject({ error: 'access_denied', state: denied.state });
        await expect(denied.redeem(back)).rejects.toThrow();
        // A no is not for ever.
        const attempt = await client.attempt();
        const { claims } = await attempt.redeem(await signIn(browser, attempt.url));
        expect(claims.sub).toBe(foo.subject);
      });

      test('goes on after a wrong password', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const start = await travel(browser, attempt.url);
        const wrong = { press: 'accept', fill: { email: foo.email, password: 'wrong' } };
        const again = await browser.submit(pageAt(start, '/login'), wrong);
        expect(again.status).toBe(400);
        const consent = await travel(browser, await browser.submit(again, asFoo));
        const { claims } = await attempt.redeem(await answer(browser, consent, '/consent', allow));
        expect(claims.sub).toBe(foo.subject);
      });

      test('can begin again as somebody else', async () => {
        const client = await openClient();
        await signInRemembered(browser, client);
        const attempt = await client.attempt({ prompt: 'consent' });
        const consent = pageAt(await travel(browser, attempt.url), '/consent');
        expect(consent.text).toContain(foo.email);
        const other = await travel(browser, link(consent, words('person.change'))!.href);
        const asked = await answer(browser, other, '/login', asAda);
        const { claims } = await attempt.redeem(await answer(browser, asked, '/consent', allow));
        expect(claims).toMatchObject({ sub: ada.subject, email: ada.email });
      });

      test('gives two clicks one answer at each step', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const login = pageAt(await travel(browser, attempt.url), '/login');
        const [dropped, followed] = await Promise.all([
          browser.submit(login, asFoo),
          browser.submit(login, asFoo),
        ]);
        expect(followed.leadsTo).toBe(dropped.leadsTo);
        const consent = pageAt(await travel(browser, followed), '/consent');
        const [first, second] = await Promise.all([
          browser.submit(consent, allow),
          browser.submit(consent, allow),
        ]);
        expect(second.leadsTo).toBe(first.leadsTo);
        const { claims } = await attempt.redeem(await travel(browser, second));
        expect(claims.sub).toBe(foo.subject);
      });

      test('works with the sample app, by its buttons', async () => {
        const { adminUrl, issuer } = oauth2;
        sample = await startSampleClient({ port: 0, issuer, admin: { adminUrl } });
        const place = await signIn(browser, `${sample.url}/sign-in/plain`, asAda);
        expect(place.page?.status).toBe(200);
        expect(place.url.origin).toBe(sample.url);
        expect(place.page?.text).toContain(ada.name);
      });
    });

    describe('several flows in one browser', () => {
      // Up to 1.x the second flow of a browser ends the first, whichever app it is of.
      if (cookies === 'per client')
        test('of two apps finish in any order', async () => {
          const [one, other] = [await openClient(), await openClient()];
          const [first, second] = [await one.attempt(), await other.attempt()];
          const [tab, nextTab] = [
            await travel(browser, first.url),
            await travel(browser, second.url),
          ];
          const nextConsent = await answer(browser, nextTab, '/login', asFoo);
          const consent = await answer(browser, tab, '/login', asFoo);
          const done = await answer(browser, consent, '/consent', allow);
          const nextDone = await answer(browser, nextConsent, '/consent', allow);
          expect((await first.redeem(done)).claims.sub).toBe(foo.subject);
          expect((await second.redeem(nextDone)).claims.sub).toBe(foo.subject);
        });

      if (cookies === 'per client')
        test('of two people: the question for the first begins again', async () => {
          const [one, other] = [await openClient(), await openClient()];
          const [first, second] = [await one.attempt(), await other.attempt()];
          const [tab, nextTab] = [
            await travel(browser, first.url),
            await travel(browser, second.url),
          ];
          const adas = pageAt(await answer(browser, nextTab, '/login', asAda), '/consent');
          const consent = await answer(browser, tab, '/login', asFoo);
          const gone = await browser.submit(adas, allow);
          expect([gone.status, gone.html.includes(ada.email)]).toEqual([403, false]);
          const done = await answer(browser, consent, '/consent', allow);
          expect((await first.redeem(done)).claims.sub).toBe(foo.subject);
          const again = link(gone, words('button.start_again'))!.href;
          const tokens = await second.redeem(await signIn(browser, again, asAda));
          expect(tokens.claims.sub).toBe(ada.subject);
        });

      test('of one app: the last always works, and the other ends with an error at the client', async () => {
        const client = await openClient();
        const [first, last] = [await client.attempt(), await client.attempt()];
        const tab = await travel(browser, first.url);
        const done = await signIn(browser, last.url);
        expect((await last.redeem(done)).claims.sub).toBe(foo.subject);
        const left = await answer(browser, tab, '/login', asFoo);
        expect(left.told).toMatchObject({ error: 'request_forbidden', state: first.state });
      });

      test('are not disturbed by one that was left', async () => {
        const client = await openClient();
        const left = await client.attempt();
        pageAt(await answer(browser, await travel(browser, left.url), '/login', asFoo), '/consent');
        const attempt = await client.attempt();
        const tokens = await attempt.redeem(await signIn(browser, attempt.url, asAda));
        expect(tokens.claims.sub).toBe(ada.subject);
      });

      if (isStandIn && isExpiryTold) {
        test('that were left too long say so, and begin again', async () => {
          const client = await openClient();
          const attempt = await client.attempt();
          const login = pageAt(await travel(browser, attempt.url), '/login');
          aheadMs += 31 * 60 * 1000;
          const posted = await browser.submit(login, asFoo);
          const opened = await browser.get(login.url);
          for (const page of [posted, opened]) {
            expect(page.status).toBe(410);
            expect(page.heading).toBe(words('error.challenge_expired.title'));
          }
          const again = link(posted, words('button.start_again'))!.href;
          expect(link(opened, words('button.start_again'))!.href).toBe(again);
          const tokens = await attempt.redeem(await signIn(browser, again));
          expect(tokens.claims.sub).toBe(foo.subject);
        });
      }
    });

    describe('what was used', () => {
      test('gives no second code when the last address is opened again', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const start = await travel(browser, attempt.url);
        const consent = await answer(browser, start, '/login', asFoo);
        const left = await browser.submit(pageAt(consent, '/consent'), allow);
        const done = await travel(browser, left);
        await attempt.redeem(done);
        const again = await travel(browser, left.leadsTo!);
        const error = challenges === 'kept' ? 'invalid_request' : 'access_denied';
        expect(again.told).toMatchObject({ error });
        expect(again.told).not.toHaveProperty('code');
        await expect(attempt.redeem(done)).rejects.toThrow();
      });

      test('leads on or says so when earlier pages are opened again', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const start = await travel(browser, attempt.url);
        const left = await browser.submit(pageAt(start, '/login'), asFoo);
        const consent = await travel(browser, left);
        // The back button before the end: the same answer, and the same question.
        expect((await browser.get(start.url.href)).leadsTo).toBe(left.leadsTo);
        const again = await travel(browser, start.url.href);
        // Up to 2.1 that answer serves once: the client is told so, and the open question stays good.
        if (challenges === 'kept') expect(again.told).toMatchObject({ error: 'invalid_request' });
        const open = challenges === 'kept' ? consent : again;
        const done = await answer(browser, open, '/consent', allow);
        expect((await attempt.redeem(done)).claims.sub).toBe(foo.subject);
        // And after it: nobody is asked for what is over.
        const late = await travel(browser, start.url.href);
        if (challenges === 'kept') expect(late.told).toMatchObject({ error: 'invalid_request' });
        else expect(late.page?.heading).toBe(words('error.challenge_used.title'));
        expect(late.page?.status).toBe(challenges === 'kept' ? undefined : 409);
        expect(late.page?.forms ?? []).toEqual([]);
        const other = await browser.submit(pageAt(consent, '/consent'), deny);
        expect(other.status).toBe(409);
      });

      test('is never handed to another browser', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const start = await travel(browser, attempt.url);
        const consent = await answer(browser, start, '/login', asFoo);
        const stranger = newBrowser();
        // A question that is still open is shown to nobody else, and without any name.
        const seen = await Promise.all([
          stranger.get(start.url.href),
          stranger.get(consent.url.href),
        ]);
        expect(seen.map(({ status }) => status)).toEqual([409, 403]);
        expect(seen.map(told).join()).not.toContain('_verifier');
        await answer(browser, consent, '/consent', allow);
        for (const [step, url] of Object.entries({ login: start.url, consent: consent.url })) {
          const opened = await stranger.get(url.href);
          const form = await stranger.get(`/device/verify?device_challenge=x`);
          const token = control(form, '_csrf')!.value;
          const fields = {
            _csrf: token,
            [`${step}_challenge`]: challengeIn(url, step),
            decision: 'accept',
            email: foo.email,
            password: 'foobar',
            grant_scope: 'openid',
          };
          const posted = await stranger.post(`/${step}`, fields);
          expect([step, opened.status, posted.status]).toEqual([step, 409, 409]);
          expect(told(opened) + told(posted)).not.toContain('_verifier');
        }
      });

      test('in a foreign browser leads to an error, not to tokens', async () => {
        const client = await openClient();
        const attempt = await client.attempt();
        const start = await travel(browser, attempt.url);
        // Somebody sends the address of a sign-in that he began to a victim, who signs in there.
        const victim = newBrowser();
        const login = pageAt(await travel(victim, start.url.href), '/login');
        const place = await travel(victim, await victim.submit(login, asAda));
        expect(place.told).toMatchObject({ error: 'request_forbidden' });
        // The one who began it does not get the victim's answer either.
        const own = await travel(browser, start.url.href);
        expect(own.page?.status).toBe(409);
        expect(own.told).toEqual({});
      });
    });

    if (has.deviceFlow)
      describe('a device', () => {
        const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
        const device = { grant_types: [deviceGrant, 'refresh_token'], client_name: 'Lantern TV' };
        const openDevice = async () => {
          const client = await openClient({
            ...device,
            redirect_uris: [],
            post_logout_redirect_uris: [],
          });
          const asked = await oidc.initiateDeviceAuthorization(client.config, {
            scope: 'openid email',
          });
          const poll = () =>
            oidc.genericGrantRequest(client.config, deviceGrant, {
              device_code: asked.device_code,
            });
          return { ...asked, poll };
        };

        test('is connected by its code, typed with blanks and hyphens', async () => {
          const tv = await openDevice();
          const start = pageAt(await travel(browser, tv.verification_uri), '/device/verify');
          const wrong = await browser.submit(start, {
            press: 'accept',
            fill: { code: 'WRONG-ONE' },
          });
          expect(wrong.status).toBe(400);
          await expect(tv.poll()).rejects.toMatchObject({ error: 'authorization_pending' });
          const code = ` ${tv.user_code.slice(0, 4)} - ${tv.user_code.slice(4)} `;
          const login = await travel(
            browser,
            await browser.submit(wrong, { press: 'accept', fill: { code } }),
          );
          const consent = await answer(browser, login, '/login', asFoo);
          const done = pageAt(await answer(browser, consent, '/consent', allow), '/device/success');
          expect(done.heading).toBe(words('device.done.title', { app: 'Lantern TV' }));
          expect((await tv.poll()).claims()).toMatchObject({ sub: foo.subject, email: foo.email });
        });

        test('stays out when the person says no, and the person sees a page of ours', async () => {
          const tv = await openDevice();
          const start = pageAt(
            await travel(browser, tv.verification_uri_complete!),
            '/device/verify',
          );
          // A code in the address is shown, and never taken by itself.
          expect(textsOf(start, /<p class="given">(.*?)<\/p>/g)).toEqual([
            tv.user_code.replace(/^.{4}/, '$& '),
          ]);
          const login = await travel(browser, await browser.submit(start, { press: 'accept' }));
          const consent = await answer(browser, login, '/login', asFoo);
          const denied = await answer(browser, consent, '/consent', deny);
          expect(pageAt(denied, '/device/stopped').heading).not.toBe('');
          await expect(tv.poll()).rejects.toMatchObject({ error: 'authorization_pending' });
        });
      });

    describe('signing out', () => {
      const logoutUrl = (client: Client, idToken: string) =>
        oidc.buildEndSessionUrl(client.config, {
          id_token_hint: idToken,
          post_logout_redirect_uri: bye,
          state: 'so-long',
        }).href;
      const isRemembered = async (client: Client) =>
        (await travel(browser, (await client.attempt()).url)).page === undefined;

      test('ends both sessions and leads back to the client', async () => {
        const client = await openClient();
        const { id_token: idToken = '' } = await signInRemembered(browser, client);
        expect((await browser.get('/')).text).toContain(foo.email);
        const asked = await travel(browser, logoutUrl(client, idToken));
        const question = words('logout.lead', { app: 'Meadow Notes' });
        expect(pageAt(asked, '/logout').text).toContain(question);
        const place = await answer(browser, asked, '/logout', { press: 'accept' });
        expect(place.url.href).toBe(`${bye}?state=so-long`);
        expect((await browser.get('/')).text).not.toContain(foo.email);
        expect(await isRemembered(client)).toBe(false);
      });

      test('does nothing when the person stays', async () => {
        const client = await openClient();
        const { id_token: idToken = '' } = await signInRemembered(browser, client);
        const asked = await travel(browser, logoutUrl(client, idToken));
        const stayed = await browser.submit(pageAt(asked, '/logout'), { press: 'reject' });
        expect(stayed.heading).toBe(words('stayed.title'));
        expect(await isRemembered(client)).toBe(true);
        expect((await browser.get('/')).text).toContain(foo.email);
      });

      test('that no app began ends at a page of ours', async () => {
        const client = await openClient();
        await signInRemembered(browser, client);
        const asked = await travel(browser, `${oauth2.publicUrl}/oauth2/sessions/logout`);
        const place = await answer(browser, asked, '/logout', { press: 'accept' });
        expect(pageAt(place, '/logged-out').status).toBe(200);
        expect(await isRemembered(client)).toBe(false);
      });

      if (has.skipLogoutConsent)
        test('asks nothing for an app that may', async () => {
          const client = await openClient({ skip_logout_consent: true });
          const { id_token: idToken = '' } = await signInRemembered(browser, client);
          const place = await travel(browser, logoutUrl(client, idToken));
          expect(place.url.href).toBe(`${bye}?state=so-long`);
          expect(await isRemembered(client)).toBe(false);
        });
    });

    describe('an error that no client can be told', () => {
      test('has a page of ours', async () => {
        const url = `${oauth2.publicUrl}/oauth2/auth?client_id=nobody&response_type=code&state=12345678`;
        const page = pageAt(await travel(browser, url), '/error');
        expect(page.status).toBe(400);
        expect(page.text).toContain('invalid_client');
      });
    });
  },
);
