const sweepEveryMs = 60_000;

/** A map whose entries end by themselves, and whose oldest entry goes when it is full. */
export class ExpiringMap<V> {
  readonly #entries = new Map<string, { value: V; endsAt: number }>();
  readonly #now: () => number;
  readonly #most: number;
  #sweepAt = 0;

  /**
   * @param now milliseconds since 1970
   * @param most entries at the same time
   */
  constructor(now: () => number, most = 10_000) {
    this.#now = now;
    this.#most = most;
  }

  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    return entry && entry.endsAt > this.#now() ? entry.value : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  /** Puts a new entry last; an entry that is there keeps its place. */
  set(key: string, value: V, lifetimeSeconds: number): void {
    this.#sweep();
    if (!this.#entries.has(key) && this.#entries.size >= this.#most) {
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    }
    this.#entries.set(key, { value, endsAt: this.#now() + lifetimeSeconds * 1000 });
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(isMeant: (value: V) => boolean): void {
    for (const [key, { value }] of this.#entries) {
      if (isMeant(value)) this.#entries.delete(key);
    }
  }

  find(isMeant: (value: V) => boolean): V | undefined {
    return this.values().find(isMeant);
  }

  /** What has not ended, oldest first. */
  values(): V[] {
    const now = this.#now();
    return [...this.#entries.values()].filter(({ endsAt }) => endsAt > now).map((e) => e.value);
  }

  /** Entries held in memory, ended ones included. */
  get size(): number {
    return this.#entries.size;
  }

  #sweep(): void {
    const now = this.#now();
    if (now < this.#sweepAt) return;
    this.#sweepAt = now + sweepEveryMs;
    for (const [key, { endsAt }] of this.#entries) {
      if (endsAt <= now) this.#entries.delete(key);
    }
  }
}
