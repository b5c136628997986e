import { readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

export interface FolderWatch {
  close(): void;
}

/** Whatever an editor leaves beside the file that it saves is no change. */
const isSource = /\.(ts|ejs|json|css|svg|png|webp)$/;
/** One save can be several events. */
const quietMs = 60;

/**
 * Tells of changes to source files in these folders and below. Each folder has a watch of its own:
 * the recursive one of Node 20 no longer hears of a file that an editor has replaced by another.
 * @param except folders, as paths that begin with one of `roots`, to leave out
 */
export function watchFolders(
  roots: string[],
  { except }: { except: string[] },
  onChange: () => void,
): FolderWatch {
  const watches = new Map<string, FSWatcher>();
  let timer: NodeJS.Timeout | undefined;

  function follow(folder: string): void {
    if (except.includes(folder)) return;
    if (!watches.has(folder)) watches.set(folder, begin(folder));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) follow(join(folder, entry.name));
    }
  }

  function begin(folder: string): FSWatcher {
    const begun = watch(folder, (_event, name) => notice(name ?? ''));
    begun.on('error', () => forget(folder)); // the folder is gone
    return begun;
  }

  function forget(folder: string): void {
    watches.get(folder)?.close();
    watches.delete(folder);
  }

  function notice(name: string): void {
    const isFolderPerhaps = !name.includes('.');
    if (isFolderPerhaps) followAll();
    if (!isFolderPerhaps && !isSource.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs);
  }

  function followAll(): void {
    for (const root of roots) follow(root);
  }

  followAll();
  return {
    close() {
      clearTimeout(timer);
      for (const folder of watches.keys()) forget(folder);
    },
  };
}
