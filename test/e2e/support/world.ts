import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { demoAccounts, demoPassword, demoUsers, writeDemoUsers } from '../../../dev/demo-users.ts';
import {
  startStandIn,
  type ClientBody,
  type ProfileName,
  type StandIn,
} from '@portico/hydra-stand-in';
import { startSampleClient } from '../../../dev/sample-client.ts';
import {
  providerClient,
  startOpenIdProvider,
  type OpenIdProvider,
} from '../../support/openid-provider.ts';
import { localesWith } from '../../support/locales-with.ts';
import { serveApp, type Settings } from '../../support/serve-app.ts';
import { scopeWords } from './scope-words.ts';

/** Portico as it is, between the stand-in OAuth2 server and the sample app; all on free ports. */
export interface World {
  porticoUrl: string;
  sampleUrl: string;
  standIn: StandIn;
  /** What Portico logged as a fault of its own. */
  faults(): string[];
  /** Registers a client unless it is there already. */
  register(client: ClientBody & { client_id: string }): Promise<void>;
  /** Lets this much time pass at the OAuth2 server, so that challenges grow old. */
  passTime(seconds: number): void;
  /**
   * The same house where people can also sign in with the first few of its other providers, or with
   * nothing but those.
   */
  withWays(count: number, sort?: 'alone'): Promise<WorldWithWays>;
  /** Makes the OAuth2 server forget who signed in and what was allowed, and sets its clock right. */
  forgetPeople(): Promise<void>;
  close(): Promise<void>;
}

export interface WorldWithWays extends World {
  /** All providers are this one. */
  provider: OpenIdProvider;
}

const brandFile = (name: string) => fileURLToPath(new URL(`../brands/${name}`, import.meta.url));
const providers = [
  { id: 'acme', name: 'Acme Work', icon: brandFile('acme.svg') },
  { id: 'northwind', name: 'Northwind', icon: brandFile('northwind.svg') },
  { id: 'harbour', name: 'Harbour ID' },
  { id: 'lumen', name: 'Lumen' },
  { id: 'allotment', name: 'Association of Allotment Gardeners of Upper Meadow' },
  { id: 'zephyr', name: 'Zephyr' },
];

const { subject, email } = demoUsers[0]!;
export const ada = { subject, login: email, password: demoPassword };

/** Of pino. */
const errorLevel = 50;

export interface WorldOptions {
  /** The version whose manners the OAuth2 server has; 26.2 when not given. */
  profile?: ProfileName;
  /** Settings of Portico beside the needed ones, such as those of a brand. */
  settings?: Settings;
  /** `localhost` when not given. Browsers keep the cookies of two hosts apart, not of two ports. */
  host?: 'localhost' | '127.0.0.1';
  /** Entries of the users file; all have the demo password. The demo users when not given. */
  people?: readonly { subject: string }[];
}

/** Scopes in `scope-words.ts` have words there. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const { profile = '26.2', settings = {}, people = demoUsers, host = 'localhost' } = options;
  let passedMs = 0;
  const now = () => Date.now() + passedMs;
  const folder = await mkdtemp(join(tmpdir(), 'portico-e2e-'));
  let porticoUrl = '';
  let standIn!: StandIn;

  // The OAuth2 server must know where Portico is, and Portico where that is.
  const settingsAt = async (port: number): Promise<Settings> => {
    porticoUrl = `http://${host}:${port}`;
    const ports = { publicPort: 0, adminPort: 0 };
    standIn = await startStandIn({ ...ports, host, appUrl: porticoUrl, now, profile });
    return {
      BASE_URL: porticoUrl,
      HYDRA_ADMIN_URL: standIn.adminUrl,
      HYDRA_PUBLIC_URL: standIn.issuer,
      COOKIE_SECRET: 'the-secret-of-the-browser-tests-0123456789',
      USERS_FILE: await writeDemoUsers(folder, people),
      // Each test sends an address of its own, so that none is paused for the tries of another.
      TRUST_PROXY: 'loopback',
      SELF_REGISTRATION: 'on',
      SUPPORT_URL: 'https://help.example.org/',
      PRIVACY_URL: 'https://help.example.org/privacy',
      TERMS_URL: 'https://help.example.org/terms',
      FORGOT_PASSWORD_URL: 'https://account.example.org/forgot',
      REGISTER_URL: 'https://account.example.org/register',
      LOG_LEVEL: 'error',
      ...settings,
    };
  };
  const portico = await serveApp(settingsAt, {
    change: (parts) => ({ ...parts, locales: localesWith(scopeWords) }),
  });
  const { adminUrl, issuer } = standIn;
  const sample = await startSampleClient({
    port: 0,
    issuer,
    admin: { adminUrl },
    accounts: demoAccounts,
    isServerFresh: true,
  });

  const registered = new Set<string>();
  const others = new Map<string, Promise<WorldWithWays>>();

  async function createWithWays(count: number, isAlone: boolean): Promise<WorldWithWays> {
    const provider = await startOpenIdProvider();
    const { issuer } = provider;
    const list = providers.slice(0, count).map((one) => ({ ...one, issuer, ...providerClient }));
    const world = await createWorld({
      ...options,
      settings: {
        ...settings,
        IDENTITY: isAlone ? 'openid' : 'file,openid',
        OPENID_PROVIDERS: JSON.stringify(list),
      },
    });
    const close = async () => void (await Promise.all([world.close(), provider.close()]));
    return { ...world, provider, close };
  }

  return {
    porticoUrl,
    sampleUrl: sample.url,
    standIn,
    faults: () =>
      portico.logs.filter(({ level }) => level >= errorLevel).map((line) => JSON.stringify(line)),
    async register(client) {
      if (registered.has(client.client_id)) return;
      registered.add(client.client_id);
      await standIn.registerClient(client);
    },
    passTime(seconds) {
      passedMs += seconds * 1000;
    },
    withWays(count, sort) {
      const key = `${count} ${sort}`;
      const world = others.get(key) ?? createWithWays(count, sort === 'alone');
      others.set(key, world);
      return world;
    },
    async forgetPeople() {
      passedMs = 0;
      const sessions = `${adminUrl}/admin/oauth2/auth/sessions`;
      const ends = people.flatMap(({ subject }) => [
        `${sessions}/consent?all=true&subject=${subject}`,
        `${sessions}/login?subject=${subject}`,
      ]);
      await Promise.all(ends.map((url) => fetch(url, { method: 'DELETE' })));
    },
    async close() {
      await Promise.all([...others.values()].map(async (other) => (await other).close()));
      await Promise.all([sample.close(), portico.close(), standIn.close()]);
      await rm(folder, { recursive: true });
    },
  };
}
