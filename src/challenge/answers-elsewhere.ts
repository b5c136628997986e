/** Answers as the other instances see them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StateError } from '../state/state-error.ts';
import type { AnswerRow, AnswerRows, Claim } from '../state/state.ts';
import { createEncryption } from '../web/encryption.ts';
import type { Given, Giver } from './answers.ts';

/** An answer that some instance has given, or is giving. */
export interface AnswerElsewhere extends Given {
  stage: AnswerRow['stage'];
}

interface Content {
  giver: Giver;
  target?: string | undefined;
}

const firstPauseMs = 25;
const longestPauseMs = 500;
/** Much longer than it takes until the claim of an instance that was killed lapses. */
const patienceMs = 60_000;

/**
 * @param secrets the cookie secrets: with them, what is kept of an answer is encrypted
 */
export function createAnswersElsewhere(rows: AnswerRows, secrets: readonly string[]) {
  const encryption = createEncryption(secrets, 'answer');

  function read(key: string, row: AnswerRow): AnswerElsewhere {
    // Without the secret that it was made with, nobody learns where it led.
    const opened = encryption.open(row.content, key);
    const { giver, target }: Content = opened
      ? (JSON.parse(opened.toString()) as Content)
      : { giver: { network: '' } };
    return { stage: row.stage, decision: row.decision, browsers: row.browsers, giver, target };
  }

  const contentOf = (key: string, content: Content) => () =>
    encryption.seal(Buffer.from(JSON.stringify(content)), key);

  async function find(key: string): Promise<AnswerElsewhere | undefined> {
    const row = await rows.find(key);
    return row && read(key, row);
  }

  return {
    find,

    /**
     * Claims the right to give an answer. Where another instance is giving one, waits for it; where an
     * instance was killed while it did, takes over.
     * @param check throws where the answer that is there must not be repeated
     * @returns the claim, or the answer that was given
     */
    async claim(
      { key, giver, decision, browsers }: Omit<Given, 'target'> & { key: string },
      check: (earlier: AnswerElsewhere) => void,
    ): Promise<Claim | AnswerElsewhere> {
      const content = contentOf(key, { giver });
      const wait = createPatience();
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- each look comes after a pause
        const claim = await rows.claim(key, { decision, browsers, content });
        if (claim) return claim;
        // oxlint-disable-next-line no-await-in-loop
        const row = await rows.find(key);
        const earlier = row && read(key, row);
        if (earlier) check(earlier);
        if (earlier?.stage === 'given') return earlier;
        // oxlint-disable-next-line no-await-in-loop
        const taken = row?.stage === 'lapsed' ? await rows.takeOver(key, row) : undefined;
        if (taken) return taken;
        // oxlint-disable-next-line no-await-in-loop
        if (row) await wait();
      }
    },

    save: (claim: Claim, { key, giver, target }: Given & { key: string }, ended?: string) =>
      claim.save(contentOf(key, { giver, target }), ended),

    /** Waits while an instance is giving this answer. */
    async settled(key: string, first: AnswerElsewhere): Promise<AnswerElsewhere | undefined> {
      const wait = createPatience();
      let answer: AnswerElsewhere | undefined = first;
      while (answer?.stage === 'claimed') {
        // oxlint-disable-next-line no-await-in-loop -- each look comes after a pause
        await wait();
        // oxlint-disable-next-line no-await-in-loop
        answer = await find(key);
      }
      return answer;
    },
  };
}

/** Pauses that grow. @throws StateError when it has taken too long */
function createPatience(): () => Promise<void> {
  const end = performance.now() + patienceMs;
  let pauseMs = firstPauseMs;
  return async function wait() {
    if (performance.now() > end) throw new StateError('another instance has not finished');
    await sleep(pauseMs);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  };
}
