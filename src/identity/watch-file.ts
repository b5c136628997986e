import { stat } from 'node:fs/promises';

/**
 * A text that changes whenever a file does. Follows symbolic links, so it also changes when a link
 * gets another target. If the file cannot be found, it is the error.
 */
export async function fileStamp(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return `no file: ${String(error)}`;
  }
}

/** Does not keep the process alive. */
export interface FileWatch {
  stop(): void;
}

/**
 * Polls a file, because the system's change events are not reliable: on network drives, when a file
 * is replaced, or when a symbolic link on its path gets another target.
 * @param seen the stamp of the state that the caller has read
 * @param onChange called when the file has changed and then stayed the same for one interval, so
 *   that no half-written file is read; returns `false` to be called again
 */
export function watchFile(
  path: string,
  { seen, everyMs }: { seen: string; everyMs: number },
  onChange: () => Promise<boolean>,
): FileWatch {
  let last = seen;
  let isStopped = false;
  let timer = lookLater();

  function lookLater() {
    return setTimeout(() => void look(), everyMs).unref();
  }

  async function look(): Promise<void> {
    const now = await fileStamp(path);
    if (now !== seen && now === last && !isStopped && (await onChange())) seen = now;
    last = now;
    if (!isStopped) timer = lookLater();
  }

  return {
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
