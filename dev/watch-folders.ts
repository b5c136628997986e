import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
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
 */
export function watchFolders(roots: string[], onChange: () => void): FolderWatch {
  const watches: FSWatcher[] = [];
  let timer: NodeJS.Timeout | undefined;

  function follow(folder: string): void {
    if (!existsSync(folder)) return;
    watches.push(watch(folder, (_event, name) => notice(name ?? '')).on('error', () => {}));
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) follow(join(folder, entry.name));
    }
  }

  function notice(name: string): void {
    const mayBeFolder = !name.includes('.');
    // It may be new, or another one under an old name.
    if (mayBeFolder) followAnew();
    if (!mayBeFolder && !isSource.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(onChange, quietMs);
  }

  function followAnew(): void {
    close();
    for (const root of roots) follow(root);
  }

  function close(): void {
    clearTimeout(timer);
    for (const open of watches.splice(0)) open.close();
  }

  followAnew();
  return { close };
}
