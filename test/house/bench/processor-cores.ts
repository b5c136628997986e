import { spawnSync } from 'node:child_process';

/** The apps have a core to themselves; whatever drives them is on another. */
export interface Cores {
  app: number;
  driver: number;
}

/** Two cores, or `undefined` where processes cannot be tied to one: no `taskset`, or one core only. */
export function findCores(): Cores | undefined {
  const allowed = spawnSync('taskset', ['-cp', String(process.pid)], { encoding: 'utf8' });
  if (allowed.status !== 0) return undefined;
  const cores = numbersIn(allowed.stdout.split(':').at(-1) ?? '');
  const [app, driver] = cores;
  return app === undefined || driver === undefined ? undefined : { app, driver };
}

/** Ties this process and all its threads to a core. */
export function stayOn(core: number): void {
  spawnSync('taskset', ['-acp', String(core), String(process.pid)]);
}

/** A command line that runs on a core; as it was when there is none. */
export function onCore(core: number | undefined, command: string[]): string[] {
  return core === undefined ? command : ['taskset', '-c', String(core), ...command];
}

/** The numbers in a list such as `0-2,7`. */
function numbersIn(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.trim().split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, step) => from + step);
  });
}
