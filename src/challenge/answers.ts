import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { PublicError } from '../errors.ts';
import { bytesForAnswers, bytesForUsed, lifeMs, longestKept } from './bounds.ts';

/** Who answers a challenge, and how. */
export interface Answer {
  /** `Challenge.key`. */
  key: string;
  /**
   * Marks of the browser that answers: before the answer and, where the answer renews it, after.
   * `undefined` when no person decided: then the answer is the same for everybody.
   */
  browsers: readonly string[] | undefined;
  /** Anything that becomes JSON: two answers are the same when this is. */
  decision: unknown;
}

interface Given {
  browsers: readonly string[] | undefined;
  decision: string;
  /** `undefined` when the address is too long to be kept. */
  target: string | undefined;
}

/** An answer that the OAuth2 server has not confirmed yet. */
type Pending = Pick<Given, 'browsers' | 'decision'> & { result: Promise<string> };

/** What one entry takes beside its address. */
const entryBytes = 400;
const usedBytes = 150;

/**
 * One answer for each challenge, however often it is posted. A browser that is clicked twice drops
 * the first response and follows the second: both get the same one. On servers since 2.2 this is
 * the only memory of a used challenge.
 */
export function createAnswers() {
  const pending = new Map<string, Pending>();
  const used = new LRUCache<string, true>({
    max: Math.floor(bytesForUsed / usedBytes),
    ttl: lifeMs,
  });
  const given = new LRUCache<string, Given>({
    maxSize: bytesForAnswers,
    sizeCalculation: ({ target }) => entryBytes + (target?.length ?? 0),
    ttl: lifeMs,
    // Longer than its address, we know that a challenge was answered.
    dispose: (_answer, key, reason) => void (reason === 'evict' && used.set(key, true)),
  });

  /** What is known of an answer, for a browser that may know it. */
  function earlierOf(key: string, browser: string | undefined): Pending | Given | undefined {
    const earlier = pending.get(key) ?? given.get(key);
    if (!earlier && !used.has(key)) return undefined;
    // An answer carries a verifier: it must never be handed to another browser.
    const isTheirs = !earlier?.browsers || earlier.browsers.includes(browser ?? '');
    if (!earlier || !isTheirs) throw new PublicError('challenge_used');
    return earlier;
  }

  /**
   * Where the earlier answer to this challenge leads. One that is on its way is waited for, and
   * does not count if it fails.
   * @throws PublicError `challenge_used` when another browser answered, or the address was not kept
   */
  async function recall(key: string, browser: string | undefined): Promise<string | undefined> {
    const earlier = earlierOf(key, browser);
    if (!earlier) return undefined;
    return 'result' in earlier ? earlier.result.catch(() => undefined) : targetOf(earlier);
  }

  /**
   * Answers a challenge, or repeats the answer it got before.
   * @param act asks the OAuth2 server; runs on when the browser is gone; forgotten when it fails
   * @returns where the browser goes next
   * @throws PublicError `challenge_used` when another browser answered, or this one otherwise; and
   *   whatever `act` throws
   */
  async function once(
    { key, browsers, decision }: Answer,
    act: () => Promise<string>,
  ): Promise<string> {
    const digest = hash('sha256', JSON.stringify(decision), 'base64');
    const earlier = earlierOf(key, browsers?.[0]);
    if (earlier) {
      if (earlier.decision !== digest) throw new PublicError('challenge_used');
      return 'result' in earlier ? earlier.result : targetOf(earlier);
    }
    const result = act();
    pending.set(key, { browsers, decision: digest, result });
    try {
      const target = await result;
      const isShort = target.length <= longestKept;
      given.set(key, { browsers, decision: digest, target: isShort ? target : undefined });
      return target;
    } finally {
      pending.delete(key);
    }
  }

  return {
    recall,
    once,
    /** @throws PublicError `challenge_used` when another browser answered */
    mustNotBeOthers: (key: string, browser: string | undefined): void =>
      void earlierOf(key, browser),
    /** Whether this challenge is, or is being, answered by a browser that has both marks. */
    isAnsweredBy(key: string, ...marks: string[]): boolean {
      const { browsers } = pending.get(key) ?? given.get(key) ?? {};
      return browsers !== undefined && marks.every((mark) => browsers.includes(mark));
    },
    /** Whether an answer gave the browser this mark in the place of another. */
    hasRenewed(key: string, mark: string): boolean {
      const [before, after] = given.get(key)?.browsers ?? [];
      return after === mark && before !== mark;
    },
    /** Notes that whatever this key stands for has ended. */
    close: (key: string) => void used.set(key, true),
    isClosed: (key: string) => used.has(key),
  };
}

export type Answers = ReturnType<typeof createAnswers>;

function targetOf({ target }: Given): string {
  if (target === undefined) throw new PublicError('challenge_used');
  return target;
}
