import { spawn, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { watchFolders } from './watch-folders.ts';

export interface PorticoOptions {
  /** The root of the project. */
  folder: string;
  env: NodeJS.ProcessEnv;
  /** An address that answers when the app is ready. */
  aliveUrl: string;
  say: (sentence: string) => void;
  /** Gets each line of its standard output. Without it, they go to that of this process. */
  read?: ((line: string) => void) | undefined;
}

export interface RunningPortico {
  /** Resolves when the app answers for the first time, or has failed to start. */
  started: Promise<void>;
  stop(): Promise<void>;
}

/** Less than in production, so that an open connection does not delay the restart. */
const stopWithinMs = 1000;
const aliveEveryMs = 40;

/**
 * Runs the app in a process of its own and restarts it when its sources change. If it ends because
 * of an error in them, the next change starts it again.
 */
export function runPortico({ folder, env, aliveUrl, say, read }: PorticoOptions): RunningPortico {
  const events = new EventEmitter();
  const stopping = new AbortController();

  async function keepRunning(): Promise<void> {
    for (let runs = 1; !stopping.signal.aborted; runs += 1) {
      // Before the start, so that a change during it is not missed.
      const change = once(events, 'change');
      const child = start(folder, env, read);
      const end = once(child, 'exit');
      // oxlint-disable-next-line no-await-in-loop -- one run after the other
      await runOnce(child, { change, end, runs });
    }
  }

  async function runOnce(
    child: ChildProcess,
    { change, end, runs }: { change: Promise<unknown>; end: Promise<unknown>; runs: number },
  ): Promise<void> {
    const startedAt = performance.now();
    const isAlive = await Promise.race([untilAlive(aliveUrl, child), change.then(() => false)]);
    events.emit('started');
    if (runs > 1 && isAlive) {
      say(`Portico is back after ${Math.round(performance.now() - startedAt)} ms.`);
    }
    await Promise.race([end, change]);
    if (isRunning(child)) return stop(child, end);
    if (!stopping.signal.aborted) say('Portico has ended. It starts again when you change a file.');
    await change;
  }

  const watch = watchFolders(
    ['src', 'packages', 'views', 'public'].map((name) => join(folder, name)),
    () => events.emit('change'),
  );
  const started = once(events, 'started').then(() => undefined);
  const running = keepRunning();
  return {
    started,
    async stop() {
      stopping.abort();
      watch.close();
      events.emit('change');
      await running;
    },
  };
}

function start(folder: string, env: NodeJS.ProcessEnv, read: PorticoOptions['read']): ChildProcess {
  const modules = ['tsx', './dev/end-with-parent.ts'].flatMap((name) => ['--import', name]);
  const child = spawn(process.execPath, [...modules, 'src/main.ts'], {
    cwd: folder,
    env,
    stdio: ['ignore', read ? 'pipe' : 'inherit', 'inherit', 'ipc'],
  });
  if (read && child.stdout) createInterface({ input: child.stdout }).on('line', read);
  return child;
}

async function stop(child: ChildProcess, end: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const deadline = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await end;
  clearTimeout(deadline);
}

/**
 * Waits until the app answers.
 * @returns false when the process ended before
 */
async function untilAlive(url: string, child: ChildProcess): Promise<boolean> {
  while (isRunning(child)) {
    // oxlint-disable-next-line no-await-in-loop -- ask until it answers
    if (await answers(url)) return true;
    // oxlint-disable-next-line no-await-in-loop -- with a pause between
    await wait(aliveEveryMs);
  }
  return false;
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok, body } = await fetch(url, { signal: AbortSignal.timeout(stopWithinMs) });
    await body?.cancel();
    return ok;
  } catch {
    return false;
  }
}

function isRunning({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}
