import { createRemoteImages, type Image, type RemoteImagesOptions } from '@portico/remote-images';
import { LRUCache } from 'lru-cache';
import type { Sealer } from '../challenge/sealer.ts';
import type { Log } from '../web/log.ts';

/** The logos that clients bring, fetched and served by us: no browser asks a foreign host. */
export interface ClientLogos {
  /**
   * Where browsers get the logo of a client; ask this for checked clients only. `undefined` when it
   * has none, or while it is not in memory: then it is fetched in the background, for the next page.
   */
  addressFor(client: { logo_uri?: string | undefined }): string | undefined;
  /** The logo at such an address; `undefined` when it is none of ours, or cannot be fetched. */
  open(seal: string): Promise<Image | undefined>;
}

interface Options extends Pick<RemoteImagesOptions, 'mayBeLoopback' | 'now'> {
  isOn: boolean;
  /** The path of BASE_URL. */
  base: string;
  /** Makes the addresses, so that nobody can have other pictures fetched. */
  sealer: Sealer;
  log: Log;
}

/** Builds the logos of clients, or none when they are off. */
export function createClientLogos(options: Options): ClientLogos {
  const { isOn, base, sealer, log, mayBeLoopback = false, now = Date.now } = options;
  if (!isOn) return { addressFor: () => undefined, open: async () => undefined };
  const images = createRemoteImages({ mayBeLoopback, now, onFault: faultLog(log, now) });
  return {
    addressFor({ logo_uri: logo }) {
      if (!logo || !images.peek(logo)) return undefined;
      return `${base}/client-logo/${sealer.seal({ logo })}`;
    },
    async open(seal) {
      const opened = sealer.open(seal) as { logo: string } | undefined;
      return opened && images.get(opened.logo);
    },
  };
}

const complainEveryMs = 60 * 60_000;
/** Of an address: enough to tell one from another. */
const longestTold = 2_000;

/** Logs each address once an hour, without its path and its query, which may hold a secret. */
function faultLog(log: Log, now: () => number): NonNullable<RemoteImagesOptions['onFault']> {
  const told = new LRUCache<string, number>({ max: 1_000 });
  return (address, { message: reason }) => {
    const key = address.slice(0, longestTold);
    if (now() - (told.get(key) ?? Number.NEGATIVE_INFINITY) < complainEveryMs) return;
    told.set(key, now());
    log.warn({ host: hostOf(address), reason }, 'the logo of an app cannot be fetched');
  };
}

function hostOf(address: string): string | undefined {
  try {
    return new URL(address).host;
  } catch {
    return undefined;
  }
}
