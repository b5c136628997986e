import { spawn } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { ExpiringMap } from '../src/oauth2/expiring-map.ts';
import { createSealer } from '../src/oauth2/sealer.ts';
import { startStandIn } from '../src/oauth2/start-stand-in.ts';
import { Browser, claimsOf, openWorld, type World } from './world.ts';

const appUrl = 'http://localhost:3000';
const anyPorts = { publicPort: 0, adminPort: 0, appUrl };

describe('with the clock in hand', () => {
  let world: World;
  let now: number;
  const wait = (seconds: number) => (now += seconds * 1000);

  beforeAll(async () => {
    world = await openWorld({ ttlSeconds: 60, deviceCodeTtlSeconds: 30, now: () => now });
  });

  afterAll(() => world.close());

  beforeEach(() => {
    now = Date.parse('2026-01-01T12:00:00Z');
  });

  test('login and consent share one time, after which both are 401', async () => {
    const browser = new Browser();
    const client = await world.register();
    const login = await browser.open(world.authUrl(client));
    wait(40);
    const consent = await world.accept(browser, login);
    expect((await world.request(consent)).status).toBe(200);
    wait(21);
    for (const page of [login, consent]) {
      for (const late of [
        await world.request(page),
        await world.answer(page, 'accept', { subject: 'jane' }),
        await world.answer(page, 'reject', {}),
      ]) {
        expect([late.status, late.body.error]).toEqual([401, 'request_unauthorized']);
        expect(late.body).not.toHaveProperty('redirect_to');
      }
    }
  });

  test('a verifier that comes too late is told to the client, a rejection too', async () => {
    const client = await world.register();
    const browser = new Browser();
    const late = async (how: 'accept' | 'reject', step: 'login' | 'consent') => {
      let page = await browser.open(world.authUrl(client));
      if (step === 'consent') page = await world.accept(browser, page);
      const answer = await world.answer(page, how, { subject: 'jane', error: 'access_denied' });
      wait(61);
      return (await browser.open(answer.body.redirect_to)).parameters['error'];
    };
    for (const step of ['login', 'consent'] as const) {
      expect(await late('accept', step)).toBe('request_unauthorized');
      expect(await late('reject', step)).toBe('request_unauthorized');
    }
  });

  test('codes, tokens and the pages of a list end', async () => {
    const client = await world.register();
    const tokens = async () => {
      const page = await world.signIn(new Browser(), client);
      return (await world.exchange(page, client)).body;
    };
    const stale = await world.signIn(new Browser(), client);
    wait(601);
    expect((await world.exchange(stale, client)).body.error).toBe('invalid_grant');
    const { access_token: access, refresh_token: refresh } = await tokens();
    await world.register();
    const list = await world.admin('GET', '/clients?page_size=1');
    const next = /<([^>]+)>; rel="next"/.exec(list.headers.get('link') ?? '')?.[1] ?? '';
    expect((await world.admin('GET', next)).status).toBe(200);
    wait(3601);
    expect(await world.introspect(access)).toEqual({ active: false });
    expect((await world.introspect(refresh)).active).toBe(true);
    expect((await world.admin('GET', next)).status).toBe(400);
    wait(30 * 24 * 3600);
    expect(await world.introspect(refresh)).toEqual({ active: false });
  });

  test('a client may have lifespans of its own', async () => {
    const client = await world.register({
      authorization_code_grant_access_token_lifespan: '1m30s',
      authorization_code_grant_id_token_lifespan: '2h0m0s',
    });
    const { body } = await world.exchange(await world.signIn(new Browser(), client), client);
    expect(body.expires_in).toBe(90);
    const { exp, iat } = claimsOf(body.id_token);
    expect(exp - iat).toBe(7200);
  });

  test('a remembered sign-in is too old for max_age, or not', async () => {
    const browser = new Browser();
    const client = await world.register();
    await world.signIn(browser, client, { login: { remember: true } });
    wait(30);
    const skips = async (parameters: Record<string, string>) => {
      const login = await browser.open(world.authUrl(client, parameters));
      return (await world.request(login)).body.skip;
    };
    expect(await skips({ max_age: '29' })).toBe(false);
    expect(await skips({ max_age: '31' })).toBe(true);
    const silent = await browser.open(world.authUrl(client, { max_age: '29', prompt: 'none' }));
    expect(silent.parameters['error']).toBe('login_required');
    const fresh = await browser.open(world.authUrl(client, { max_age: '29' }));
    const back = await world.accept(browser, await world.accept(browser, fresh));
    const { body } = await world.exchange(back, client);
    expect(claimsOf(body.id_token).auth_time).toBe(now / 1000);
  });

  test('a remembered consent ends, counted from the authorization request', async () => {
    const client = await world.register();
    const login = { subject: 'forgetful' };
    const consent = { remember: true, remember_for: 100 };
    await world.signIn(new Browser(), client, { login, consent });
    const skips = async () => {
      const browser = new Browser();
      const page = await world.accept(browser, await browser.open(world.authUrl(client)), login);
      return (await world.request(page)).body.skip;
    };
    const listed = async () => {
      const path = '/admin/oauth2/auth/sessions/consent?subject=forgetful';
      return (await world.admin('GET', path)).body.length;
    };
    wait(99);
    expect([await skips(), await listed()]).toEqual([true, 1]);
    wait(2);
    expect([await skips(), await listed()]).toEqual([false, 0]);
  });

  test('a logout ends in time, unless a client asked for it', async () => {
    const client = await world.register();
    const finish = async (hasHint: boolean) => {
      const browser = new Browser();
      const back = await world.signIn(browser, client, { login: { remember: true } });
      const { body } = await world.exchange(back, client);
      const query = hasHint ? `?id_token_hint=${body.id_token}` : '';
      const page = await browser.open(`${world.publicUrl}/oauth2/sessions/logout${query}`);
      wait(61);
      const accepted = await world.answer(page, 'accept');
      return browser.open(accepted.body.redirect_to);
    };
    expect((await finish(false)).parameters['error']).toBe('request_unauthorized');
    expect((await finish(true)).location.href).toBe(`${world.appUrl}/logged-out`);
  });

  test('a device waits on after its time, and is told only when somebody answered', async () => {
    const grant = 'urn:ietf:params:oauth:grant-type:device_code';
    const client = await world.register({
      grant_types: [grant],
      redirect_uris: [],
      post_logout_redirect_uris: [],
    });
    const form = { client_id: client.client_id, scope: 'openid' };
    const { body } = await world.post('/oauth2/device/auth', form, client);
    const poll = async () => {
      const asked = { grant_type: grant, device_code: body.device_code };
      return (await world.post('/oauth2/token', asked, client)).body.error;
    };
    const browser = new Browser();
    const start = await browser.open(body.verification_uri);
    const entered = await world.answer(start, 'accept', { user_code: body.user_code });
    const login = await browser.open(entered.body.redirect_to);
    const consent = await world.accept(browser, login);
    wait(31);
    const again = await browser.open(body.verification_uri);
    const late = await world.answer(again, 'accept', { user_code: body.user_code });
    expect([late.status, late.body.error]).toEqual([400, 'invalid_request']);
    expect(await poll()).toBe('authorization_pending');
    const done = await world.accept(browser, consent);
    expect(done.location.href).toMatch('/device/success?');
    expect(await poll()).toBe('expired_token');
    wait(61);
    const expired = await world.answer(again, 'accept', { user_code: body.user_code });
    expect([expired.status, expired.body.error]).toEqual([401, 'request_unauthorized']);
  });
});

describe('the memory', () => {
  test('lets go of what has ended, and of the oldest when it is full', () => {
    let now = 0;
    const map = new ExpiringMap<number>(() => now, 3);
    map.set('a', 1, 10);
    map.set('b', 2, 100);
    now = 10_000;
    expect([map.get('a'), map.get('b'), map.values()]).toEqual([undefined, 2, [2]]);
    now = 61_000;
    map.set('c', 3, 100);
    expect(map.size).toBe(2);
    map.set('d', 4, 100);
    map.set('b', 5, 100);
    map.set('e', 6, 100);
    expect(map.values()).toEqual([3, 4, 6]);
    map.deleteWhere((value) => value > 3);
    expect(map.find(() => true)).toBe(3);
  });

  test('is not needed for challenges: they hold all, are long, and only fit their purpose', () => {
    const { seal, open } = createSealer();
    const step = { requestedAt: 1, requestUrl: 'https://a.test', csrf: 'x' };
    const text = seal('device_challenge', step);
    expect(text).toMatch(/^[\w-]{340,}==$/);
    expect(open('device_challenge', text)).toEqual(step);
    expect(open('device_verifier', text)).toBeUndefined();
    expect(open('device_challenge', text.replace('==', ''))).toBeUndefined();
    expect(open('device_challenge', `${text}x`)).toBeUndefined();
    expect(open('device_challenge', '')).toBeUndefined();
    expect(createSealer().open('device_challenge', text)).toBeUndefined();
  });

  test('makes challenges of 1.2 kB and more, whatever the client', async () => {
    const world = await openWorld();
    try {
      const client = await world.register();
      const browser = new Browser();
      const login = await browser.open(world.authUrl(client));
      const consent = await world.accept(browser, login);
      for (const page of [login, consent]) {
        expect(Object.values(page.parameters)[0]).toMatch(/^[\w-]{1200,}={1,2}$/);
      }
    } finally {
      await world.close();
    }
  });
});

describe('where it listens and what it says of itself', () => {
  let taken: Server | undefined;

  afterEach(() => {
    taken?.close();
    taken = undefined;
  });

  test('is every loopback address, and no other', async () => {
    const standIn = await startStandIn(anyPorts);
    try {
      const { port } = new URL(standIn.publicUrl);
      const own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
      const hasV6 = own.some(({ address }) => address === '::1');
      for (const host of ['localhost', '127.0.0.1', ...(hasV6 ? ['[::1]'] : [])]) {
        expect((await fetch(`http://${host}:${port}/health/alive`)).status).toBe(200);
      }
      const outside = own.find(({ internal, family }) => !internal && family === 'IPv4');
      if (outside) {
        await expect(fetch(`http://${outside.address}:${port}/health/alive`)).rejects.toThrow();
      }
      await expect(startStandIn({ ...anyPorts, host: '0.0.0.0' })).rejects.toThrow('this machine');
      await expect(startStandIn({ ...anyPorts, host: 'example.org' })).rejects.toThrow('localhost');
    } finally {
      await standIn.close();
    }
  });

  test('can be one address, which is then in every address', async () => {
    const standIn = await startStandIn({ ...anyPorts, host: '127.0.0.1' });
    try {
      expect(standIn.issuer).toBe(standIn.publicUrl);
      expect(standIn.publicUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect((await fetch(`${standIn.adminUrl}/version`)).status).toBe(200);
    } finally {
      await standIn.close();
    }
  });

  test('says plainly that a port is taken, and frees the other', async () => {
    const server = createServer();
    taken = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    const port = typeof bound === 'object' ? (bound?.port ?? 0) : 0;
    const sentence = `Port ${port} is taken.`;
    await expect(startStandIn({ ...anyPorts, publicPort: port })).rejects.toThrow(sentence);
    await expect(startStandIn({ ...anyPorts, adminPort: port })).rejects.toThrow(sentence);
  });

  test('keeps the issuer to the letter and the path of the app', async () => {
    const standIn = await startStandIn({
      ...anyPorts,
      appUrl: 'http://localhost:3000/auth/',
      issuer: 'https://id.example.test/',
    });
    try {
      const base = `http://127.0.0.1:${new URL(standIn.adminUrl).port}`;
      const client = await standIn.registerClient({
        redirect_uris: ['http://localhost:5555/callback'],
      });
      expect(client.client_secret).toMatch(/^.{26}$/);
      expect((await fetch(`${base}/clients/${client.client_id}`)).status).toBe(200);
      expect([standIn.issuer, standIn.publicUrl]).toEqual([
        'https://id.example.test/',
        'https://id.example.test',
      ]);
    } finally {
      await standIn.close();
    }
  });
});

describe('npm run stand-in', () => {
  /** Runs it until it ends, or until it says "Ctrl-C" and is told to stop. */
  function run(...args: string[]): Promise<{ code: number | null; output: string }> {
    return new Promise((resolve, reject) => {
      const command = ['--import', 'tsx', 'packages/hydra-stand-in/src/main.ts', ...args];
      const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      const hear = (chunk: Buffer) => {
        output += chunk.toString();
        if (output.includes('Ctrl-C')) child.kill('SIGINT');
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, output }));
    });
  }

  test('says what it is and where, and stops with Ctrl-C', async () => {
    const issuer = 'http://localhost:4444/';
    const ports = ['--public-port', '0', '--admin-port', '0'];
    const { code, output } = await run(...ports, '--app-url', appUrl, '--issuer', issuer);
    expect(output).toMatch('development only');
    expect(output).toMatch(/admin +http:\/\/localhost:\d+/);
    expect(output).toMatch(/issuer +http:\/\/localhost:4444\/\n/);
    expect(code).toBe(0);
  }, 30_000);

  test('explains itself and every mistake in a sentence', async () => {
    const [help, ...mistakes] = await Promise.all([
      run('--help'),
      run('--profile', '0.9'),
      run('--public-port', '70000'),
      run('--host', '0.0.0.0'),
      run('--app-url', 'localhost'),
    ]);
    expect(help).toMatchObject({ code: 0, output: expect.stringMatching(/--public-port 4444/) });
    expect(mistakes.map(({ code }) => code)).toEqual([1, 1, 1, 1]);
    const sentences = mistakes.map(({ output }) => output).join('');
    expect(sentences).toMatch('--profile must be one of 26.2, 2.3, 1.11, not "0.9".');
    expect(sentences).toMatch('--public-port must be a port number, 0 to 65535, not "70000".');
    expect(sentences).toMatch('must be localhost, 127.0.0.1 or ::1, not "0.0.0.0".');
    expect(sentences).toMatch('--app-url must be an http(s) address');
    expect(sentences).not.toMatch('    at ');
  }, 30_000);
});
