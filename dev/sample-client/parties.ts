import { randomBytes } from 'node:crypto';
import {
  allowInsecureRequests,
  ClientSecretBasic,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import type { Hydra } from '@portico/hydra-admin';
import { everyScope } from './scopes.ts';
import { registerClients, type KnownClient } from './register.ts';

/** The clients of the sample app: a web app with a secret, and a TV without one. */
export interface Parties {
  web: Configuration;
  /** `undefined` when the OAuth2 server has no device flow. */
  tv: Configuration | undefined;
}

export interface PartiesOptions {
  issuer: string;
  hydra: Pick<Hydra, 'clients'>;
  /** Where the sample app is, without a slash at the end. */
  url: string;
  appName: string;
}

const webId = 'portico-sample';
const tvId = 'portico-sample-tv';

/**
 * Reads what the server can do and registers the clients. This happens once, but after a failure the
 * next call tries again.
 */
export function createParties(options: PartiesOptions): () => Promise<Parties> {
  let ready: Promise<Parties> | undefined;
  return function parties() {
    ready ??= prepare(options).catch((error: unknown) => {
      ready = undefined;
      throw error;
    });
    return ready;
  };
}

async function prepare({ issuer, hydra, url, appName }: PartiesOptions): Promise<Parties> {
  const secret = randomBytes(24).toString('base64url');
  const isInsecure = issuer.startsWith('http:');
  // TLS would prove who sent the tokens, but the issuer may use http: check their signatures too.
  const options = [enableNonRepudiationChecks, ...(isInsecure ? [allowInsecureRequests] : [])];
  const web = await discovery(new URL(issuer), webId, secret, ClientSecretBasic(secret), {
    execute: options,
  });
  const server = web.serverMetadata();
  const hasDevices = server.device_authorization_endpoint !== undefined;
  const tv = hasDevices ? new Configuration(server, tvId, undefined, None()) : undefined;
  if (tv) for (const apply of options) apply(tv);
  const records = [{ ...webRecord(url), client_name: appName, client_secret: secret }];
  await registerClients(hydra, hasDevices ? [...records, tvRecord(url)] : records);
  return { web, tv };
}

function webRecord(url: string): KnownClient {
  return {
    ...shared(url),
    client_id: webId,
    redirect_uris: [`${url}/callback`],
    post_logout_redirect_uris: [`${url}/signed-out`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    scope: everyScope,
    token_endpoint_auth_method: 'client_secret_basic',
    frontchannel_logout_uri: `${url}/frontchannel-logout`,
    backchannel_logout_uri: `${url}/backchannel-logout`,
  };
}

function tvRecord(url: string): KnownClient {
  return {
    ...shared(url),
    client_id: tvId,
    client_name: 'Lantern TV',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
    scope: everyScope,
    token_endpoint_auth_method: 'none',
  };
}

function shared(url: string) {
  return {
    client_uri: `${url}/`,
    policy_uri: `${url}/policy`,
    tos_uri: `${url}/terms`,
    // Even with SELF_REGISTRATION=on, this client counts as checked.
    metadata: { checked: true },
  };
}
