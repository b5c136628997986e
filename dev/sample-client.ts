import { createHydra, type HydraConfig } from '@portico/hydra-admin';
import { loopbackAddresses, openPort, type LoopbackPort } from '@portico/hydra-stand-in';
import type { Tell } from './sample-client/app-parts.ts';
import type { SampleAccount } from './sample-client/cards.ts';
import { createParties } from './sample-client/parties.ts';
import { createSampleApp } from './sample-client/sample-app.ts';

export interface SampleClientOptions {
  /** 0: any free port. */
  port: number;
  /** Where to listen, such as `0.0.0.0` in a container; without it on this machine alone. */
  addresses?: readonly string[];
  /** Exactly as in discovery and tokens. */
  issuer: string;
  /** The admin API at which the app registers its clients. */
  admin: HydraConfig;
  appName?: string;
  /** Who can sign in, for the first page. */
  accounts?: readonly SampleAccount[];
  /** The server starts together with this app, and remembers nothing of the time before. */
  isServerFresh?: boolean;
  /** Gets one line for each step. */
  tell?: Tell;
}

export interface SampleClient {
  /** `http://localhost:5555`, without a slash at the end. */
  url: string;
  close(): Promise<void>;
}

/**
 * Starts a sample app that signs people in through the OAuth2 server. It registers its clients at
 * the admin API. While the server does not answer, its pages say so and try again.
 * @throws Error when the port is taken
 */
export async function startSampleClient(options: SampleClientOptions): Promise<SampleClient> {
  const { appName = 'Meadow Notes', accounts = [], isServerFresh = false } = options;
  const { tell = () => {}, addresses = loopbackAddresses('localhost') } = options;
  const opened: LoopbackPort = await openPort(options.port, [...addresses]);
  const url = `http://localhost:${opened.port}`;
  const hydra = createHydra(options.admin);
  const parties = createParties({ issuer: options.issuer, hydra, url, appName });
  opened.serve(createSampleApp({ parties, appName, url, accounts, isServerFresh, tell }));
  try {
    await parties();
  } catch (error) {
    tell(appName, `waits for the OAuth2 server: ${String(error)}`);
  }
  async function close(): Promise<void> {
    await Promise.all([opened.close(), hydra.close()]);
  }
  return { url, close };
}
