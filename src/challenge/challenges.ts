import { createHmac, hash, randomBytes } from 'node:crypto';
import type { AcceptLogin } from '@portico/hydra-admin';
import type { Request, Response } from 'express';
import { PublicError, type WayForward } from '../errors.ts';
import type { Audit } from '../audit/audit.ts';
import type { User } from '../identity/backend.ts';
import { StateError } from '../state/state-error.ts';
import type { AnswerRows } from '../state/state.ts';
import type { Browser, Browsers } from '../web/browsers.ts';
import { formFault, refuseForm, type Csrf } from '../web/csrf.ts';
import { postedFields, postedText } from '../web/form.ts';
import { createAnswers } from './answers.ts';
import { lifeMs } from './bounds.ts';
import { baseFacts, readFacts, readSealed, type Facts, type FactsSchema } from './facts.ts';
import { leave } from '../web/leave.ts';
import type { Log } from '../web/log.ts';
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

/**
 * One sign-in from login to consent. We put it into the `context` of the accepted login, and the
 * OAuth2 server hands it back with the consent request.
 */
export interface Flow {
  id: string;
  /** Made by `Browsers.bind`: shows in which browser the login was accepted. */
  mark: string;
  /** A keyed hash of `User.credential`; `undefined` in a sign-in of a release that had none. */
  proof?: string | undefined;
}

interface ChallengesOptions {
  audit: Audit;
  browsers: Browsers;
  csrf: Pick<Csrf, 'tokenFor'>;
  log: Pick<Log, 'warn'>;
  /** Where instances share what was answered. */
  rows: AnswerRows;
  secrets: readonly string[];
}

export type Challenges = ReturnType<typeof createChallenges>;

/** The hidden field that carries the sealed facts. */
const sealedField = 'sealed';
/** The member of a login's `context` that holds the flow. */
const contextMember = 'portico_flow';
const proofBytes = 16;
const kinds: ChallengeKind[] = ['login', 'consent', 'logout', 'device'];

/**
 * Everything about the challenge being answered: it is read from the address, sealed into the form,
 * bound to the browser, answered once, and left by a redirect.
 */
export function createChallenges({ audit, browsers, csrf, log, rows, secrets }: ChallengesOptions) {
  const answers = createAnswers({ rows, secrets });
  const sealer = createSealer(secrets, 'form');
  const restarts = createRestarts();

  function markOf(req: Request): string | undefined {
    const browser = browsers.of(req);
    return browser && browsers.markOf(browser);
  }

  /** The challenges of browsers that have come back from another site, which their address lacks. */
  const resumed = new WeakMap<Request, Record<string, string>>();

  const stepOf = (req: Request, res: Response, challenge: Challenge): Step =>
    createStep({ answers, browsers, csrf, restarts, sealer }, req, res, challenge);

  /** Whether a mark is this browser's, now or before an answer to this challenge renewed it. */
  async function isSame(req: Request, key: string, mark: string): Promise<boolean> {
    const current = markOf(req);
    if (current === undefined) return false;
    return mark === current || answers.isAnsweredBy(key, mark, current);
  }

  /** The facts sealed into the posted form, if they are of this challenge and this browser. */
  async function sealedFacts<F extends Facts>(
    req: Request,
    key: string,
    schema: FactsSchema<F>,
  ): Promise<F | undefined> {
    const text = postedText(req, sealedField);
    const sealed = text === '' ? undefined : readSealed(sealer.open(text));
    if (!sealed || sealed.key !== key || Date.now() - sealed.at > lifeMs) return undefined;
    const isOfThisBrowser = await isSame(req, key, sealed.browser);
    return isOfThisBrowser ? readFacts(schema, sealed.facts) : undefined;
  }

  /** Where the answer that this browser gave leads. Another one asks for nothing that was answered. */
  async function earlierTarget(
    req: Request,
    { key, kind }: Challenge,
  ): Promise<string | undefined> {
    try {
      return await answers.recall(key, markOf(req));
    } catch (error) {
      if (!(error instanceof StateError) || kind !== 'logout') throw error;
      log.warn({ request: req.id, reason: error.message }, 'signing out without the database');
      return undefined;
    }
  }

  /** What an error page can offer for the challenge of this request; empty when nothing is known. */
  async function wayForward(req: Request): Promise<Facts> {
    const fields = { ...req.query, ...postedFields(req), ...resumed.get(req) };
    const kind = kinds.find((one) => fields[challengeField(one)] !== undefined);
    const key = kind ? keyOf(fields, kind) : '';
    const known = restarts.get(key);
    const { browser, app, startAgain } = known ?? {};
    if (browser && (await isSame(req, key, browser))) return { app, startAgain };
    const sealed = await sealedFacts(req, key, baseFacts);
    return sealed ?? { startAgain: restartForAnybody(startAgain) };
  }

  async function openOrLeave(req: Request, res: Response, challenge: Challenge) {
    const target = req.method === 'GET' ? await earlierTarget(req, challenge) : undefined;
    if (target === undefined) return stepOf(req, res, challenge);
    leave(res, target);
    return undefined;
  }

  return {
    /**
     * Opens the challenge in the address of a page.
     * @returns `undefined` when this browser has answered it: it is sent on, there is nothing to show
     * @throws PublicError as `readChallenge` does; `challenge_used` when another browser answered
     */
    open: async (req: Request, res: Response, kind: ChallengeKind) =>
      openOrLeave(req, res, readChallenge(req.query, kind)),

    /** Like `open`, for a challenge that the browser has kept while it was at another site. */
    async resume(req: Request, res: Response, kind: ChallengeKind, text: string) {
      const fields = { [challengeField(kind)]: text };
      resumed.set(req, fields);
      return openOrLeave(req, res, readChallenge(fields, kind));
    },

    /** The login challenge that `resume` has opened in this request. */
    resumedOf: (req: Request): string | undefined => resumed.get(req)?.[challengeField('login')],

    /**
     * Opens the challenge of a posted form. `facts` is `undefined` when the form comes from elsewhere,
     * was changed or is too old: then show it again and answer nothing. The status is 403 by then,
     * and `formFault` says why.
     * @param schema of the facts that this screen seals into its form
     * @throws PublicError as `readChallenge` does; `challenge_used` when the form would be shown
     *   again, but another browser has answered
     */
    async posted<F extends Facts>(
      req: Request,
      res: Response,
      kind: ChallengeKind,
      schema: FactsSchema<F>,
    ): Promise<PostedStep<F>> {
      const challenge = readChallenge(postedFields(req), kind);
      const step = stepOf(req, res, challenge);
      const facts = formFault(res) ? undefined : await sealedFacts(req, challenge.key, schema);
      if (!facts) {
        await answers.mustNotBeOthers(challenge.key, markOf(req));
        if (!formFault(res)) {
          refuseForm(res, 'form_expired');
          audit(req, 'form_refused', { reason: 'wrong_seal' });
        }
      }
      return { facts, ...step };
    },

    /**
     * Binds a login decision to this browser and to the password of the person: adds a new `Flow` to
     * its `context`. A context that is not an object is replaced.
     */
    bind(
      decision: AcceptLogin,
      browser: Browser,
      { credential }: Pick<User, 'credential'>,
    ): AcceptLogin {
      const id = randomBytes(12).toString('base64url');
      const flow = [id, browsers.bind(browser, id), proofOf(id, credential, secrets[0]!)].join('.');
      const { context } = decision;
      const given = typeof context === 'object' && !Array.isArray(context) ? context : {};
      return { ...decision, context: { ...given, [contextMember]: flow } };
    },

    /** The flow in the context of a consent request; `undefined` when another app accepted the login. */
    flowOf(context: unknown): Flow | undefined {
      const text = isRecord(context) ? context[contextMember] : undefined;
      if (typeof text !== 'string' || text === '') return undefined;
      const [id = '', mark = '', proof] = text.split('.');
      return { id, mark, ...(proof !== undefined && { proof }) };
    },

    /** Whether the person still has the password of this sign-in. */
    isProven(flow: Flow | undefined, { credential }: Pick<User, 'credential'>): boolean {
      if (flow?.proof === undefined) return true;
      return secrets.some((secret) => proofOf(flow.id, credential, secret) === flow.proof);
    },

    /**
     * The flow of this browser and this person, as the first secret marks it: a form that holds it
     * outlives an older secret.
     */
    markedAnew(req: Request, flow: Flow | undefined, { credential }: Pick<User, 'credential'>) {
      const browser = browsers.of(req);
      if (secrets.length === 1 || !flow || !browser) return flow;
      const { id, proof } = flow;
      const proven = proof !== undefined && { proof: proofOf(id, credential, secrets[0]!) };
      return { id, mark: browsers.bind(browser, id), ...proven };
    },

    /** @throws PublicError `challenge_elsewhere` when the login was accepted in another browser */
    mustBeBound(req: Request, flow: Flow | undefined, startAgain: string | undefined): void {
      const browser = browsers.of(req);
      if (!flow || (browser && browsers.isBound(browser, flow.id, flow.mark))) return;
      throw new PublicError('challenge_elsewhere', { startAgain: restartForAnybody(startAgain) });
    },

    /** @throws PublicError `challenge_used` when this sign-in has ended, under whichever challenge */
    async mustBeOpen(flow: Flow | undefined, way: WayForward): Promise<void> {
      if (flow && (await answers.isClosed(flowKey(flow)))) {
        throw new PublicError('challenge_used', way);
      }
    },

    /** Like `wayForward`, also while the database cannot be asked. */
    wayForward: (req: Request): Promise<Facts> =>
      wayForward(req).catch((error: unknown) => {
        if (error instanceof StateError) return {};
        throw error;
      }),
  };
}

function keyOf(fields: Record<string, unknown>, kind: ChallengeKind): string {
  try {
    return readChallenge(fields, kind).key;
  } catch {
    return ''; // an error page is being rendered: it must not fail on a malformed challenge
  }
}

function proofOf(id: string, credential: string | undefined, secret: string): string {
  const hmac = createHmac('sha256', `portico proof ${secret}`).update(`${id} ${credential ?? ''}`);
  return hmac.digest().toString('base64url', 0, proofBytes);
}

/** A hash, like `Challenge.key`: what stands for a sign-in where its end is noted. */
export function flowKey({ id }: Pick<Flow, 'id'>): string {
  return hash('sha256', `flow ${id}`, 'base64');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
