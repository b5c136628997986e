import type { Request, Response } from 'express';
import type { Browser, Browsers } from '../web/browsers.ts';
import type { Csrf } from '../web/csrf.ts';
import type { Answers } from './answers.ts';
import type { Facts, Sealed } from './facts.ts';
import { leave } from './leave.ts';
import { challengeField, type Challenge } from './read-challenge.ts';
import type { Restarts } from './restarts.ts';
import type { Sealer } from './sealer.ts';

/** What every form of a challenge needs from its view. */
export interface FormLocals {
  /** Hidden fields by their names: `partials/hidden` writes them. */
  hidden: Record<string, string>;
}

/** One challenge, for the request that shows or answers it. */
export type Step = ReturnType<typeof createStep>;
export type PostedStep<F extends Facts> = Step & {
  /** What the page was drawn from; `undefined` when it must be shown again and not answered. */
  facts: F | undefined;
};

interface StepParts {
  answers: Answers;
  browsers: Browsers;
  csrf: Pick<Csrf, 'tokenFor'>;
  restarts: Restarts;
  sealer: Sealer;
}

export function createStep(
  { answers, browsers, csrf, restarts, sealer }: StepParts,
  req: Request,
  res: Response,
  challenge: Challenge,
) {
  const { key } = challenge;

  function markOf(): string | undefined {
    const browser = browsers.of(req);
    return browser && browsers.markOf(browser);
  }

  async function once(
    decision: unknown,
    act: () => Promise<string>,
    after?: Browser,
  ): Promise<string> {
    const before = markOf() ?? '';
    const marks = [before, ...(after ? [browsers.markOf(after)] : [])];
    // A second click after the first has changed the browser must not change it once more.
    const isChanged = answers.hasRenewed(key, before);
    const target = await answers.once({ key, browsers: marks, decision }, act);
    if (after && !isChanged) browsers.keep(req, res, after);
    return target;
  }

  return {
    challenge: challenge.text,

    /** What the view needs for its form. Remembers where the sign-in can begin again. */
    form(facts: Facts): FormLocals {
      const browser = browsers.markOf(browsers.known(req, res));
      const { app, startAgain } = facts;
      if (app ?? startAgain) restarts.set(key, { app, startAgain, browser });
      const sealed: Sealed = { key, browser, at: Date.now(), facts };
      return {
        hidden: {
          _csrf: csrf.tokenFor(req, res),
          [challengeField(challenge.kind)]: challenge.text,
          sealed: sealer.seal(sealed),
        },
      };
    },

    /**
     * Answers by a person's decision, once: the same decision again gets the same answer.
     * @param act asks the OAuth2 server
     * @param after the browser as it is once this is done, where the answer changes it
     * @returns where the browser goes next
     * @throws PublicError `challenge_used` for another decision, or another browser
     */
    once,

    /**
     * The same for an answer that the server may refuse, which is none then.
     * @returns `undefined` when `act` returns that
     */
    async attempt(
      decision: unknown,
      act: () => Promise<string | undefined>,
    ): Promise<string | undefined> {
      const refusal = new Error('the server took no answer');
      const orRefusal = async () => {
        const target = await act();
        if (target === undefined) throw refusal;
        return target;
      };
      return once(decision, orRefusal).catch((error: unknown) => {
        if (error !== refusal) throw error;
        return undefined;
      });
    },

    /** Answers by a person's decision, and sends the browser on. */
    async answer(decision: unknown, act: () => Promise<string>): Promise<void> {
      leave(res, await once(decision, act));
    },

    /** Answers where nobody was asked, once: the answer is the same for every browser. */
    onceUnasked: (decision: unknown, act: () => Promise<string>): Promise<string> =>
      answers.once({ key, browsers: undefined, decision }, act),

    /** @throws PublicError `challenge_used` when another browser answered */
    async isAnswered(): Promise<boolean> {
      return (await answers.recall(key, markOf())) !== undefined;
    },

    /** The browser as it is once this person has signed in by this challenge. */
    browserAfter: (subject: string): Browser => browsers.after(req, subject, key),

    /** The browser as it is once its person has signed out by this challenge. */
    browserAfterSignOut: (): Browser => browsers.afterSignOut(req, key),

    /** Gives the browser its cookie where nobody was asked. */
    keep: (browser: Browser): void => browsers.keep(req, res, browser),
  };
}
