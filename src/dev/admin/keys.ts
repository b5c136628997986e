import { randomUUID } from 'node:crypto';
import { Router, type Request } from 'express';
import type { Jwk } from '../../hydra/resource-types.ts';
import type { Json } from '../../hydra/types.ts';
import type { Context } from '../oauth2/context.ts';
import { fault } from '../oauth2/protocol-error.ts';
import { answerJson, bodyOf, serve } from './answer.ts';
import { decode, DecodeError } from './decode.ts';

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

  const router = Router();
  serve(router, '/keys/:set', {
    get(req, res) {
      const found = sets.list(setOf(req));
      if (found.length === 0) throw fault('Not Found');
      answerJson(res, { keys: found });
    },
    async post(req, res) {
      const { alg = '', use, kid } = read(() => decode(generatorShape, bodyOf(req)));
      const made = await make({ alg, use, kid: kid || randomUUID() });
      if (!made) throw fault('Bad Request', 'Unsupported key algorithm');
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
      const key = read(() => keyIn(decode({ kty: 'string' }, bodyOf(req)), bodyOf(req)));
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

function keyIn({ kty }: { kty?: string }, text: string): Jwk {
  const members: Record<string, Json> = JSON.parse(text);
  return checked({ ...members, kty: kty ?? '' });
}

function keysIn(list: Json): Jwk[] | null {
  if (list === null) return null;
  if (!Array.isArray(list)) throw new DecodeError('The member "keys" must be a list.');
  return list.map((member) => {
    const isObject = typeof member === 'object' && member !== null && !Array.isArray(member);
    if (!isObject) throw new DecodeError('A key must be an object.');
    return checked({ ...member, kty: typeof member['kty'] === 'string' ? member['kty'] : '' });
  });
}

const neededMembers: Record<string, string[]> = {
  oct: ['k'],
  RSA: ['n', 'e'],
  EC: ['crv', 'x', 'y'],
  OKP: ['crv', 'x'],
};

/** @throws DecodeError */
function checked(key: Jwk): Jwk {
  const needed = neededMembers[key.kty];
  if (!needed) throw new DecodeError(`Unknown key type "${key.kty}".`);
  const lacking = needed.find((name) => typeof key[name] !== 'string' || key[name] === '');
  if (lacking) throw new DecodeError(`The key lacks "${lacking}".`);
  return key;
}
