import { randomUUID } from 'node:crypto';
import { Router, type Request, type Response } from 'express';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { answerJson, bodyOf, serve } from './answer.ts';
import { decode, DecodeError, type Decoded } from './decode.ts';
import { decodeKey, keysIn } from './key-body.ts';

const generatorShape = { alg: 'string', use: 'string', kid: 'string' } as const;
const setShape = { keys: 'any' } as const;

type Params = Request<Record<string, string>>;
const setOf = ({ params }: Params) => params['set'] ?? '';
const kidOf = ({ params }: Params) => params['kid'] ?? '';

/** Key sets (RFC 7517, section 5), private members included. */
export function keyRoutes({ keys, urls, profile }: Context): Router {
  const { sets, make } = keys;

  function read<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      if (!profile.areBadBodiesTold) throw fault('error');
      throw fault('The request was malformed or contained invalid parameters', error.message);
    }
  }

  /** What key to make; nothing when the body cannot be read and has been answered. */
  function readWish(req: Request, res: Response): Decoded<typeof generatorShape> | undefined {
    try {
      return read(() => decode(generatorShape, bodyOf(req)));
    } catch (error) {
      if (!profile.has.doubleKeyErrors) throw error;
      const texts = [error, unsupported()].map((one) => `${JSON.stringify(one)}\n`);
      res.writeHead(500, { 'content-type': 'application/json' }).end(texts.join(''));
      return undefined;
    }
  }

  const router = Router();
  serve(router, '/keys/:set', {
    get(req, res) {
      const found = sets.list(setOf(req));
      if (found.length === 0) throw fault('Not Found');
      answerJson(res, { keys: found });
    },
    async post(req, res) {
      const wish = readWish(req, res);
      if (!wish) return;
      const { alg = '', use, kid } = wish;
      const made = await make({ alg, use, kid: kid || randomUUID() });
      if (!made) throw unsupported();
      sets.add(setOf(req), made);
      const base = profile.has.keyPairs ? '://' : urls.public;
      res.set('location', `${base}/keys/${setOf(req)}`);
      answerJson(res, { keys: made }, 201);
    },
    put(req, res) {
      const given = read(() => keysIn(decode(setShape, bodyOf(req)).keys ?? null));
      sets.replace(setOf(req), given ?? []);
      answerJson(res, { keys: given });
    },
    delete(req, res) {
      sets.removeSet(setOf(req));
      res.status(204).end();
    },
  });
  serve(router, '/keys/:set/:kid', {
    get(req, res) {
      const found = sets.find(setOf(req), kidOf(req));
      if (!found) throw fault('Unable to locate the resource');
      answerJson(res, { keys: [found] });
    },
    // The key's own `kid` counts: the one of the path is not looked at.
    put(req, res) {
      const key = read(() => decodeKey(bodyOf(req)));
      sets.put(setOf(req), key);
      answerJson(res, key);
    },
    delete(req, res) {
      sets.remove(setOf(req), kidOf(req));
      res.status(204).end();
    },
  });
  return router;
}

function unsupported() {
  return fault('Bad Request', 'Unsupported key algorithm');
}
