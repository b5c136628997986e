import { setMaxListeners } from 'node:events';

/** The time for some checks is up. */
export class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

/** Aborts its signal after some time, or along with another signal. */
export class Deadline {
  readonly #end = new AbortController();
  readonly #other: AbortSignal;
  readonly #stop = () => this.#end.abort(this.#other.reason);
  #timer: NodeJS.Timeout | undefined;
  #leftMs: number;
  #startedAt = 0;

  /** @param other a signal to follow */
  constructor(ms: number, other: AbortSignal) {
    this.#leftMs = ms;
    this.#other = other;
    if (other.aborted) this.#stop();
    setMaxListeners(0, this.#end.signal); // each request listens
    other.addEventListener('abort', this.#stop, { once: true });
    this.#start();
  }

  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Does some work that has a deadline of its own: its time does not count. */
  async without<T>(work: () => Promise<T>): Promise<T> {
    clearTimeout(this.#timer);
    this.#leftMs -= performance.now() - this.#startedAt;
    try {
      return await work();
    } finally {
      this.#start();
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#other.removeEventListener('abort', this.#stop);
  }

  #start(): void {
    this.#startedAt = performance.now();
    this.#timer = setTimeout(() => this.#end.abort(new TimeUp('too late')), this.#leftMs);
  }
}
