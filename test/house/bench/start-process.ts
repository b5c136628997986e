import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { openConnection } from './connection.ts';
import { onCore } from './processor-cores.ts';

/** How to start a server. */
export interface Command {
  line: string[];
  env: Record<string, string>;
  core: number | undefined;
  /** Its first answer with status 200 here tells that it is there. */
  firstPage: URL;
  /** How long it may take; 20 seconds when not given. */
  patienceMs?: number;
}

export interface StartedProcess {
  /** Its process group: itself and all that it started. */
  group: number;
  /** From the command to the whole first page. */
  startMs: number;
  stop(): Promise<void>;
}

const usualPatienceMs = 20_000;
const lookEveryMs = 2;

/**
 * Starts a server without a word on the terminal but its errors.
 * @throws when it ends, or is not there in time
 */
export async function startProcess({
  line,
  env,
  core,
  firstPage,
  patienceMs = usualPatienceMs,
}: Command): Promise<StartedProcess> {
  const [file = '', ...parameters] = onCore(core, line);
  const { PATH = '', HOME = '' } = process.env;
  const start = performance.now();
  const child = spawn(file, parameters, {
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const ended = once(child, 'exit');
  const group = child.pid;
  if (group === undefined) throw new Error(`"${line.join(' ')}" cannot be started.`);

  const signal = (name: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-group, name);
  };
  const stop = async () => {
    signal('SIGTERM');
    const deadline = setTimeout(signal, patienceMs, 'SIGKILL');
    await ended;
    clearTimeout(deadline);
  };
  while (!(await answers(firstPage))) {
    if (child.exitCode !== null) throw new Error(`"${line.join(' ')}" ended by itself.`);
    if (performance.now() - start > patienceMs) {
      await stop();
      throw new Error(`"${line.join(' ')}" gives no page at ${firstPage.origin}.`);
    }
    await pause(lookEveryMs);
  }
  return { group, startMs: performance.now() - start, stop };
}

/** Whether there is a page. */
export async function answers(page: URL): Promise<boolean> {
  try {
    const connection = await openConnection(page);
    try {
      const path = page.pathname + page.search;
      const { status } = await connection.send({ method: 'GET', path, headers: '' });
      return status === 200;
    } finally {
      connection.close();
    }
  } catch {
    return false;
  }
}
