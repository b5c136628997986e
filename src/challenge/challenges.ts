import { randomBytes } from 'node:crypto';
import type { AcceptLogin } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import { PublicError, type WayForward } from '../errors.ts';
import type { Browser, Browsers } from '../web/browsers.ts';
import { formFault, refuseForm, type Csrf } from '../web/csrf.ts';
import { postedFields, postedText } from '../web/form.ts';
import { createAnswers } from './answers.ts';
import { lifeMs } from './bounds.ts';
import { baseFacts, readFacts, readSealed, type Facts, type FactsSchema } from './facts.ts';
import { leave } from './leave.ts';
import {
  challengeField,
  readChallenge,
  type Challenge,
  type ChallengeKind,
} from './read-challenge.ts';
import { restartForAnybody } from './restart.ts';
import { createRestarts } from './restarts.ts';
import { createSealer } from './sealer.ts';
import { createStep, type PostedStep, type Step } from './step.ts';

/** A sign-in on its way from login to consent, as our mark in its `context` tells. */
export interface Flow {
  id: string;
  mark: string;
}

interface ChallengesOptions {
  browsers: Browsers;
  csrf: Pick<Csrf, 'tokenFor'>;
  secrets: readonly string[];
}

export type Challenges = ReturnType<typeof createChallenges>;

/** The hidden field that brings the facts back. */
const sealedField = 'sealed';
/** The member of a login's `context` that holds our mark. */
const contextMember = 'portico_flow';
const kinds: ChallengeKind[] = ['login', 'consent', 'logout', 'device'];

/**
 * The challenge being answered, from the address that opens it to the redirect that leaves it:
 * read, sealed into the form, bound to its browser, answered once.
 */
export function createChallenges({ browsers, csrf, secrets }: ChallengesOptions) {
  const answers = createAnswers();
  const sealer = createSealer(secrets, 'form');
  const restarts = createRestarts();

  function markOf(req: Request): string | undefined {
    const browser = browsers.of(req);
    return browser && browsers.markOf(browser);
  }

  const stepOf = (req: Request, res: Response, challenge: Challenge): Step =>
    createStep({ answers, browsers, csrf, restarts, sealer }, req, res, challenge);

  /** Whether a mark is that of the browser at hand, also if an answer has renewed it since. */
  function isSame(req: Request, key: string, mark: string): boolean {
    const current = markOf(req);
    if (current === undefined) return false;
    return mark === current || answers.isAnsweredBy(key, mark, current);
  }

  /** What the posted form was drawn from, if it is this challenge's and this browser's own. */
  function sealedFacts<F extends Facts>(
    req: Request,
    key: string,
    schema: FactsSchema<F>,
  ): F | undefined {
    const text = postedText(req, sealedField);
    const sealed = text === '' ? undefined : readSealed(sealer.open(text));
    if (!sealed || sealed.key !== key || Date.now() - sealed.at > lifeMs) return undefined;
    return isSame(req, key, sealed.browser) ? readFacts(schema, sealed.facts) : undefined;
  }

  return {
    /**
     * Opens the challenge of a page view.
     * @returns `undefined` when it was answered before: then the browser has left again
     * @throws PublicError when there is no challenge that can be asked for, or `challenge_used`
     *   when another browser answered it
     */
    async open(req: Request, res: Response, kind: ChallengeKind) {
      const challenge = readChallenge(req.query, kind);
      const target =
        req.method === 'GET' ? await answers.recall(challenge.key, markOf(req)) : undefined;
      if (target === undefined) return stepOf(req, res, challenge);
      leave(res, target);
      return undefined;
    },

    /**
     * Takes a posted form. Its facts are missing when the form must be shown again and nothing may
     * be answered: it came from elsewhere, was changed, or is too old; `res` then has status 403,
     * and `formFault` says why.
     * @param schema of the facts that the screen seals
     * @throws PublicError when there is no challenge that can be asked for, or `challenge_used`
     *   when the form must be shown again but another browser has answered
     */
    posted<F extends Facts>(
      req: Request,
      res: Response,
      kind: ChallengeKind,
      schema: FactsSchema<F>,
    ): PostedStep<F> {
      const challenge = readChallenge(postedFields(req), kind);
      const step = stepOf(req, res, challenge);
      const facts = formFault(res) ? undefined : sealedFacts(req, challenge.key, schema);
      if (!facts) {
        answers.mustNotBeOthers(challenge.key, markOf(req));
        if (!formFault(res)) refuseForm(res, 'form_expired');
      }
      return { ...step, facts };
    },

    /** The same login decision, bound to this browser by its `context`, which has to be an object. */
    bind(decision: AcceptLogin, browser: Browser): AcceptLogin {
      const id = randomBytes(12).toString('base64url');
      const flow = `${id}.${browsers.bind(browser, id)}`;
      const { context } = decision;
      const given = typeof context === 'object' && !Array.isArray(context) ? context : {};
      return { ...decision, context: { ...given, [contextMember]: flow } };
    },

    /** Our mark in the context of a consent request; `undefined` when another app took the login. */
    flowOf(context: unknown): Flow | undefined {
      const text = isRecord(context) ? context[contextMember] : undefined;
      if (typeof text !== 'string' || text === '') return undefined;
      const [id = '', mark = ''] = text.split('.');
      return { id, mark };
    },

    /** @throws PublicError `challenge_elsewhere` unless this browser made the sign-in */
    mustBeBound(req: Request, flow: Flow | undefined, startAgain: string | undefined): void {
      const browser = browsers.of(req);
      if (!flow || (browser && browsers.isBound(browser, flow.id, flow.mark))) return;
      throw new PublicError('challenge_elsewhere', { startAgain: restartForAnybody(startAgain) });
    },

    /** @throws PublicError `challenge_used` when this sign-in ended under another challenge */
    mustBeOpen(flow: Flow | undefined, way: WayForward): void {
      if (flow && answers.isClosed(flowKey(flow))) throw new PublicError('challenge_used', way);
    },

    /** Notes that a sign-in has ended: servers since 2.2 hand out new challenges for it. */
    close(flow: Flow | undefined): void {
      if (flow) answers.close(flowKey(flow));
    },

    /** What leads on from a fault of whatever challenge this request is about; empty when unknown. */
    wayForward(req: Request): Facts {
      const fields = { ...req.query, ...postedFields(req) };
      const kind = kinds.find((one) => fields[challengeField(one)] !== undefined);
      const key = kind ? keyOf(fields, kind) : '';
      const known = restarts.get(key);
      const { browser, app, startAgain } = known ?? {};
      if (!browser || !isSame(req, key, browser)) {
        return sealedFacts(req, key, baseFacts) ?? { startAgain: restartForAnybody(startAgain) };
      }
      return { app, startAgain };
    },
  };
}

function keyOf(fields: Record<string, unknown>, kind: ChallengeKind): string {
  try {
    return readChallenge(fields, kind).key;
  } catch {
    return ''; // the fault at hand is that there is no challenge
  }
}

function flowKey({ id }: Flow): string {
  return `flow ${id}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
