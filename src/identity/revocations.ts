import type { IdentityLog } from './backend.ts';

/** Ends what the OAuth2 server remembers of people whose credentials count no more. */
export interface Revocations {
  /**
   * Ends the login sessions of this person now.
   * @returns whether that worked; if not, it is tried again until it does
   */
  now: (subject: string) => Promise<boolean>;
  /** Ends them in the background. */
  soon: (subject: string) => void;
  /**
   * Ends them in a minute, when the browser has gone on with an answer that was just given: servers
   * before 2 forget the answer together with the session. Nothing new if it is pending.
   */
  later: (subject: string) => void;
  /** Whether the OAuth2 server may still remember this person though it should not. */
  isPending: (subject: string) => boolean;
  close(): void;
}

interface RevocationsParts {
  /** Ends all login sessions of a person at the OAuth2 server; succeeds also if there were none. */
  revoke: (subject: string) => Promise<void>;
  log: IdentityLog;
  /** How long to wait after so many failures in a row. */
  pauseMs?: (failures: number) => number;
  /** How many people may be waiting; the one who has waited longest is given up for another. */
  mostPending?: number;
  laterMs?: number;
}

const longestPauseMs = 5 * 60_000;
const doubling = (failures: number) => Math.min(1000 * 2 ** (failures - 1), longestPauseMs);

/** One person after the other: a new users file with thousands of changes must not be a flood. */
export function createRevocations({
  revoke,
  log,
  pauseMs = doubling,
  mostPending = 10_000,
  laterMs = 60_000,
}: RevocationsParts): Revocations {
  /** By subject; the value tells one change from the next. */
  const pending = new Map<string, symbol>();
  const delayed = new Set<string>();
  let isWorking = false;
  const closing = new AbortController();
  let endPause = (): void => undefined;

  function add(subject: string): void {
    pending.delete(subject);
    pending.set(subject, Symbol(subject));
    if (pending.size <= mostPending) return;
    const [oldest = ''] = pending.keys();
    pending.delete(oldest);
    log.error({ subject: oldest }, 'too many login sessions to end: end this by hand');
  }

  async function attempt(subject: string, again: { inMs?: number } = {}): Promise<boolean> {
    const change = pending.get(subject);
    try {
      await revoke(subject);
    } catch (error) {
      const details = { subject, error: String(error), ...again };
      log.warn(details, 'login sessions could not be ended: this is tried again');
      return false;
    }
    if (pending.get(subject) === change) pending.delete(subject);
    log.info({ subject }, 'login sessions ended: the credentials count no more');
    return true;
  }

  async function work(): Promise<void> {
    if (isWorking) return endPause();
    isWorking = true;
    let failures = 0;
    while (pending.size > 0 && !closing.signal.aborted) {
      const [subject = ''] = pending.keys();
      const inMs = pauseMs(failures + 1);
      // oxlint-disable-next-line no-await-in-loop -- see above: one after the other
      const isDone = await attempt(subject, { inMs });
      failures = isDone ? 0 : failures + 1;
      if (isDone) continue;
      moveToEnd(subject);
      // oxlint-disable-next-line no-await-in-loop
      if (!closing.signal.aborted) await pause(inMs);
    }
    isWorking = false;
  }

  function moveToEnd(subject: string): void {
    const change = pending.get(subject);
    if (!change) return;
    pending.delete(subject);
    pending.set(subject, change);
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref();
      endPause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function soon(subject: string): void {
    add(subject);
    void work();
  }

  return {
    async now(subject) {
      add(subject);
      const isDone = await attempt(subject);
      void work();
      return isDone;
    },
    soon,
    later(subject) {
      if (pending.has(subject) || delayed.has(subject) || delayed.size >= mostPending) return;
      delayed.add(subject);
      setTimeout(() => {
        delayed.delete(subject);
        if (!closing.signal.aborted) soon(subject);
      }, laterMs).unref();
    },
    isPending: (subject) => pending.has(subject),
    close() {
      closing.abort();
      endPause();
    },
  };
}
