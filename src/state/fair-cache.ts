import { hash, randomBytes } from 'node:crypto';

export interface FairCacheOptions<V> {
  /** The sum of the sizes of all entries. */
  maxSize: number;
  /** How long an entry is kept after it was set, in milliseconds. */
  ttlMs: number;
  /** The size of an entry. Default: each counts as one. */
  sizeOf?: (value: V) => number;
  /** Called with an entry that has to go because there is no room. */
  onEvict?: (key: string, value: V) => void;
}

interface Kept<V> {
  value: V;
  size: number;
  share: Share;
  until: number;
}

/** The groups of one share; its keys, the oldest first. */
interface Share {
  keys: Set<string>;
  size: number;
}

/**
 * Keeps what strangers can make us keep, in bounded memory. Each entry belongs to a group, such as
 * the network or the person it comes from. When there is no room, the oldest entry of those who take
 * the most goes: a flood displaces itself, and not what others left here.
 *
 * Groups are dealt to shares by a random key, so that nobody can aim at the share of somebody else.
 */
export function createFairCache<V>(options: FairCacheOptions<V>) {
  const { maxSize, ttlMs, sizeOf = () => 1, onEvict } = options;
  const kept = new Map<string, Kept<V>>();
  /** At most 256, made when they are needed: so many empty sets take 150 kB. */
  const shares: Share[] = [];
  const seed = randomBytes(16).toString('base64');
  let size = 0;

  function shareOf(group: string): Share {
    const number = Number.parseInt(hash('sha256', seed + group).slice(0, 2), 16);
    return (shares[number] ??= { keys: new Set(), size: 0 });
  }

  function remove(key: string, { share, size: own }: Kept<V>): void {
    kept.delete(key);
    share.keys.delete(key);
    share.size -= own;
    size -= own;
  }

  function makeRoom(): void {
    if (size <= maxSize) return;
    const largest = shares.reduce((one, other) => (other.size > one.size ? other : one));
    for (const oldest of largest.keys) {
      const entry = kept.get(oldest)!;
      remove(oldest, entry);
      if (entry.until > performance.now()) onEvict?.(oldest, entry.value);
      return makeRoom();
    }
  }

  return {
    get(key: string): V | undefined {
      const entry = kept.get(key);
      if (!entry) return undefined;
      if (entry.until > performance.now()) return entry.value;
      remove(key, entry);
      return undefined;
    },

    has: (key: string): boolean => (kept.get(key)?.until ?? 0) > performance.now(),

    /** @param group who fills the memory with this entry */
    set(key: string, group: string, value: V): void {
      this.delete(key);
      const entry = {
        value,
        size: sizeOf(value),
        share: shareOf(group),
        until: performance.now() + ttlMs,
      };
      kept.set(key, entry);
      entry.share.keys.add(key);
      entry.share.size += entry.size;
      size += entry.size;
      makeRoom();
    },

    delete(key: string): void {
      const entry = kept.get(key);
      if (entry) remove(key, entry);
    },

    /** All entries that have not run out. */
    *entries(): Generator<[string, V]> {
      const now = performance.now();
      for (const [key, { value, until }] of kept) if (until > now) yield [key, value];
    },

    /** The sum of the sizes of all entries. */
    get size(): number {
      return size;
    },
  };
}
