import { LRUCache } from 'lru-cache';
import { fetchImage, type Fetched, type FetchOptions } from './fetch-image.ts';
import { longestAddress } from './allowed-target.ts';
import { ImageFault } from './image-fault.ts';
import type { Image } from './image-type.ts';

export interface RemoteImages {
  /** The picture, if it is in memory. If not, or if it is old, it is fetched in the background. */
  peek(address: string): Image | undefined;
  /** The picture, fetched now if it must be; `undefined` when there is none. Never throws. */
  get(address: string): Promise<Image | undefined>;
}

export interface RemoteImagesOptions extends Pick<FetchOptions, 'mayBeLoopback'> {
  /** Is told each time that a picture cannot be fetched. */
  onFault?: (address: string, fault: ImageFault) => void;
  /** All pictures in memory together. */
  mostBytes?: number;
  /** How many are fetched at a time. Further ones are not fetched until they are asked for again. */
  mostAtOnce?: number;
  fetch?: (address: string, options: FetchOptions) => Promise<Fetched>;
  now?: () => number;
}

interface Entry {
  image: Image | undefined;
  fetchedAt: number;
  /** When to fetch it again. */
  dueAt: number;
  failures: number;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const [freshMs, staleMs] = [dayMs, 7 * dayMs];
const [shortestPauseMs, longestPauseMs] = [5 * minuteMs, 6 * 60 * minuteMs];
/** What an entry takes beside its bytes and its address. */
const entryBytes = 500;

/**
 * Keeps pictures in memory, for a day. An old one stays in use until there is a new one, for a week
 * at most. After a failure the address is left alone for 5 minutes, then 10 … up to 6 hours.
 */
export function createRemoteImages(options: RemoteImagesOptions = {}): RemoteImages {
  const { mayBeLoopback = false, onFault, mostBytes = 4_000_000, mostAtOnce = 4 } = options;
  const { fetch = fetchImage, now = Date.now } = options;
  const entries = new LRUCache<string, Entry>({
    maxSize: mostBytes,
    sizeCalculation: ({ image }, address) =>
      entryBytes + 2 * address.length + (image?.bytes.length ?? 0),
  });
  const underWay = new Map<string, Promise<void>>();

  async function load(address: string): Promise<void> {
    const fetched = await fetch(address, { mayBeLoopback });
    const at = now();
    if ('image' in fetched) {
      const { image } = fetched;
      entries.set(address, { image, fetchedAt: at, dueAt: at + freshMs, failures: 0 });
      return;
    }
    const old = entries.peek(address);
    const failures = old?.failures ?? 0;
    entries.set(address, {
      image: old?.image,
      fetchedAt: old?.fetchedAt ?? at,
      dueAt: at + Math.min(shortestPauseMs * 2 ** failures, longestPauseMs),
      failures: failures + 1,
    });
    onFault?.(address, fetched.fault);
  }

  /** Fetches the picture unless that is not due yet, or too many are being fetched. */
  async function refresh(address: string): Promise<void> {
    // Such an address would take the room of pictures.
    if (address.length > longestAddress) return onFault?.(address, new ImageFault('address'));
    const isDue = now() >= (entries.peek(address)?.dueAt ?? 0);
    const running = underWay.get(address);
    if (running || !isDue || underWay.size >= mostAtOnce) return running;
    const loading = load(address).finally(() => underWay.delete(address));
    underWay.set(address, loading);
    return loading;
  }

  function usable(address: string): Image | undefined {
    const entry = entries.get(address);
    return entry && now() - entry.fetchedAt < staleMs ? entry.image : undefined;
  }

  function peek(address: string): Image | undefined {
    void refresh(address);
    return usable(address);
  }

  return {
    peek,
    async get(address) {
      const image = peek(address);
      if (image) return image;
      await refresh(address);
      return usable(address);
    },
  };
}
