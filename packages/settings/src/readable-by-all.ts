import { constants, statSync } from 'node:fs';

/**
 * Whether users of this machine can read the file who are neither its owner nor in its group. A file
 * that is not there is one that nobody can read.
 */
export function isReadableByAll(path: string): boolean {
  const { mode = 0 } = statSync(path, { throwIfNoEntry: false }) ?? {};
  return (mode & constants.S_IROTH) !== 0;
}
