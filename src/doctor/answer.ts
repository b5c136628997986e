import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler, Response } from 'express';
import * as v from 'valibot';
import type { Parts } from '../assemble.ts';
import { folders } from '../folders.ts';
import { instance } from '../instance.ts';
import { release } from '../release.ts';
import { clientAddress } from '../web/client-address.ts';
import { createQuestions, fillHeader, questionHeader, type PathQuestion } from './question.ts';

/** What an instance says about a request that asked it by `questionHeader`. */
export const pathAnswer = v.object({
  nonce: v.string(),
  /** Which cookie secrets of the asker it has. */
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
    /** How many of `forwarded`, from the end, TRUST_PROXY believes. */
    believed: v.number(),
    /** Whether TRUST_PROXY names addresses, and `address` is one of them. */
    isTrusted: v.boolean(),
    /** The port that it came to. */
    port: v.number(),
  }),
  /** Whether instances share what they keep (STATE). */
  isShared: v.boolean(),
  /** Whether what the app depends on answers, if that was asked. */
  ready: v.optional(v.object({ server: v.boolean(), people: v.boolean(), database: v.boolean() })),
  /** Its style sheet, and a hash of what is in it. */
  style: v.optional(v.object({ address: v.string(), hash: v.string() })),
});
export type PathAnswer = v.InferOutput<typeof pathAnswer>;

type Needs = Pick<Parts, 'config' | 'hydra' | 'identity' | 'state'>;

/** Of HYDRA_TIMEOUT_MS: what takes longer counts as away. The doctor waits a little longer for us. */
const patience = 0.4;

/** The style sheet of every page, in the folder `public`. */
const sheetName = 'style.css';

/**
 * Answers the question of `portico doctor`: what of its request came through the proxies. Only who has
 * the cookie secret can ask; for everybody else the header does not exist.
 * @param asset gives the address of a file in the folder `public`
 */
export function answerQuestions(
  { config, hydra, identity, state }: Needs,
  asset: (name: string) => string,
): RequestHandler {
  const { baseUrl, cookieSecrets, trustProxy } = config.web;
  const questions = createQuestions(cookieSecrets);
  const style = styleOf(asset);
  const patienceMs = config.hydra.timeoutMs * patience;

  async function readiness(): Promise<PathAnswer['ready']> {
    const [server, people, database] = await Promise.all([
      soon(hydra.server.ready(patienceMs), patienceMs),
      soon(identity.ready(), patienceMs),
      soon(state.ready(), patienceMs),
    ]);
    return { server, people, database };
  }

  async function answer({ nonce, fill, parts, known }: PathQuestion, req: Request, res: Response) {
    const fingerprint = await config.fingerprint();
    if (fill > 0) res.setHeader(fillHeader, 'x'.repeat(fill));
    res.json({
      nonce,
      known,
      secrets: cookieSecrets.length,
      baseUrl: baseUrl.href,
      time: Date.now(),
      release: {
        ...release,
        instance: instance.id,
        startedAt: instance.startedAt.toISOString(),
        ...fingerprint,
      },
      saw: sawOf(req, Array.isArray(trustProxy)),
      isShared: config.state === 'database',
      ready: parts ? await readiness() : undefined,
      style,
    } satisfies PathAnswer);
  }

  return async function answerQuestions(req, res, next) {
    const asked = req.headers[questionHeader];
    const question = typeof asked === 'string' && req.method === 'GET' && questions.read(asked);
    if (!question) return next();
    await answer(question, req, res);
  };
}

/** `undefined` in a fork that has no such file. */
function styleOf(asset: (name: string) => string): PathAnswer['style'] {
  const path = join(folders.public, sheetName);
  if (!existsSync(path)) return undefined;
  return { address: asset(sheetName), hash: styleHash(readFileSync(path)) };
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
    believed: req.ips.length,
    isTrusted: isByAddress && address !== '' && trusts(address, 0),
    port: req.socket.localPort ?? 0,
  };
}

async function soon(isReady: Promise<boolean>, patienceMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, patienceMs, false);
  });
  return Promise.race([isReady.catch(() => false), late]).finally(() => clearTimeout(timer));
}
