import { lstat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The setting with the path of the socket. */
export const controlSocketSetting = 'CONTROL_SOCKET';

/**
 * Where Portico listens for `portico limits`, unless CONTROL_SOCKET says it: in a folder that only
 * this user can open, and by the port, so that the command finds it with the same settings.
 * @returns `undefined` where there are no Unix users, or no fixed port
 */
export function usualControlSocket(port: number): string | undefined {
  const user = process.getuid?.();
  if (user === undefined || port === 0) return undefined;
  return join(tmpdir(), `portico-${user}`, `${port}.sock`);
}

/**
 * Whether this folder is of this user alone. The folder for temporary files is everybody's: somebody
 * else may have made ours there first.
 * @throws the error of `fs` when there is none
 */
export async function isOursAlone(folder: string): Promise<boolean> {
  const found = await lstat(folder);
  const isPrivate = (found.mode & 0o077) === 0;
  return found.isDirectory() && found.uid === process.getuid?.() && isPrivate;
}
