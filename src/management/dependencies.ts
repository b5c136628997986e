/** Whether what Portico needs answers: the OAuth2 server, the user stores, the database. */

export interface Dependency {
  isUp: boolean;
  /** Of the change to this, as far as anybody has asked. */
  since: Date;
  checkedAt: Date;
  /** How long the check took. */
  milliseconds: number;
}

export type Dependencies = Readonly<Record<string, Dependency>>;

/** Takes a few seconds at most, and says whether it answers. */
export type Check = () => Promise<boolean>;

const withinMs = 3_000;
/** However many ask: what is away must not be asked all the more. */
const freshMs = 1_000;

/**
 * Asks all at the same time, at most once a second, and waits three seconds at most: what has not
 * answered by then is down.
 * @param checks by the names that the dependencies have in the answer
 * @param now in milliseconds since 1970; for tests
 */
export function createDependencies(checks: Readonly<Record<string, Check>>, now = Date.now) {
  const known = new Map<string, Dependency>();
  let asked: Promise<Dependencies> | undefined;
  let askedAt = 0;

  async function ask(name: string, check: Check): Promise<[string, Dependency]> {
    const startedAt = performance.now();
    const isUp = await Promise.race([check().catch(() => false), falseAfter(withinMs)]);
    const milliseconds = Math.round((performance.now() - startedAt) * 10) / 10;
    const before = known.get(name);
    const checkedAt = new Date(now());
    const since = before?.isUp === isUp ? before.since : checkedAt;
    const found = { isUp, since, checkedAt, milliseconds };
    known.set(name, found);
    return [name, found];
  }

  async function askAll(): Promise<Dependencies> {
    const all = Object.entries(checks).map(([name, check]) => ask(name, check));
    return Object.fromEntries(await Promise.all(all));
  }

  return function dependencies(): Promise<Dependencies> {
    if (asked && now() - askedAt < freshMs) return asked;
    asked = askAll();
    // It counts from its end: one that takes long is not asked again meanwhile.
    askedAt = Number.POSITIVE_INFINITY;
    void asked.then(() => (askedAt = now()));
    return asked;
  };
}

function falseAfter(ms: number): Promise<boolean> {
  return new Promise((done) => {
    setTimeout(done, ms, false).unref();
  });
}
