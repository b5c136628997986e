import type { Request } from 'express';
import type { Parts } from '../assemble.ts';
import { publicCodeOf } from '../errors.ts';

/**
 * For what a page can do without, such as the name of who is signed in.
 * @param asked what the user store was asked, or the database that instances share
 * @param otherwise the answer while it cannot be asked; the log says so
 * @throws any other error
 */
export async function orWithoutStore<T>(
  { log }: Pick<Parts, 'log'>,
  req: Request,
  asked: Promise<T>,
  otherwise: T,
): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const code = publicCodeOf(error);
    if (code !== 'user_store_down' && code !== 'busy') throw error;
    log.warn({ request: req.id, code, reason: String(error) }, 'shown without the user store');
    return otherwise;
  }
}
