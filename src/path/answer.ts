import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import * as v from 'valibot';
import type { Parts } from '../assemble.ts';
import { clientAddress } from '../web/client-address.ts';
import { createQuestions, fillHeader, questionHeader, type PathQuestion } from './question.ts';

/** What an instance says about a request that asked it by `questionHeader`. */
export const pathAnswer = v.object({
  nonce: v.string(),
  /** One part of these only, and only in that of the list. */
  known: v.array(v.object({ theirs: v.number(), ours: v.number() })),
  /** How many cookie secrets it has. */
  secrets: v.number(),
  baseUrl: v.string(),
  /** Its clock, in milliseconds since 1970. */
  time: v.number(),
  release: v.object({
    name: v.string(),
    version: v.string(),
    commit: v.optional(v.string()),
    instance: v.string(),
    startedAt: v.string(),
    settings: v.record(v.string(), v.string()),
    secrets: v.record(v.string(), v.array(v.string())),
  }),
  saw: v.object({
    /** The path of the request, without its query. */
    path: v.string(),
    /** The sizes of the query and of some headers, in bytes. */
    query: v.number(),
    referer: v.number(),
    /** The names of the cookies. */
    cookies: v.array(v.string()),
    /** The address that limits count by: what TRUST_PROXY makes of the next two. */
    address: v.string(),
    forwarded: v.array(v.string()),
    peer: v.string(),
    /** Whether TRUST_PROXY names addresses, and `address` is one of them. */
    isTrusted: v.boolean(),
    isEncrypted: v.boolean(),
  }),
  ready: v.object({ server: v.boolean(), people: v.boolean(), database: v.boolean() }),
  /** Its style sheet, and a hash of what is in it. */
  style: v.optional(v.object({ address: v.string(), hash: v.string() })),
});
export type PathAnswer = v.InferOutput<typeof pathAnswer>;

type Needs = Pick<Parts, 'config' | 'describe' | 'hydra' | 'identity' | 'state'>;

/** In milliseconds: what does not answer by then is taken for away. */
const patienceMs = 3_000;

/**
 * Answers the question of `portico doctor`: what of its request came through the proxies. Only who has
 * the cookie secret can ask; for everybody else the header does not exist.
 * @param style reads the style sheet that pages use
 */
export function answerQuestions(
  { config, describe, hydra, identity, state }: Needs,
  style: () => { address: string; content: Buffer } | undefined,
): RequestHandler {
  const { baseUrl, cookieSecrets, trustProxy } = config.web;
  const questions = createQuestions(cookieSecrets);

  async function answer({ nonce, fill, known }: PathQuestion, req: Request, res: Response) {
    const [release, server, people, database] = await Promise.all([
      describe(),
      soon(hydra.server.ready()),
      soon(identity.ready()),
      soon(state.ready()),
    ]);
    const sheet = style();
    if (fill > 0) res.setHeader(fillHeader, 'x'.repeat(fill));
    res.json({
      nonce,
      known,
      secrets: cookieSecrets.length,
      baseUrl: baseUrl.href,
      time: Date.now(),
      release,
      saw: sawOf(req, Array.isArray(trustProxy)),
      ready: { server, people, database },
      style: sheet && { address: sheet.address, hash: styleHash(sheet.content) },
    } satisfies PathAnswer);
  }

  return async function answerQuestions(req, res, next) {
    const asked = req.headers[questionHeader];
    const question = typeof asked === 'string' && req.method === 'GET' && questions.read(asked);
    if (!question) return next();
    await answer(question, req, res);
  };
}

export const styleHash = (content: Buffer | string): string =>
  createHash('sha256').update(content).digest('base64url');

function sawOf(req: Request, isByAddress: boolean): PathAnswer['saw'] {
  const [path = '', query = ''] = req.originalUrl.split('?', 2);
  const { cookie = '', referer = '' } = req.headers;
  const forwarded = req.headers['x-forwarded-for'];
  const trusts = req.app.get('trust proxy fn') as (address: string, hop: number) => boolean;
  const address = clientAddress(req);
  return {
    path,
    query: query.length,
    referer: referer.length,
    cookies: cookie.split(';').map((pair) => pair.split('=', 1)[0]!.trim()),
    address,
    forwarded: typeof forwarded === 'string' ? forwarded.split(',') : [],
    peer: req.socket.remoteAddress ?? '',
    isTrusted: isByAddress && address !== '' && trusts(address, 0),
    isEncrypted: req.secure,
  };
}

async function soon(isReady: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false);
  });
  return Promise.race([isReady.catch(() => false), late]).finally(() => clearTimeout(timer));
}
