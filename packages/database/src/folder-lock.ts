import { spawnSync } from 'node:child_process';
import { closeSync, constants, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DatabaseError } from './errors.ts';

export const lockFile = 'portico.lock';

/** For three seconds: the process before this one may be about to end. */
const mostTries = 16;
const waitMs = 200;

export interface FolderLock {
  release(): void;
}

/**
 * Keeps other processes out of a folder. The lock is the kernel's: it holds across containers of one
 * machine, and ends with the process, however that ends.
 * @throws DatabaseError when another process has it, or the system cannot lock
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = join(folder, lockFile);
  const open = process.platform === 'linux' ? openLocked : openAlone;
  for (let tries = 1; ; tries += 1) {
    const file = open(path, folder);
    if (file !== undefined) return { release: () => closeSync(file) };
    if (tries === mostTries) throw inUse(folder);
    // oxlint-disable-next-line no-await-in-loop -- one try after the other
    await pause(waitMs);
  }
}

/**
 * Node has no call for it. The program locks the open file that it is handed, which stays locked until
 * we close it or end.
 */
function openLocked(path: string, folder: string): number | undefined {
  const file = openFile(path, constants.O_RDWR | constants.O_CREAT, folder);
  const { status, error } = spawnSync('flock', ['-n', '9'], {
    stdio: ['ignore', 'ignore', 'ignore', ...Array<'ignore'>(6).fill('ignore'), file],
  });
  if (status === 0) return file;
  closeSync(file);
  if (status === 1) return undefined;
  const why = error ? 'the program flock is missing (Debian: util-linux)' : 'flock fails there';
  throw new DatabaseError(`the folder ${folder} cannot be locked: ${why}`, {
    isAway: false,
    cause: error,
  });
}

/** macOS locks while it opens; Windows opens for us alone. Neither flag has a name in Node. */
function openAlone(path: string, folder: string): number | undefined {
  const alone = process.platform === 'win32' ? 0x1000_0000 : 0x20 | constants.O_NONBLOCK;
  try {
    return openFile(path, constants.O_RDWR | constants.O_CREAT | alone, folder);
  } catch (error) {
    const { code } = (error as Error).cause as { code?: string };
    if (code === 'EAGAIN' || code === 'EBUSY') return undefined;
    throw error;
  }
}

function openFile(path: string, flags: number, folder: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (cause) {
    throw new DatabaseError(`the folder ${folder} cannot be written to`, { isAway: false, cause });
  }
}

function inUse(folder: string): DatabaseError {
  return new DatabaseError(
    `another process uses the database in ${folder}: PGlite is for one process at a time`,
    { isAway: false },
  );
}
