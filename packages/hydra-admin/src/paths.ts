import { HydraError } from './hydra-error.ts';
import type { CallOptions } from './transport.ts';

/**
 * The path of one item, from its ids.
 * @throws HydraError `bad_request` for an id that a path cannot hold: an empty one would address
 *   the whole collection, and dots would lead out of it
 */
export function item(
  root: string,
  ...ids: string[]
): Required<Pick<CallOptions, 'path' | 'needs'>> {
  for (const id of ids) {
    if (typeof id === 'string' && !/^\.{0,2}$/.test(id)) continue;
    throw new HydraError('bad_request', `${root}: ${JSON.stringify(id)} cannot be an id`);
  }
  const path = [root, ...ids.map((id) => encodeURIComponent(id.toWellFormed()))].join('/');
  // Older servers read an encoded slash as a separator: the set "a/b" would be the key "b" of "a".
  return { path, needs: ids.some((id) => id.includes('/')) ? ['slash_in_path'] : [] };
}
