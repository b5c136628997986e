/** What a provider says of itself, kept for an hour; the library behind it is loaded when first used. */
import { readFileSync } from 'node:fs';
import type * as openid from 'openid-client';
import { IdentityError } from './backend.ts';
import { boundedFetch } from './openid-fetch.ts';
import type { Provider } from './openid-providers.ts';

export type OpenIdLibrary = typeof openid;
export type { Configuration, IDToken, ServerMetadata } from 'openid-client';

const timeoutSeconds = 5;
const freshMs = 60 * 60 * 1000;
/** A token may be this much too young or too old, because clocks differ. */
export const clockToleranceSeconds = 30;

export const loadOpenId = (): Promise<OpenIdLibrary> => import('openid-client');

export type OpenIdClient = ReturnType<typeof createOpenIdClient>;

export function createOpenIdClient(provider: Provider) {
  let known: { at: number; server: openid.ServerMetadata } | undefined;
  let asked: Promise<openid.ServerMetadata> | undefined;
  const isLoopback = provider.issuer.startsWith('http:');

  async function discover(): Promise<openid.ServerMetadata> {
    const client = await loadOpenId();
    const config = await client.discovery(
      new URL(provider.issuer),
      provider.clientId,
      undefined,
      undefined,
      {
        [client.customFetch]: boundedFetch,
        timeout: timeoutSeconds,
        ...(isLoopback && { execute: [client.allowInsecureRequests] }),
      },
    );
    const server: openid.ServerMetadata = { ...config.serverMetadata() };
    if (!isWeb(server.authorization_endpoint) || !isWeb(server.token_endpoint)) {
      throw new IdentityError('down', `${provider.id} names no endpoints`);
    }
    known = { at: Date.now(), server };
    return server;
  }

  function isWeb(address: string | undefined): boolean {
    return address !== undefined && (isLoopback ? /^https?:\/\//i : /^https:\/\//i).test(address);
  }

  /** One at a time; what is known stays in use while the provider is away. */
  async function discoverOnce(): Promise<openid.ServerMetadata> {
    asked ??= discover().finally(() => (asked = undefined));
    try {
      return await asked;
    } catch (error) {
      if (known) return known.server;
      throw new IdentityError('down', `${provider.id} cannot be asked: ${reasonOf(error)}`);
    }
  }

  async function server(): Promise<openid.ServerMetadata> {
    const isFresh = known !== undefined && Date.now() - known.at < freshMs;
    return isFresh ? known!.server : discoverOnce();
  }

  return {
    /** @throws IdentityError `down` when the provider cannot be asked */
    server,

    /**
     * Everything for one sign-in. Its keys are fetched anew each time, so that a provider can change
     * them at any moment, and so is the secret, if it is in a file.
     * @throws IdentityError `down`
     */
    async open(): Promise<{ client: OpenIdLibrary; config: openid.Configuration }> {
      const client = await loadOpenId();
      const metadata = { [client.clockTolerance]: clockToleranceSeconds };
      const config = new client.Configuration(
        { ...(await server()) },
        provider.clientId,
        metadata,
        authenticationOf(client, provider),
      );
      config.timeout = timeoutSeconds;
      config[client.customFetch] = boundedFetch;
      if (isLoopback) client.allowInsecureRequests(config);
      client.enableNonRepudiationChecks(config); // the signature of the ID token, not TLS alone
      return { client, config };
    },
  };
}

function authenticationOf(client: OpenIdLibrary, provider: Provider): openid.ClientAuth {
  const { clientAuth, clientSecret, clientSecretFile } = provider;
  if (clientAuth === 'none') return client.None();
  const secret = clientSecretFile === undefined ? clientSecret! : secretIn(clientSecretFile);
  return clientAuth === 'client_secret_post'
    ? client.ClientSecretPost(secret)
    : client.ClientSecretBasic(secret);
}

function secretIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new IdentityError('down', `the file of a client secret cannot be read: ${code}`);
  }
}

/** For the log: texts of the library, of Node and of ours, and codes; nothing that was answered. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.message : `${error.message}, ${code}`;
}
