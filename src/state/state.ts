/**
 * What instances of Portico share: answers, sessions and counts of wrong attempts. It has two homes,
 * the memory of the process and a database. All keys are hashes, and what must stay secret comes
 * here encrypted: whoever reads the home of the state can neither sign in nor follow an answer.
 */

export interface State {
  answers: AnswerRows;
  sessions: SessionRows;
  /** `undefined` in memory, where each limit counts for itself. */
  counts: CountRows | undefined;
  /** Whether the state can be asked now. Takes a few seconds at most, and never throws. */
  ready(): Promise<boolean>;
  close(): Promise<void>;
}

/** A challenge that has an answer, one that is being answered, or a sign-in that has ended. */
export interface AnswerRow {
  /**
   * - `claimed`: some instance is giving it to the OAuth2 server right now
   * - `lapsed`: that instance has not been heard of for a while: it may have been given or not
   * - `given`: the OAuth2 server has accepted it
   * - `ended`: nothing more can be answered
   */
  stage: 'claimed' | 'lapsed' | 'given' | 'ended';
  /** A hash of what was decided; empty when it has `ended`. */
  decision: string;
  /** Marks of the browsers that may learn it; `undefined` when all may. */
  browsers: readonly string[] | undefined;
  /** Encrypted: who gave it, and where it leads. */
  content: string;
  /** Names the claim, for `takeOver`. */
  claim: string;
}

export interface NewAnswer extends Pick<AnswerRow, 'decision' | 'browsers'> {
  /** Encrypts it, where it is to be kept. */
  content: () => string;
}

/**
 * Answers by the key of their challenge. Each method throws a StateError `down` when the state
 * cannot be asked, unless it says otherwise.
 */
export interface AnswerRows {
  find(key: string): Promise<AnswerRow | undefined>;
  /**
   * Makes sure that nobody else answers this challenge until the claim is saved, released or lapses.
   * @returns `undefined` when it has a row already
   */
  claim(key: string, answer: NewAnswer): Promise<Claim | undefined>;
  /**
   * Claims what has lapsed, to give the same answer once more.
   * @returns `undefined` when somebody else was quicker
   */
  takeOver(key: string, row: AnswerRow): Promise<Claim | undefined>;
}

/** The right to answer one challenge. It is kept up until `save` or `release`. */
export interface Claim {
  /**
   * Notes that the OAuth2 server has accepted the answer. Never throws: what cannot be saved now is
   * saved later.
   * @param ended key of the sign-in that has ended with it
   */
  save(content: () => string, ended: string | undefined): Promise<void>;
  /** Notes that the challenge was not answered. Never throws: what is not released lapses. */
  release(): Promise<void>;
}

/** Sessions by a hash of their id. Each method throws a StateError `down` when it cannot be done. */
export interface SessionRows {
  /** @returns what was written; the session is kept longer, because it is used */
  read(key: string): Promise<string | undefined>;
  /**
   * @param person stands for whose session it is: see `mostSessions`
   * @param text encrypted, where others may read it
   */
  write(key: string, person: string, text: string): Promise<void>;
  /** Never throws: what cannot be removed now is removed later. */
  remove(key: string): Promise<void>;
}

/** How many wrong attempts there were, and when the last one was counted. */
export interface Count {
  wrong: number;
  /** In milliseconds since 1970, by the clock of the state. */
  at: number;
}

/** A count, with the attempts that are being made. */
export interface OpenCount extends Count {
  /** When each attempt under way counts as wrong, because nobody has told its result. */
  leases: Record<string, number>;
}

/** What a count is about. */
export interface CountKey {
  limit: string;
  key: string;
}

export interface CountChange extends OpenCount {
  /** How long the row is worth keeping, from now. */
  keepMs: number;
}

/** Counts of wrong attempts. Each method throws a StateError `down` when it cannot be done. */
export interface CountRows {
  /** @returns the count as it is stored, and the time of the state's clock */
  read(key: CountKey): Promise<{ count: OpenCount; now: number }>;
  /**
   * Takes a place at these counts, if nothing was wrong at any and nobody has one: the usual case, in
   * one statement.
   * @returns `false` when `change` has to decide; some of the places may be taken then
   */
  take(lease: string, keys: readonly CountKey[], leaseMs: number): Promise<boolean>;
  /**
   * Reads counts, lets `decide` change them, and writes them, while nobody else can.
   * @param decide gets the counts in the order of `keys`, and returns their changes in the same
   *   order, or none. May be called more than once, and must not wait
   */
  change<T>(
    keys: readonly CountKey[],
    decide: (counts: OpenCount[], now: number) => { changes?: CountChange[]; result: T },
  ): Promise<T>;
  /**
   * Ends an attempt that counts as right or not at all. Never throws: later it counts as wrong.
   * @param cleared those whose wrong attempts are forgotten
   */
  release(lease: string, keys: readonly CountKey[], cleared: readonly CountKey[]): Promise<void>;
  /** Counts of this limit with at least so many wrong attempts, or attempts under way. */
  list(
    limit: string,
    least: number,
  ): Promise<{ now: number; counts: (OpenCount & { key: string })[] }>;
  /** Forgets the wrong attempts of all keys of this limit that this holds for. @returns how many */
  clearWhere(limit: string, holds: (key: string) => boolean): Promise<number>;
  /** Forgets the wrong attempts of these keys. */
  clear(keys: readonly CountKey[]): Promise<void>;
}

/** How many sessions a person may have: the one that was used least lately goes. */
export const mostSessions = 100;
/** How long a session is kept without being used. */
export const sessionIdleMs = 30 * 24 * 60 * 60 * 1000;
