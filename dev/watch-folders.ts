import { existsSync, readdirSync, watch, type FSWatcher } from 'node:fs';
import { join } from 'node:path';

export interface FolderWatch {
  close(): void;
}

/** Other files may be temporary ones of an editor. */
const isSource =
  /\.(ts|ejs|json|css|js|svg|png|jpe?g|gif|avif|webp|ico|woff2?|ttf|otf|webmanifest|txt)$/;
/** Saving a file can cause several events. */
const quietMs = 60;

/**
 * Watches source files in these folders and below. Each folder has a watch of its own, because the
 * recursive one of Node 20 loses files that an editor replaces.
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
    // It may be a new folder, or another one with an old name.
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
