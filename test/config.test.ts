import { createHash } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { SettingsError } from '@portico/settings';
import { loadConfig } from '../src/config.ts';
import { backendSetting, chosenBackends } from '../src/identity/index.ts';
import { foo, removeUsersFile, writeUsersFile } from './support/people.ts';

type Env = Record<string, string | undefined>;

let folder: string;
let usersFile: string;
let needed: Env;
const wordmark = fileURLToPath(new URL('e2e/brands/bank.svg', import.meta.url));
const good = 'a-secret-of-the-tests-0123456789-abcdef';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-'));
  usersFile = await writeUsersFile();
  needed = {
    BASE_URL: 'http://localhost:3000',
    HYDRA_ADMIN_URL: 'http://hydra:4445',
    COOKIE_SECRET: 'x'.repeat(32),
    USERS_FILE: usersFile,
  };
});
afterAll(async () => {
  await removeUsersFile(usersFile);
  await rm(folder, { recursive: true });
});

/** The values alone: no function equals another one. */
function load(env: Env = {}) {
  const { fingerprint: _, ...values } = loadConfig({ ...needed, ...env });
  return Object.freeze(values);
}

function faultsOf(env: Env, base: Env = needed): string[] {
  try {
    loadConfig({ ...base, ...env });
  } catch (error) {
    if (error instanceof SettingsError) return [...error.faults];
    throw error;
  }
  return [];
}

const file = async (name: string, text: string): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, text, { mode: 0o600 });
  return path;
};

describe('settings', () => {
  test('have defaults for all that is not needed', () => {
    const config = load();
    expect(config.server).toMatchObject({ port: 3000, host: undefined, keepAliveSeconds: 75 });
    expect(config.hydra).toMatchObject({ timeoutMs: 5_000, transport: 'got', headers: {} });
    expect(config.web.trustProxy).toBe(false);
    expect(config.policy).toEqual({
      loginRememberSeconds: 2_592_000,
      consentRememberSeconds: 0,
      consentPreselect: 'all',
      isSelfRegistrationOn: false,
    });
    expect(config.log.level).toBe('info');
    expect(config.management).toBeUndefined();
  });

  test('give the management port another number than PORT', () => {
    expect(faultsOf({ MANAGEMENT_PORT: '3000' })).toEqual([
      'MANAGEMENT_PORT is 3000, the port that browsers come to. It must be a port number, 0 to 65535, and another one than PORT.',
    ]);
    expect(faultsOf({ MANAGEMENT_PORT: '9464', PORT: '9464' })).toHaveLength(1);
    expect(load({ MANAGEMENT_PORT: '0', PORT: '0' }).management).toEqual({
      port: 0,
      host: '127.0.0.1',
    });
    const everywhere = load({ MANAGEMENT_PORT: '9464', MANAGEMENT_HOST: '*' });
    expect(everywhere.management).toEqual({ port: 9464, host: undefined });
  });

  test('do not change any more', () => {
    const config = load({ HYDRA_ADMIN_HEADERS: '{"X-Tenant":"blue"}' });
    for (const part of [config, config.web, config.web.baseUrl, config.hydra.headers]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    expect(Object.isFrozen(config.web.cookieSecrets)).toBe(true);
  });

  test('that are empty or blank count as not set', () => {
    expect(load({ PORT: '', LOG_LEVEL: '  ', HOST: '' })).toEqual(load());
    expect(faultsOf({ BASE_URL: ' ' })).toHaveLength(1);
  });

  test('are all faulty in one list, by name, value and wish', () => {
    const faults = faultsOf(
      {
        PORT: 'eighty',
        BASE_URL: 'example.org',
        HYDRA_TRANSPORT: 'axios',
        COOKIE_SECRET: 'short',
        LOG_LEVEL: 'loud',
        AUDIT_LOG: 'stderr',
      },
      {},
    );
    expect(faults).toEqual([
      'PORT is "eighty". It must be a port number, 0 to 65535.',
      expect.stringMatching(/^BASE_URL is "example\.org"\. It must be the public address/),
      expect.stringMatching(/^HYDRA_ADMIN_URL is not set\. It must be/),
      'HYDRA_TRANSPORT is "axios". It must be got or undici.',
      expect.stringMatching(/^COOKIE_SECRET is a value that is not shown\. It must be/),
      expect.stringMatching(/^LOG_LEVEL is "loud"\. It must be/),
      'AUDIT_LOG is "stderr". It must be stdout, or the path of a file with at least one slash in it.',
      expect.stringMatching(/^USERS_FILE is not set\. It must be/),
    ]);
    const message = new SettingsError(faults).message;
    for (const fault of faults) expect(message).toContain(fault);
  });

  test('that are secret are never shown', () => {
    const secret = 'tell-nobody\u00fc';
    const faults = faultsOf({
      COOKIE_SECRET: secret,
      HYDRA_ADMIN_TOKEN: secret,
      HYDRA_ADMIN_HEADERS: `{"X-Key":"${secret}"`,
      HYDRA_ADMIN_URL: `http://me:${secret}@hydra`,
      HYDRA_PUBLIC_URL: `https://me:${secret}@auth.example.org/a@b`,
    });
    expect(faults).toHaveLength(5);
    expect(faults.join()).not.toContain('tell-nobody');
  });

  test.each([
    ['KEEP_ALIVE_SECONDS', '0'],
    ['KEEP_ALIVE_SECONDS', '3601'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3e3'],
    ['PORT', '0x50'],
    ['BASE_URL', 'http://example.org'],
    ['BASE_URL', 'ftp://localhost'],
    ['BASE_URL', 'http://localhost.example.org'],
    ['BASE_URL', 'http://127.0.0.1.example.org'],
    ['BASE_URL', 'https://example.org?a=1'],
    ['BASE_URL', 'https://me@example.org'],
    ['BASE_URL', 'http://localhost//evil.example/'],
    ['BASE_URL', 'http://localhost/a;b'],
    ['BASE_URL', 'https://example.org#top'],
    ['HYDRA_ADMIN_URL', 'hydra:4445'],
    ['HYDRA_ADMIN_URL', 'unix:///run/hydra'],
    ['HYDRA_PUBLIC_URL', 'javascript:alert(1)'],
    ['HYDRA_ADMIN_TOKEN', 'two\nlines'],
    ['HYDRA_ADMIN_HEADERS', '[]'],
    ['HYDRA_ADMIN_HEADERS', '{"a b":"c"}'],
    ['HYDRA_ADMIN_HEADERS', '{"a":1}'],
    ['HYDRA_ADMIN_HEADERS', '{"a":"b\\nc"}'],
    ['HYDRA_ADMIN_CA_FILE', '/no/such/file'],
    ['MOCK_TLS_TERMINATION', 'maybe'],
    ['HYDRA_VERSION', 'newest'],
    ['HYDRA_TIMEOUT_MS', '99'],
    ['HYDRA_TIMEOUT_MS', '60001'],
    ['HYDRA_TIMEOUT_MS', '5s'],
    ['HYDRA_TRANSPORT', 'GOT'],
    ['COOKIE_SECRET', 'x'.repeat(31)],
    ['COOKIE_SECRET', `${'x'.repeat(32)},`],
    ['COOKIE_SECRET', `${'x'.repeat(32)},short`],
    ['TRUST_PROXY', 'yes'],
    ['TRUST_PROXY', '10.0.0.0/x'],
    ['TRUST_PROXY', '10.0.0.0/99'],
    ['TRUST_PROXY', 'loopback,'],
    ['USERS_FILE', '/no/such/file'],
    ['LOGIN_REMEMBER_SECONDS', '-1'],
    ['LOGIN_REMEMBER_SECONDS', '30 days'],
    ['CONSENT_REMEMBER_SECONDS', '99999999999'],
    ['CONSENT_PRESELECT', 'some'],
    ['SELF_REGISTRATION', 'true'],
    ['CLIENT_LOGOS', 'true'],
    ['BRAND_NAME', 'x'.repeat(61)],
    ['BRAND_SHORT_NAME', 'x'.repeat(61)],
    ['BRAND_ACCENT', 'purple'],
    ['BRAND_ACCENT', '#62f'],
    ['BRAND_ACCENT', '6b2fa0'],
    ['BRAND_RADIUS', '21'],
    ['BRAND_RADIUS', '-1'],
    ['BRAND_RADIUS', '6px'],
    ['BRAND_LOGO', 'package.json'],
    ['BRAND_LOGO', '/no/such/logo.svg'],
    ['BRAND_ICON', '/no/such/icon.png'],
    ['BRAND_ICON', wordmark],
    ['SUPPORT_URL', 'mailto:'],
    ['SUPPORT_URL', 'javascript:alert(1)'],
    ['PRIVACY_URL', 'mailto:a@b'],
    ['TERMS_URL', '/terms'],
    ['FORGOT_PASSWORD_URL', '/forgot'],
    ['FORGOT_PASSWORD_URL', 'mailto:help@example.org'],
    ['REGISTER_URL', 'javascript:alert(1)'],
    ['CHANGE_PASSWORD_URL', 'example.org/password'],
  ])('%s is not taken as %j', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name} is `))]);
  });

  test.each([
    ['https://example.org/auth/', 'https://example.org/auth', '/auth', '', true, false],
    ['https://example.org', 'https://example.org', '', '', true, false],
    ['HTTPS://Example.ORG:443//', 'https://example.org', '', '', true, false],
    ['http://localhost:3000', 'http://localhost:3000', '', '3000', false, true],
    ['http://127.0.0.1:80/a/b', 'http://127.0.0.1/a/b', '/a/b', '', false, true],
    ['http://[::1]:3000', 'http://[::1]:3000', '', '3000', false, true],
    ['http://login.localhost', 'http://login.localhost', '', '', false, true],
  ])('BASE_URL %s is taken apart', (value, href, path, port, isSecure, isLoopback) => {
    const { baseUrl } = load({ BASE_URL: value, TRUST_PROXY: 'false' }).web;
    expect(baseUrl).toEqual({
      href,
      origin: new URL(href).origin,
      path,
      port,
      isSecure,
      isLoopback,
    });
  });

  test('the logo for the dark and the wordmark belong to a logo', () => {
    const more = { BRAND_LOGO_DARK: wordmark, BRAND_LOGO_HAS_NAME: 'true' };
    expect(faultsOf(more)).toEqual([
      'BRAND_LOGO_DARK is set without BRAND_LOGO. It must come with a logo.',
      'BRAND_LOGO_HAS_NAME is set without BRAND_LOGO. It must come with a logo.',
    ]);
    const { brand } = load({ ...more, BRAND_LOGO: wordmark });
    expect(brand).toMatchObject({ logoHasName: true, icon: { path: wordmark } });
    expect(faultsOf({ BRAND_LOGO: '/no/such.svg', BRAND_LOGO_DARK: '/nor/that.svg' })).toEqual([
      expect.stringMatching(/^BRAND_LOGO is /),
      expect.stringMatching(/^BRAND_LOGO_DARK is "/),
    ]);
  });

  test('an accent gives all colours, and a note where it was changed', () => {
    const { brand, notes } = load({ BRAND_ACCENT: '#FFB02E' });
    expect(brand.colours?.palette.light).toMatchObject({ fill: '#ffb02e', accent: '#724a04' });
    expect(notes).toEqual([
      'BRAND_ACCENT #ffb02e cannot be read everywhere, so it was changed: ' +
        'light --accent is #724a04 (the contrast was 1.57, it takes 4.5).',
    ]);
    expect(load()).toMatchObject({ notes: [], brand: { colours: undefined, radius: undefined } });
  });

  test('an https address demands a word about proxies', () => {
    const env = { BASE_URL: 'https://example.org' };
    expect(faultsOf(env)).toEqual([expect.stringMatching(/^TRUST_PROXY is not set\. .*https/)]);
    expect(faultsOf({ ...env, TRUST_PROXY: ' ' })).toHaveLength(1);
    expect(faultsOf({ ...env, TRUST_PROXY: 'perhaps' })).toHaveLength(1);
    expect(faultsOf({ ...env, TRUST_PROXY: 'true' })).toEqual([
      expect.stringMatching(/^TRUST_PROXY is "true"\. .*could choose its own address/),
    ]);
    expect(load({ TRUST_PROXY: 'true' }).web.trustProxy).toBe(true);
    for (const word of ['false', '1', '0', 'loopback, 10.0.0.0/8', '::1', 'fd00::/8']) {
      expect([word, faultsOf({ ...env, TRUST_PROXY: word })]).toEqual([word, []]);
    }
    expect(load({ ...env, TRUST_PROXY: '1' }).web.trustProxy).toBe(1);
    expect(load({ ...env, TRUST_PROXY: 'false' }).web.trustProxy).toBe(false);
    expect(load({ ...env, TRUST_PROXY: 'loopback, 10.0.0.0/8' }).web.trustProxy).toEqual([
      'loopback',
      '10.0.0.0/8',
    ]);
  });

  test('addresses of the server keep their path, and lose the slash at its end', () => {
    const { hydra } = load({
      HYDRA_ADMIN_URL: 'https://gate.example.org/hydra-admin/',
      HYDRA_PUBLIC_URL: 'https://auth.example.org//',
    });
    expect(hydra.adminUrl).toBe('https://gate.example.org/hydra-admin');
    expect(hydra.publicUrl).toBe('https://auth.example.org');
  });

  test('a token may have the name that other programs give it; ours wins', () => {
    expect(load({ ORY_API_KEY: 'a' }).hydra.token).toBe('a');
    expect(load({ ORY_PAT: 'b' }).hydra.token).toBe('b');
    expect(load({ ORY_PAT: 'b', ORY_API_KEY: 'a' }).hydra.token).toBe('a');
    expect(load({ ORY_PAT: 'b', HYDRA_ADMIN_TOKEN: 'c' }).hydra.token).toBe('c');
  });

  test('several secrets for cookies come in their order', () => {
    const [first, second] = ['a'.repeat(32), 'b'.repeat(40)];
    expect(load({ COOKIE_SECRET: `${first}, ${second}` }).web.cookieSecrets).toEqual([
      first,
      second,
    ]);
  });

  test('people with public passwords may exist on a loopback address only', () => {
    expect(load().identity.mayHaveDemoUsers).toBe(true);
    const env = { BASE_URL: 'https://example.org', TRUST_PROXY: '1' };
    expect(load(env).identity.mayHaveDemoUsers).toBe(false);
  });
});

describe('where people are stored', () => {
  const api = 'https://people.example.org';

  test('may be several places, asked in that order, each with settings of its own', () => {
    const { identity } = load({ IDENTITY: ' http , file', PEOPLE_API_URL: api });
    expect(identity.backends).toEqual(['http', 'file']);
    expect(identity.settings).toMatchObject({ PEOPLE_API_URL: api, USERS_FILE: usersFile });
    expect(faultsOf({ IDENTITY: 'http,file', USERS_FILE: '/nowhere' })).toEqual([
      expect.stringMatching(/^PEOPLE_API_URL is not set/),
      expect.stringMatching(/^USERS_FILE is "/),
    ]);
  });

  test('has settings that go together, which are checked with all others', () => {
    const half = { PEOPLE_API_URL: api, PEOPLE_API_CERT_FILE: usersFile };
    expect(faultsOf({ IDENTITY: 'file,http', PORT: 'x', ...half })).toEqual([
      expect.stringMatching(/^PORT is/),
      'PEOPLE_API_CERT_FILE and PEOPLE_API_KEY_FILE go together.',
    ]);
    expect(faultsOf({ IDENTITY: 'file', ...half })).toEqual([]);
  });

  test('needs nothing of a place that is not chosen', () => {
    const elsewhere = { USERS_FILE: undefined, PEOPLE_API_URL: api };
    const { identity } = load({ IDENTITY: 'http', ...elsewhere });
    expect(Object.keys(identity.settings)).not.toContain('USERS_FILE');
    expect(faultsOf({ IDENTITY: 'http', PEOPLE_API_URL: api, USERS_FILE: '/nowhere' })).toEqual([]);
    expect(faultsOf({ IDENTITY: 'file', PEOPLE_API_URL: 'nonsense' })).toEqual([]);
  });

  test('share what instances know in the database, if there is one', () => {
    const url = 'postgres://h/d';
    expect(load().state).toBe('memory');
    expect(load({ DATABASE_URL: url }).state).toBe('database');
    expect(load({ DATABASE_URL: url, STATE: 'memory' }).state).toBe('memory');
    expect(faultsOf({ STATE: 'database' })).toEqual([
      expect.stringMatching(/^DATABASE_URL is not set\. STATE=database needs it: /),
    ]);
    expect(faultsOf({ STATE: 'database', DATABASE_URL: 'mysql://h/d' })).toHaveLength(1);
    expect(faultsOf({ STATE: 'disk' })).toEqual([
      'STATE is "disk". It must be memory or database.',
    ]);
  });

  test('is the users file if nothing else is said', () => {
    expect(load({ IDENTITY: '' }).identity.backends).toEqual(['file']);
    expect(load({ IDENTITY: '', DATABASE_URL: 'postgres://h/d' }).identity.backends).toEqual([
      'file',
    ]);
    for (const name of ['DATABASE_URL', 'DATABASE_URL_FILE']) {
      const env = { USERS_FILE: undefined, [name]: 'pglite:./data' };
      expect(chosenBackends({ ...needed, ...env })).toEqual(['sql']);
    }
    expect(faultsOf({ USERS_FILE: '' })).toEqual([
      'USERS_FILE is not set. It must be a readable file of people.',
    ]);
  });

  test.each(['files', 'FILE', 'file,file', 'file,,http', ',file', 'file http', '__proto__'])(
    'is no place called %j',
    (IDENTITY) => {
      expect(faultsOf({ IDENTITY })).toEqual([
        `IDENTITY is "${IDENTITY}". It must be ${backendSetting.wants}.`,
      ]);
    },
  );
});

describe('warnings', () => {
  test.each([
    ['one letter', 'x'.repeat(64), 'COOKIE_SECRET has a secret of fewer than 8 different'],
    ['few letters', 'abcdefg'.repeat(9), 'COOKIE_SECRET has a secret of fewer than 8 different'],
    ['a word over and over', 'wordpress!'.repeat(4), 'COOKIE_SECRET has a secret that repeats'],
    ['a weak one behind a good one', `${good},${'0'.repeat(32)}`, 'COOKIE_SECRET has a secret'],
  ])('are there for a secret of %s, which is not shown', (_what, secret, warning) => {
    const { warnings } = load({ COOKIE_SECRET: secret });
    expect(warnings).toEqual([expect.stringContaining(warning)]);
    expect(warnings.join()).not.toContain(secret);
  });

  test('are there for pages that get a challenge without https, unless they are on this machine', () => {
    for (const name of ['FORGOT_PASSWORD_URL', 'REGISTER_URL']) {
      const { warnings } = load({ COOKIE_SECRET: good, [name]: 'http://account.example.org/a' });
      expect(warnings).toEqual([expect.stringMatching(new RegExp(`^${name} is not https`))]);
      for (const address of ['https://account.example.org/a', 'http://localhost:3001/a']) {
        expect(load({ COOKIE_SECRET: good, [name]: address }).warnings).toEqual([]);
      }
    }
  });

  test('are not there for secrets made by chance', () => {
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      const COOKIE_SECRET = createHash('sha256').update(encoding).digest(encoding);
      expect(load({ COOKIE_SECRET }).warnings).toEqual([]);
    }
  });

  test.each([['COOKIE_SECRET'], ['HYDRA_ADMIN_TOKEN'], ['HYDRA_ADMIN_HEADERS']])(
    'are there for a file of %s that everybody on the machine can read',
    async (name) => {
      const path = await file(`open-${name}`, name === 'HYDRA_ADMIN_HEADERS' ? '{}' : good);
      const env = { COOKIE_SECRET: good, [name]: undefined, [`${name}_FILE`]: path };
      expect(load(env).warnings).toEqual([]);
      await chmod(path, 0o644);
      expect(load(env).warnings).toEqual([expect.stringMatching(/^\w+_FILE is .*chmod o-r\.$/)]);
      expect(load(env).warnings[0]).toContain(`${name}_FILE is "${path}"`);
    },
  );
});

describe('a secret from a file', () => {
  test.each([['COOKIE_SECRET'], ['HYDRA_ADMIN_HEADERS']])(
    '%s is read without the line end of editors',
    async (name) => {
      const value = name === 'HYDRA_ADMIN_HEADERS' ? '{"X-A":"b"}' : 'y'.repeat(40);
      const path = await file(name, `${value}\n`);
      const given = load({ [name]: undefined, [`${name}_FILE`]: path });
      expect(given).toEqual(load({ [name]: value }));
    },
  );

  test('gives way to the setting itself', async () => {
    const path = await file('token', 'from the file');
    const env = { HYDRA_ADMIN_TOKEN: 'itself', HYDRA_ADMIN_TOKEN_FILE: path };
    expect(load(env).hydra.token).toBe('itself');
  });

  test('that is not there, empty or wrong is a fault that shows the place, not the secret', async () => {
    const [empty, bad] = [await file('empty', ' \n'), await file('bad', 'too-short-a-secret')];
    const faultOf = (path: string) =>
      faultsOf({ COOKIE_SECRET: undefined, COOKIE_SECRET_FILE: path });
    expect(faultOf('/no/such/file')).toEqual([expect.stringContaining('/no/such/file')]);
    expect(faultOf(empty)).toEqual([expect.stringContaining(empty)]);
    expect(faultOf(bad)).toEqual([expect.stringContaining('not shown')]);
    expect(faultOf(bad).join()).not.toContain('too-short');
  });

  test('is none for what is no secret', async () => {
    const path = await file('port', '4000');
    expect(load({ PORT_FILE: path }).server.port).toBe(3000);
  });
});

describe('the program', () => {
  const patience = 30_000;
  jest.setTimeout(2 * patience);
  const run = (env: Env, signalWhen?: RegExp) =>
    new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      const child = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
        env: { PATH: process.env['PATH'], ...env },
        timeout: patience,
      });
      let [out, err] = ['', ''];
      let isTold = false; // a second signal would not wait
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        out += chunk;
        if (signalWhen?.test(out) && !isTold) isTold = child.kill('SIGTERM');
      });
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => (err += chunk));
      child.on('close', (code) => resolve({ code, out, err }));
    });

  test('does not start with faulty settings, and lists them without a stack', async () => {
    const { code, out, err } = await run({ PORT: 'eighty', COOKIE_SECRET: 'short' });
    expect(code).toBe(1);
    expect((JSON.parse(out) as { faults: string[] }).faults).toHaveLength(5);
    expect(err).toContain('These settings need another look:');
    expect(err).toContain('  - PORT is "eighty".');
    expect(err).toContain('  - USERS_FILE is not set.');
    expect(err).not.toMatch(/\n\s+at /);
  });

  test('does not start with faulty people, nor with public passwords in public', async () => {
    const env = { ...needed, PORT: '0', HOST: '127.0.0.1' };
    const broken = await file('broken.json', '[{"subject": "a",}]');
    const people = await run({ ...env, USERS_FILE: broken });
    expect(people.code).toBe(1);
    expect(people.err).toContain('broken.json');
    expect(people.err).not.toMatch(/\n\s+at /);
    const users = await file('demo.json', JSON.stringify([{ ...foo, demo: true }]));
    const inPublic = { BASE_URL: 'https://example.org', TRUST_PROXY: '1' };
    const demo = await run({ ...env, ...inPublic, USERS_FILE: users });
    expect(demo.code).toBe(1);
    expect(demo.err).toContain('demo');
    expect(demo.err).not.toMatch(/\n\s+at |argon2/);
  });

  test('starts before the OAuth2 server is there, writes JSON lines, and ends when told to', async () => {
    const env = { ...needed, PORT: '0', HOST: '127.0.0.1', HYDRA_ADMIN_URL: 'http://127.0.0.1:1' };
    const { code, out, err } = await run(env, /"listening"/);
    expect(err).toBe('');
    expect(code).toBe(0);
    const lines = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; level: number });
    const [first, second, ...more] = lines.map(({ msg }) => msg);
    expect(first).toBe('starting');
    expect(second).toContain('COOKIE_SECRET has a secret of fewer than 8 different characters');
    expect(more).toEqual(['listening', 'stopping', 'stopped']);
    expect(lines[1]).toMatchObject({ level: 40 });
    expect(lines[2]).toMatchObject({ level: 30, address: 'http://localhost:3000' });
  });
});
