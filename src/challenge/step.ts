import type { Request, Response } from 'express';
import type { Browser, Browsers } from '../web/browsers.ts';
import type { Csrf } from '../web/csrf.ts';
import { clientAddress, networksOf } from '../web/client-address.ts';
import type { Answers, Giver } from './answers.ts';
import type { Facts, Sealed } from './facts.ts';
import { leave } from '../web/leave.ts';
import { challengeField, type Challenge } from './read-challenge.ts';
import type { Restarts } from './restarts.ts';
import type { Sealer } from './sealer.ts';

/** The locals that the form of every challenge needs. */
export interface FormLocals {
  /** Hidden fields by their names: `partials/hidden` writes them. */
  hidden: Record<string, string>;
}

/** One challenge within one request, which shows or answers it. */
export type Step = ReturnType<typeof createStep>;
export type PostedStep<F extends Facts> = Step & {
  /** What the page was rendered from; `undefined` when it must be shown again and not answered. */
  facts: F | undefined;
};

interface StepParts {
  answers: Answers;
  browsers: Browsers;
  csrf: Pick<Csrf, 'tokenFor'>;
  restarts: Restarts;
  sealer: Sealer;
}

/** What is known about an answer beside the decision. */
export interface AnswerFacts {
  /** The person whose answer it is, where that is proven. */
  subject?: string | undefined;
  /** `User.credential` by which they proved it. */
  credential?: string | undefined;
  /** What the browser is to hold after the answer. */
  after?: Browser;
  /** `flowKey` of the sign-in that ends with the answer. */
  ends?: string | undefined;
  /** Giving the answer twice does no harm: see `Answer`. */
  isSafeTwice?: boolean;
}

/** One for all: who posts the same answer at the same moment gets the refusal of the first. */
const refusal = new Error('the OAuth2 server refused the answer');

export function createStep(
  { answers, browsers, csrf, restarts, sealer }: StepParts,
  req: Request,
  res: Response,
  challenge: Challenge,
) {
  const { key } = challenge;
  const challengeLength = challenge.text.length;

  function markOf(): string | undefined {
    const browser = browsers.of(req);
    return browser && browsers.markOf(browser);
  }

  const giverOf = ({ subject, credential }: AnswerFacts): Giver => ({
    subject,
    credential,
    network: networkOf(req),
  });

  async function once(
    decision: unknown,
    act: () => Promise<string>,
    about: AnswerFacts = {},
  ): Promise<string> {
    const { after, ends, isSafeTwice } = about;
    const before = markOf() ?? '';
    const marks = [before, ...(after ? [browsers.markOf(after)] : [])];
    const how = { decision, giver: giverOf(about), ends, isSafeTwice };
    const target = await answers.once({ key, challengeLength, browsers: marks, ...how }, act);
    // A double click may arrive with the renewed secret: it must not be renewed once more.
    if (after && !answers.hasRenewed(key, before)) browsers.keep(req, res, after);
    return target;
  }

  return {
    challenge: challenge.text,

    /** The locals for the form of this page. Also remembers where the sign-in can start again. */
    form(facts: Facts): FormLocals {
      const browser = browsers.markOf(browsers.known(req, res));
      const { app, startAgain } = facts;
      if (app ?? startAgain) restarts.set(key, networkOf(req), { app, startAgain, browser });
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
     * Answers with a person's decision, once: the same decision again gets the same answer.
     * @param act sends the answer to the OAuth2 server and returns where that leads
     * @param about the person whose answer it is, if that is proven, and the browser's new secrets,
     *   if the answer changes them
     * @returns where the browser goes next
     * @throws PublicError `challenge_used` after another decision or one of another browser
     */
    once,

    /**
     * Who gave the same answer to this challenge before, such as with a first click; `undefined` when
     * there is no answer yet.
     * @throws PublicError `challenge_used` after another decision or one of another browser
     */
    giverOf: (decision: unknown): Promise<Giver | undefined> =>
      answers.giverOf(key, markOf(), decision),

    /**
     * Like `once`, for an answer that the OAuth2 server may refuse, such as a wrong device code. A
     * refused answer does not count.
     * @param act returns `undefined` when the server refuses
     * @returns `undefined` when it did
     */
    async attempt(
      decision: unknown,
      act: () => Promise<string | undefined>,
    ): Promise<string | undefined> {
      const actOrRefuse = async () => {
        const target = await act();
        if (target === undefined) throw refusal;
        return target;
      };
      return once(decision, actOrRefuse).catch((error: unknown) => {
        if (error !== refusal) throw error;
        return undefined;
      });
    },

    /** Answers with a person's decision, once, and sends the browser on. */
    async answer(
      decision: unknown,
      act: () => Promise<string>,
      about?: AnswerFacts,
    ): Promise<void> {
      leave(res, await once(decision, act, about));
    },

    /** Answers without asking anybody, once: every browser gets the same answer. */
    onceUnasked: (
      decision: unknown,
      act: () => Promise<string>,
      { subject, ends, isSafeTwice }: Omit<AnswerFacts, 'after'> = {},
    ): Promise<string> => {
      const how = { decision, giver: giverOf({ subject }), ends, isSafeTwice };
      return answers.once({ key, challengeLength, browsers: undefined, ...how }, act);
    },

    /** What the browser is to hold once this person has signed in with this challenge. */
    browserAfter: (subject: string): Browser => browsers.after(req, subject, key),

    /** What the browser is to hold once somebody has signed out with this challenge. */
    browserAfterSignOut: (): Browser => browsers.afterSignOut(req, key),

    /** Gives the browser its new secrets, after an answer without a question. */
    keep: (browser: Browser): void => browsers.keep(req, res, browser),
  };
}

/** Who fills our memory with what strangers can make us keep. */
function networkOf(req: Request): string {
  return networksOf(clientAddress(req)).at(-1)!;
}
