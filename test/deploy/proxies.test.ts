/**
 * The files of `deploy/proxies` that can be run here, in front of two instances and of the stand-in: by
 * https, with a path in BASE_URL, with long challenges, and while an instance goes away.
 */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startStandIn, type StandIn } from '@portico/hydra-stand-in';
import { cookieSecret } from '../support/app.ts';
import { askByHttps, openHttp2 } from '../support/ask-by-tls.ts';
import { openBrowser, type Ask, type Browser, type Page } from '../support/browser.ts';
import { freePorts } from '../support/free-ports.ts';
import { startInstance, type Instance } from '../support/instance.ts';
import { notRun } from '../support/not-run.ts';
import { foo, removeUsersFile, writeUsersFile } from '../support/people.ts';
import { foosLogin } from '../support/screens.ts';
import type { LogLine } from '../support/serve-app.ts';
import { until } from '../support/until.ts';
import {
  ca,
  mainProxies,
  startProxy,
  whyNoProxy,
  type LocalProxy,
  type ProxyPorts,
} from './local-proxy.ts';

// A busy machine takes its time to start processes.
jest.setTimeout(120_000);

const kinds = mainProxies.filter((kind) => {
  const why = whyNoProxy(kind);
  if (why) notRun(`Portico behind ${kind.name}`, why);
  return why === undefined;
});

test('each proxy is run, or there is a reason why not', () => {
  expect(kinds.length).toBe(mainProxies.filter((kind) => !whyNoProxy(kind)).length);
});

async function newPorts(): Promise<ProxyPorts> {
  const [https, http, one, two, hydra] = await freePorts(5);
  return { https: https!, http: http!, portico: [one!, two!], hydra: hydra! };
}
const byHttps = askByHttps(ca);
const secret = 'a-client-secret';
const callback = 'http://localhost:5555/callback';

if (kinds.length > 0)
  describe('two instances and an OAuth2 server', () => {
    let site: string;
    let ports: ProxyPorts;
    let standIn: StandIn;
    let instances: [Instance, Instance];
    let usersFile: string;
    const linesOf = (instance: Instance) =>
      instance
        .out()
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as LogLine);
    const pathsAt = (instance: Instance) => linesOf(instance).map(({ path }) => String(path));
    const pagesAt = (instance: Instance) =>
      pathsAt(instance).filter((path) => /login|consent/.test(path)).length;

    const start = (index: 0 | 1) =>
      startInstance({
        PORT: String(ports.portico[index]),
        DRAIN_SECONDS: '1',
        BASE_URL: `${site}/auth`,
        TRUST_PROXY: '1',
        HYDRA_ADMIN_URL: standIn.adminUrl,
        HYDRA_PUBLIC_URL: site,
        COOKIE_SECRET: cookieSecret,
        USERS_FILE: usersFile,
      });

    beforeAll(async () => {
      ports = await newPorts();
      site = `https://localhost:${ports.https}`;
      usersFile = await writeUsersFile();
      standIn = await startStandIn({
        publicPort: ports.hydra,
        adminPort: 0,
        host: '127.0.0.1',
        issuer: site,
        appUrl: `${site}/auth`,
      });
      instances = await Promise.all([start(0), start(1)]);
    });
    afterAll(async () => {
      for (const instance of instances) instance.signal('SIGKILL');
      await standIn.close();
      await removeUsersFile(usersFile);
    });

    const statusOf = async (path: string) =>
      (await byHttps('get', new URL(site + path), { headers: {} })).status;

    /** @param ballast how many characters that cannot be compressed its challenges hold */
    async function register(ballast = 0): Promise<string> {
      const { client_id: id } = await standIn.registerClient({
        client_secret: secret,
        redirect_uris: [callback],
        scope: 'openid email',
        token_endpoint_auth_method: 'client_secret_post',
        metadata: { ballast: randomBytes(ballast).toString('base64url').slice(0, ballast) },
      });
      return id;
    }
    const newBrowser = (ask: Ask = byHttps, headers = {}) =>
      openBrowser({ url: site, publicUrl: `${site}/auth`, ask, headers });

    /** Follows redirects until there is a page, or one leads to the app. */
    async function arrive(browser: Browser, first: Page): Promise<Page> {
      let page = first;
      while (page.leadsTo && !page.leadsTo.startsWith(callback)) page = await browser.follow(page);
      return page;
    }
    const openLogin = async (browser: Browser, client: string) =>
      arrive(
        browser,
        await browser.get(
          `${site}/oauth2/auth?${new URLSearchParams({
            client_id: client,
            response_type: 'code',
            redirect_uri: callback,
            scope: 'openid email',
            state: 'a-state-of-some-length',
          }).toString()}`,
        ),
      );

    /** From the app to its tokens. @returns the challenge of the sign-in, and the claims */
    async function journey(browser: Browser, client: string) {
      const login = await openLogin(browser, client);
      const consent = await arrive(browser, await browser.submit(login, { fill: foosLogin }));
      const work = { press: 'accept', tickScopes: true } as const;
      const done = await arrive(browser, await browser.submit(consent, work));
      const code = new URL(done.leadsTo ?? done.url).searchParams.get('code') ?? '';
      const answer = await browser.post(`${site}/oauth2/token`, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        client_id: client,
        client_secret: secret,
      });
      const { id_token: token = '..' } = JSON.parse(answer.html) as { id_token?: string };
      const claims = Buffer.from(token.split('.')[1]!, 'base64url').toString();
      return {
        challenge: new URL(login.url).searchParams.get('login_challenge') ?? '',
        claims: JSON.parse(claims || '{}') as Record<string, unknown>,
      };
    }

    /** Goes on doing something, several times at once, while something else happens. */
    async function meanwhile<T>(
      times: number,
      doing: () => Promise<T>,
      other: () => Promise<void>,
    ) {
      const end = new AbortController();
      const results: T[] = [];
      const crowd = Array.from({ length: times }, async () => {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        while (!end.signal.aborted) results.push(await doing());
      });
      try {
        await Promise.race([other(), Promise.all(crowd)]);
      } finally {
        end.abort();
      }
      await Promise.all(crowd);
      return results;
    }

    describe.each(kinds)('behind $name', (kind) => {
      let proxy: LocalProxy;
      beforeAll(async () => {
        for (const index of [0, 1] as const) {
          // oxlint-disable-next-line no-await-in-loop -- the one before may have killed one
          if (!instances[index].isRunning()) instances[index] = await start(index);
        }
        proxy = await startProxy(kind, ports);
        await until(async () => (await statusOf('/auth/health/ready')) === 200);
      });
      afterAll(() => proxy.close());

      describe.each(['HTTP/1.1', 'HTTP/2'])('by %s', (protocol) => {
        const http2 = openHttp2(ca);
        const ask = protocol === 'HTTP/2' ? http2.ask : byHttps;
        afterAll(() => http2.close());

        test('a sign-in with its consent ends with tokens, whichever instance gets its steps', async () => {
          const before = instances.map(pagesAt);
          const { claims } = await journey(newBrowser(ask), await register());
          expect(claims).toMatchObject({ iss: site, sub: foo.subject, email: foo.email });
          await until(() => instances.every((one, index) => pagesAt(one) > before[index]!));
        });

        test('so it does with a challenge of 32 kB, in addresses and in answers', async () => {
          const client = await register(30_400);
          const { challenge, claims } = await journey(newBrowser(ask), client);
          expect(challenge.length).toBeGreaterThan(31_500);
          expect(challenge.length).toBeLessThan(32_769);
          expect(claims).toMatchObject({ sub: foo.subject });
        });
      });

      test('the browser is the one that the proxy sees, whatever it claims to be', async () => {
        const claimed = {
          'X-Forwarded-For': '203.0.113.9',
          Forwarded: 'for=203.0.113.9',
          'X-Real-IP': '203.0.113.9',
          'X-Request-Id': 'chosen-by-a-stranger',
        };
        const browser = newBrowser(askByHttps(ca, '127.0.0.2'), claimed);
        const form = await openLogin(browser, await register());
        await browser.submit(form, { fill: { ...foosLogin, password: 'sesame' } });
        const lines = () => instances.flatMap(linesOf);
        const refused = () => lines().filter((line) => line['audit'] === 'refused');
        await until(() => refused().length > 0);
        expect(refused().map(({ address }) => address)).toEqual(['127.0.0.2']);
        expect(JSON.stringify(lines())).not.toMatch(/203\.0\.113\.9|chosen-by/);
      });

      test('the path is passed on as it is, and only what is public is reached', async () => {
        expect(await statusOf('/auth/health/ready')).toBe(200);
        expect(await statusOf('/.well-known/openid-configuration')).toBe(200);
        expect(await statusOf('/userinfo')).toBe(401);
        for (const path of ['/auth//login', '/auth/a%2fb', '/auth/x%6Cy']) {
          expect([path, await statusOf(path)]).toEqual([path, 404]);
          await until(() => instances.some((one) => pathsAt(one).includes(path)));
        }
        const hidden = ['/admin/clients', '/clients', '/metrics', '/health/ready', '/version', '/'];
        for (const path of hidden) expect([path, await statusOf(path)]).toEqual([path, 404]);
      });

      test('http leads to https, and Portico says once that it has to be https', async () => {
        const answer = await fetch(`http://localhost:${ports.http}/auth/login?a=b`, {
          redirect: 'manual',
        });
        expect(answer.status).toBe(301);
        expect(answer.headers.get('location')).toBe(`${site}/auth/login?a=b`);
        const page = await byHttps('get', new URL(`${site}/auth/`), { headers: {} });
        expect(page.headers['strict-transport-security']).toBe('max-age=31536000');
      });

      test('its log holds no challenge, verifier or code', async () => {
        await journey(newBrowser(), await register());
        const mangled = `${site}/auth/login%3Flogin_challenge%3Dabcdef`;
        await byHttps('get', new URL(mangled), { headers: {} });
        await fetch(`http://localhost:${ports.http}/auth/login?login_challenge=abcdef`, {
          redirect: 'manual',
        });
        expect(proxy.accessLog()).toContain('/auth/login');
        expect(proxy.accessLog()).not.toMatch(/challenge|verifier|code=/);
      });

      test('pages still come when one is killed', async () => {
        const open = () => statusOf('/auth/device');
        const openedAt = (instance: Instance) =>
          pathsAt(instance).filter((path) => path === '/auth/device').length;
        const statuses = await meanwhile(8, open, async () => {
          await until(() => openedAt(instances[1]) > 0);
          instances[1].signal('SIGKILL');
          await instances[1].ended;
          const before = openedAt(instances[0]);
          await until(() => openedAt(instances[0]) > before + 100);
        });
        expect(new Set(statuses)).toEqual(new Set([303]));
      });

      test('nobody notices that it comes back, and that the other one is stopped', async () => {
        const client = await register();
        const signIn = async () => (await journey(newBrowser(), client)).claims['sub'];
        const subjects = await meanwhile(3, signIn, async () => {
          instances[1] = await start(1);
          await until(() => pagesAt(instances[1]) > 0);
          instances[0].signal('SIGTERM');
          await instances[0].ended;
          const before = pagesAt(instances[1]);
          await until(() => pagesAt(instances[1]) > before + 10);
        });
        expect(new Set(subjects)).toEqual(new Set([foo.subject]));
      });
    });
  });
