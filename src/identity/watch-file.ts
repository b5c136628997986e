import { stat } from 'node:fs/promises';

/**
 * What tells one state of a file from another: follows links, so it also changes when a link is
 * turned to another file. The error when there is no such file.
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
 * Looks at a file again and again, because notices of the system get lost: on network drives, when
 * a file is replaced by another, when a link on the way is turned.
 * @param seen the stamp of the state that the caller knows
 * @param onChange called when the file is another one and has been still for one interval, so that
 *   no half-written file is read; `false` asks to be called again
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
