import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { PublicError } from '../errors.ts';

/** Who answers a challenge, and how. */
export interface Answer {
  challenge: string;
  /** The mark of the browser (`csrf.browserOf`); `undefined` when no person decided, as on a skip. */
  browser: string | undefined;
  /** The whole decision as text: two answers are the same when this is. */
  decision: string;
}

interface Given {
  browser: string | undefined;
  decision: string;
  answer: Promise<string | undefined>;
}

/** Longer than any challenge of a server with usual settings (30 minutes for login and consent). */
const lifeMs = 2 * 60 * 60 * 1000;
/** Answers hold addresses of some kB each; that a challenge was answered takes only a few bytes. */
const mostAnswers = 10_000;
const mostUsed = 200_000;

/**
 * One answer for each challenge, however often it is posted. A browser that is clicked twice drops
 * the first answer and follows the second: both get the same one. On servers since 2.2 this is the
 * only memory of a used challenge.
 */
export function createAnswers() {
  const used = createUsed();
  const given = new LRUCache<string, Given>({
    max: mostAnswers,
    ttl: lifeMs,
    dispose: (_entry, key, reason) => void (reason === 'evict' && used.add(key)),
  });

  /** The earlier answer to this challenge, if this browser gave one. */
  function recall(challenge: string, browser: string | undefined): Promise<string> | undefined {
    return recallKey(keyOf(challenge), browser)?.answer as Promise<string> | undefined;
  }

  function recallKey(key: string, browser: string | undefined): Given | undefined {
    const earlier = given.get(key);
    if (!earlier && !used.has(key)) return undefined;
    // An answer carries a verifier: it must never be handed to somebody else's browser.
    if (!earlier || (earlier.browser !== undefined && earlier.browser !== browser)) {
      throw new PublicError('challenge_used');
    }
    return earlier;
  }

  /**
   * Answers a challenge, or repeats the answer it got before.
   * @param act asks the OAuth2 server; runs on when the browser is gone; forgotten when it fails or
   *   returns `undefined`
   * @returns where the browser has to go
   * @throws PublicError `challenge_used` when another browser answered, or this one otherwise
   */
  async function once<T extends string | undefined>(
    answer: Answer,
    act: () => Promise<T>,
  ): Promise<T> {
    const key = keyOf(answer.challenge);
    const earlier = recallKey(key, answer.browser);
    if (earlier) {
      if (earlier.decision !== answer.decision) throw new PublicError('challenge_used');
      return earlier.answer as Promise<T>;
    }
    const result = act();
    const entry: Given = { browser: answer.browser, decision: answer.decision, answer: result };
    given.set(key, entry);
    let isAnswered = false;
    try {
      const target = await result;
      isAnswered = target !== undefined;
      return target;
    } finally {
      if (!isAnswered && given.peek(key) === entry) given.delete(key);
    }
  }

  return {
    recall,
    once,
    /** Notes that whatever this key stands for has ended. */
    close: (key: string) => used.add(keyOf(key)),
    isClosed: (key: string) => used.has(keyOf(key)),
  };
}

/** Keys, the oldest forgotten first: it has to know no more than that a challenge was answered. */
function createUsed() {
  const keys = new Map<string, number>();
  return {
    add(key: string): void {
      keys.delete(key);
      keys.set(key, Date.now());
      for (const [oldest, since] of keys) {
        if (keys.size <= mostUsed && Date.now() - since < lifeMs) break;
        keys.delete(oldest);
      }
    },
    has: (key: string): boolean => Date.now() - (keys.get(key) ?? 0) < lifeMs,
  };
}

export type Answers = ReturnType<typeof createAnswers>;

function keyOf(challenge: string): string {
  return hash('sha256', challenge, 'base64');
}
