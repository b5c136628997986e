import { createAdminApi } from '../admin-api.ts';
import { addClient, type ClientBody } from '../admin/client-record.ts';
import type { Client } from './client.ts';
import { createContext, type Urls } from './context.ts';
import { createKeys } from './keys.ts';
import { loopbackAddresses, openPort } from './loopback-port.ts';
import { profiles, type ProfileName } from './profiles.ts';
import { createPublicApi } from './public-api.ts';

export interface StandInOptions {
  /** 0 is any free port. */
  publicPort: number;
  adminPort: number;
  /** The login and consent app, with its path if it has one. */
  appUrl: string;
  /** What tokens and discovery say, to the letter; else the public address. */
  issuer?: string;
  profile?: ProfileName;
  /** `localhost` (default), `127.0.0.1` or `::1`. */
  host?: string;
  /** How long login and consent may take together; 1800 if not given. */
  ttlSeconds?: number;
  /** How long a device may wait; 600 if not given. */
  deviceCodeTtlSeconds?: number;
  /** Whether clients may register themselves; not if not given. */
  isSelfRegistrationOn?: boolean;
  /** Milliseconds since 1970; the clock of the machine if not given. */
  now?: () => number;
}

export interface StandIn {
  /** Base of the public endpoints, as browsers and clients must write it. */
  publicUrl: string;
  adminUrl: string;
  issuer: string;
  /**
   * Registers a client as `POST /clients` does.
   * @returns the client with its secret
   */
  registerClient(client: ClientBody): Promise<Client>;
  close(): Promise<void>;
}

/**
 * Starts an OAuth2 server that speaks the challenge protocol of Ory Hydra, for development and
 * tests: it keeps everything in memory, protects nothing, and can be reached from this machine
 * only.
 * @throws Error when a port is taken or the host is not a loopback one
 */
export async function startStandIn(options: StandInOptions): Promise<StandIn> {
  const { host = 'localhost', profile = '26.2', now = Date.now } = options;
  const addresses = loopbackAddresses(host);
  const keys = await createKeys(profiles[profile]);
  const publicPort = await openPort(options.publicPort, addresses);
  const adminPort = await openPort(options.adminPort, addresses).catch(async (error: unknown) => {
    await publicPort.close();
    throw error;
  });
  const base = `http://${host.includes(':') ? `[${host}]` : host}`;
  const { has } = profiles[profile];
  const given = options.issuer ?? `${base}:${publicPort.port}`;
  const issuer = has.slashAtIssuer ? given.replace(/\/?$/, '/') : given;
  const context = createContext({
    profile: profiles[profile],
    urls: urlsOf(issuer, options.appUrl),
    lifetimes: {
      ...(options.ttlSeconds !== undefined && { request: options.ttlSeconds }),
      ...(options.deviceCodeTtlSeconds !== undefined && {
        deviceCode: options.deviceCodeTtlSeconds,
      }),
    },
    keys,
    isSelfRegistrationOn: options.isSelfRegistrationOn ?? false,
    now,
  });
  publicPort.serve(createPublicApi(context));
  adminPort.serve(createAdminApi(context));
  return {
    publicUrl: context.urls.public,
    adminUrl: `${base}:${adminPort.port}`,
    issuer,
    registerClient: async (client) => addClient(context, client),
    close: async () => {
      await Promise.all([publicPort.close(), adminPort.close()]);
    },
  };
}

function urlsOf(issuer: string, appUrl: string): Urls {
  const app = withoutSlash(appUrl);
  return {
    issuer,
    public: withoutSlash(issuer),
    login: `${app}/login`,
    consent: `${app}/consent`,
    logout: `${app}/logout`,
    error: `${app}/error`,
    loggedOut: `${app}/logged-out`,
    deviceVerification: `${app}/device/verify`,
    deviceSuccess: `${app}/device/success`,
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
