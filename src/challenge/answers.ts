import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { PublicError } from '../errors.ts';
import { bytesForAnswers, bytesForUsed, lifeMs, longestKept } from './bounds.ts';

/** Who answers a challenge, and how. */
export interface Answer {
  /** `Challenge.key`. */
  key: string;
  /**
   * Marks of the browser that answers: the one before the answer and, if the answer renews the
   * browser's secret, the one after it. `undefined` when nobody was asked: such an answer is the
   * same for every browser.
   */
  browsers: readonly string[] | undefined;
  /** Of its text, in characters: a verifier in the address that follows is about as long. */
  challengeLength?: number;
  /** Anything that can be written as JSON. Answers are equal when their decisions are. */
  decision: unknown;
}

/** An answer that the OAuth2 server has accepted. */
interface Given {
  browsers: readonly string[] | undefined;
  /** A hash. */
  decision: string;
  /** `undefined` when the address is too long to be kept. */
  target: string | undefined;
}

/** An answer that the OAuth2 server has not accepted yet. */
type Pending = Pick<Given, 'browsers' | 'decision'> & { result: Promise<string> };

/** The size of an entry without its address, about. */
const entryBytes = 400;
const usedBytes = 150;

/**
 * One answer for each challenge, however often its form is posted. After a double click the browser
 * drops the first response and follows the second, so both must be the same. Servers since 2.2 do
 * not remember which challenges were answered: only we do.
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
    // The address takes the most memory. When it has to go, remember that there was an answer.
    dispose: (_answer, key, reason) => void (reason === 'evict' && used.set(key, true)),
  });

  /**
   * The answer that this challenge got, if any.
   * @throws PublicError `challenge_used` when this browser must not learn it, or it was not kept
   */
  function earlierOf(key: string, browser: string | undefined): Pending | Given | undefined {
    const earlier = pending.get(key) ?? given.get(key);
    if (!earlier && !used.has(key)) return undefined;
    // The address holds a verifier, which signs in whoever follows it.
    const isTheirs = !earlier?.browsers || earlier.browsers.includes(browser ?? '');
    if (!earlier || !isTheirs) throw new PublicError('challenge_used');
    return earlier;
  }

  /**
   * Where the answer that this challenge got leads; `undefined` when it has none. Waits for an
   * answer that is under way.
   * @throws PublicError `challenge_used` when another browser answered, or the address was not kept
   */
  async function recall(key: string, browser: string | undefined): Promise<string | undefined> {
    const earlier = earlierOf(key, browser);
    if (!earlier) return undefined;
    return 'result' in earlier ? earlier.result.catch(() => undefined) : targetOf(earlier);
  }

  /**
   * Answers a challenge, or repeats the answer that it got.
   * @param act sends the answer to the OAuth2 server and returns where that leads. It goes on when
   *   the browser disconnects. When it fails, the challenge counts as not answered.
   * @returns where the browser goes next
   * @throws PublicError `challenge_used` after another decision or one of another browser; and
   *   whatever `act` throws
   */
  async function once(
    { key, challengeLength = 0, browsers, decision }: Answer,
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
      const isShort = target.length <= longestKept + challengeLength;
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
    /** Whether the answer to this challenge, given or under way, has all these marks. */
    isAnsweredBy(key: string, ...marks: string[]): boolean {
      const { browsers } = pending.get(key) ?? given.get(key) ?? {};
      return browsers !== undefined && marks.every((mark) => browsers.includes(mark));
    },
    /** Whether the answer to this challenge has given the browser this mark in place of another. */
    hasRenewed(key: string, mark: string): boolean {
      const [before, after] = given.get(key)?.browsers ?? [];
      return after === mark && before !== mark;
    },
    /** Notes that what this key stands for has ended. */
    close: (key: string) => void used.set(key, true),
    isClosed: (key: string) => used.has(key),
  };
}

export type Answers = ReturnType<typeof createAnswers>;

function targetOf({ target }: Given): string {
  if (target === undefined) throw new PublicError('challenge_used');
  return target;
}
