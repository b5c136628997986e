import { hash } from 'node:crypto';
import { PublicError } from '../errors.ts';
import { createFairCache } from '../web/fair-cache.ts';
import {
  bytesForAnonymousAnswers,
  bytesForAnswers,
  bytesForUsed,
  lifeMs,
  longestKept,
} from './bounds.ts';

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
  giver: Giver;
}

/** Whose answer it is. Answers of one giver never displace those of others. */
export interface Giver {
  /** The person, where it is proven who that is. */
  subject?: string | undefined;
  /** `User.credential` by which they proved it. */
  credential?: string | undefined;
  /** The widest network of the browser's address. */
  network: string;
}

/** An answer that the OAuth2 server has accepted. */
interface Given {
  browsers: readonly string[] | undefined;
  /** A hash. */
  decision: string;
  /** `undefined` when the address is too long to be kept. */
  target: string | undefined;
  giver: Giver;
}

/** An answer that the OAuth2 server has not accepted yet. */
type Pending = Omit<Given, 'target'> & { result: Promise<string> };

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
  const used = createFairCache<Giver>({
    maxSize: bytesForUsed,
    sizeOf: () => usedBytes,
    ttlMs: lifeMs,
  });
  const given = createGiven(bytesForAnswers, noteUsed);
  const givenAnonymously = createGiven(bytesForAnonymousAnswers, noteUsed);

  function noteUsed(key: string, giver: Giver): void {
    used.set(key, giver.subject ?? giver.network, giver);
  }

  const givenOf = (key: string): Given | undefined => given.get(key) ?? givenAnonymously.get(key);

  /**
   * The answer that this challenge got, if any.
   * @throws PublicError `challenge_used` when this browser must not learn it, or it was not kept
   */
  function earlierOf(key: string, browser: string | undefined): Pending | Given | undefined {
    const earlier = pending.get(key) ?? givenOf(key);
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
   * The answer that this challenge got, if it is the same.
   * @throws PublicError `challenge_used` when it is another, and as `earlierOf` does
   */
  function sameOf(wanted: { key: string; browser: string | undefined; decision: unknown }) {
    const earlier = earlierOf(wanted.key, wanted.browser);
    if (earlier && earlier.decision !== digestOf(wanted.decision)) {
      throw new PublicError('challenge_used');
    }
    return earlier;
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
    { key, challengeLength = 0, browsers, decision, giver }: Answer,
    act: () => Promise<string>,
  ): Promise<string> {
    const earlier = sameOf({ key, browser: browsers?.[0], decision });
    if (earlier) return 'result' in earlier ? earlier.result : targetOf(earlier);
    const digest = digestOf(decision);
    const result = act();
    pending.set(key, { browsers, decision: digest, giver, result });
    try {
      const target = await result;
      const isShort = target.length <= longestKept + challengeLength;
      const answer = { browsers, decision: digest, giver, target: isShort ? target : undefined };
      if (giver.subject === undefined) givenAnonymously.set(key, giver.network, answer);
      else given.set(key, giver.subject, answer);
      return target;
    } finally {
      pending.delete(key);
    }
  }

  return {
    recall,
    once,
    /**
     * Who gave the same answer to this challenge before; `undefined` when it has none.
     * @throws PublicError `challenge_used` when it has another, or another browser answered
     */
    giverOf: (key: string, browser: string | undefined, decision: unknown): Giver | undefined =>
      sameOf({ key, browser, decision })?.giver,
    /** @throws PublicError `challenge_used` when another browser answered */
    mustNotBeOthers: (key: string, browser: string | undefined): void =>
      void earlierOf(key, browser),
    /** Whether the answer to this challenge, given or under way, has all these marks. */
    isAnsweredBy(key: string, ...marks: string[]): boolean {
      const { browsers } = pending.get(key) ?? givenOf(key) ?? {};
      return browsers !== undefined && marks.every((mark) => browsers.includes(mark));
    },
    /** Whether the answer to this challenge has given the browser this mark in place of another. */
    hasRenewed(key: string, mark: string): boolean {
      const [before, after] = givenOf(key)?.browsers ?? [];
      return after === mark && before !== mark;
    },
    /** Notes that what this key stands for has ended. */
    close: (key: string, giver: Giver): void => noteUsed(key, giver),
    isClosed: (key: string) => used.has(key),
  };
}

export type Answers = ReturnType<typeof createAnswers>;

/** Answers within these bounds. When an address has to go, it is noted that there was an answer. */
function createGiven(maxSize: number, noteUsed: (key: string, giver: Giver) => void) {
  return createFairCache<Given>({
    maxSize,
    sizeOf: ({ target }) => entryBytes + (target?.length ?? 0),
    ttlMs: lifeMs,
    onEvict: (key, { giver }) => noteUsed(key, giver),
  });
}

function digestOf(decision: unknown): string {
  return hash('sha256', JSON.stringify(decision), 'base64');
}

function targetOf({ target }: Given): string {
  if (target === undefined) throw new PublicError('challenge_used');
  return target;
}
