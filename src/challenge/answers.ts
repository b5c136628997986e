import { hash } from 'node:crypto';
import { PublicError } from '../errors.ts';
import { createFairCache } from '../state/fair-cache.ts';
import { createMemoryState } from '../state/memory-state.ts';
import { StateError } from '../state/state-error.ts';
import type { AnswerRows } from '../state/state.ts';
import {
  bytesForAnonymousAnswers,
  bytesForAnswers,
  bytesForUsed,
  lifeMs,
  longestKept,
} from './bounds.ts';
import { createAnswersElsewhere, type AnswerElsewhere } from './answers-elsewhere.ts';

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
  /** The key of what ends with this answer: nothing more can be answered under it. */
  ends?: string | undefined;
  /** Giving it twice does no harm: so it is given even when nobody can note that it was. */
  isSafeTwice?: boolean | undefined;
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
export interface Given {
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

interface AnswersOptions {
  /** What other instances know; by default there are no others. */
  rows?: AnswerRows;
  /** The cookie secrets. */
  secrets?: readonly string[];
}

/**
 * One answer for each challenge, however often its form is posted, and to whichever instance. After a
 * double click the browser drops the first response and follows the second, so both must be the same.
 * Servers since 2.2 do not remember which challenges were answered: only we do.
 *
 * What this process has given or read is kept here, because it does not change; `elsewhere` knows the
 * rest.
 */
export function createAnswers({
  rows = createMemoryState().answers,
  secrets = [],
}: AnswersOptions = {}) {
  const elsewhere = createAnswersElsewhere(rows, secrets);
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

  function noteGiven(key: string, { browsers, decision, giver, target }: Given): void {
    const answer = { browsers, decision, giver, target };
    if (giver.subject === undefined) givenAnonymously.set(key, giver.network, answer);
    else given.set(key, giver.subject, answer);
  }

  const givenOf = (key: string): Given | undefined => given.get(key) ?? givenAnonymously.get(key);

  /** What another instance knows, unless this one knows it. */
  async function elsewhereOf(key: string): Promise<AnswerElsewhere | undefined> {
    if (used.has(key)) return undefined;
    const found = await elsewhere.find(key);
    if (found?.stage === 'given') noteGiven(key, found);
    if (found?.stage === 'ended') noteUsed(key, found.giver);
    return found;
  }

  /** @throws PublicError `challenge_used` when this browser must not learn the answer that there is */
  function mustBeTheirs(earlier: Pick<Given, 'browsers'>, browser: string | undefined): void {
    // The address holds a verifier, which signs in whoever follows it.
    const isTheirs = !earlier.browsers || earlier.browsers.includes(browser ?? '');
    if (!isTheirs) throw new PublicError('challenge_used');
  }

  /**
   * The answer that this challenge got, if any.
   * @throws PublicError `challenge_used` when this browser must not learn it, or it was not kept
   */
  async function earlierOf(
    key: string,
    browser: string | undefined,
  ): Promise<Pending | Given | AnswerElsewhere | undefined> {
    const here = pending.get(key) ?? givenOf(key);
    const earlier = here ?? (await elsewhereOf(key));
    if (!earlier && !used.has(key)) return undefined;
    if (!earlier || isEnded(earlier)) throw new PublicError('challenge_used');
    mustBeTheirs(earlier, browser);
    return earlier;
  }

  /**
   * Where the answer that this challenge got leads; `undefined` when it has none. Waits for an
   * answer that is under way. Of a browser without a cookie, which cannot have answered, the other
   * instances are not asked.
   * @throws PublicError `challenge_used` when another browser answered, or the address was not kept
   */
  async function recall(key: string, browser: string | undefined): Promise<string | undefined> {
    const isKnownHere = pending.has(key) || used.has(key) || givenOf(key) !== undefined;
    if (browser === undefined && !isKnownHere) return undefined;
    const earlier = await earlierOf(key, browser);
    if (!earlier) return undefined;
    if ('result' in earlier) return earlier.result.catch(() => undefined);
    if (!('stage' in earlier)) return targetOf(earlier);
    const settled = await elsewhere.settled(key, earlier);
    return settled?.stage === 'given' ? targetOf(settled) : undefined;
  }

  /**
   * The answer that this challenge got, if it is the same.
   * @throws PublicError `challenge_used` when it is another, and as `earlierOf` does
   */
  async function sameOf(key: string, browser: string | undefined, decision: unknown) {
    const earlier = await earlierOf(key, browser);
    if (earlier) mustBeSame(earlier, digestOf(decision));
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
  async function once(answer: Answer, act: () => Promise<string>): Promise<string> {
    const { key, browsers, decision, giver } = answer;
    const digest = digestOf(decision);
    const check = (earlier: Pending | Given | AnswerElsewhere) => {
      if (isEnded(earlier)) throw new PublicError('challenge_used');
      mustBeTheirs(earlier, browsers?.[0]);
      mustBeSame(earlier, digest);
    };
    const here = pending.get(key) ?? givenOf(key);
    if (here) {
      check(here);
      return 'result' in here ? here.result : targetOf(here);
    }
    if (used.has(key)) throw new PublicError('challenge_used');
    const result = give(answer, { digest, check, act });
    pending.set(key, { browsers, decision: digest, giver, result });
    try {
      return await result;
    } finally {
      pending.delete(key);
    }
  }

  interface Giving {
    digest: string;
    check: (earlier: AnswerElsewhere) => void;
    act: () => Promise<string>;
  }

  async function give(answer: Answer, { digest, check, act }: Giving): Promise<string> {
    const { key, browsers, giver, ends, challengeLength = 0 } = answer;
    const claiming = elsewhere.claim({ key, browsers, decision: digest, giver }, check);
    const claim = await (answer.isSafeTwice ? claiming.catch(undefinedIfAway) : claiming);
    if (claim && 'stage' in claim) {
      noteGiven(key, claim);
      return targetOf(claim);
    }
    const target = await act().catch(async (error: unknown) => {
      await claim?.release();
      throw error;
    });
    const isShort = target.length <= longestKept + challengeLength;
    const kept = { browsers, decision: digest, giver, target: isShort ? target : undefined };
    noteGiven(key, kept);
    if (ends !== undefined) noteUsed(ends, giver);
    if (claim) await elsewhere.save(claim, { key, ...kept }, ends);
    return target;
  }

  return {
    recall,
    once,
    /**
     * Who gave the same answer to this challenge before; `undefined` when it has none.
     * @throws PublicError `challenge_used` when it has another, or another browser answered
     */
    giverOf: async (
      key: string,
      browser: string | undefined,
      decision: unknown,
    ): Promise<Giver | undefined> => (await sameOf(key, browser, decision))?.giver,
    /** @throws PublicError `challenge_used` when another browser answered */
    mustNotBeOthers: async (key: string, browser: string | undefined): Promise<void> =>
      void (await earlierOf(key, browser)),
    /** Whether the answer to this challenge, given or under way, has all these marks. */
    async isAnsweredBy(key: string, ...marks: string[]): Promise<boolean> {
      const { browsers } = pending.get(key) ?? givenOf(key) ?? (await elsewhereOf(key)) ?? {};
      return browsers !== undefined && marks.every((mark) => browsers.includes(mark));
    },
    /** Whether the answer that `once` has given has this mark for the browser in place of another. */
    hasRenewed(key: string, mark: string): boolean {
      const [before, after] = givenOf(key)?.browsers ?? [];
      return after === mark && before !== mark;
    },
    /** Whether this has ended with an answer. */
    async isClosed(key: string): Promise<boolean> {
      return used.has(key) || (await elsewhereOf(key)) !== undefined;
    },
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

const isEnded = (earlier: object): boolean => 'stage' in earlier && earlier.stage === 'ended';

/** @throws PublicError `challenge_used` when another decision was given */
function mustBeSame({ decision }: Pick<Given, 'decision'>, digest: string): void {
  if (decision !== digest) throw new PublicError('challenge_used');
}

function digestOf(decision: unknown): string {
  return hash('sha256', JSON.stringify(decision), 'base64');
}

function targetOf({ target }: Pick<Given, 'target'>): string {
  if (target === undefined) throw new PublicError('challenge_used');
  return target;
}

function undefinedIfAway(error: unknown): undefined {
  if (!(error instanceof StateError)) throw error;
  return undefined;
}
