/** Portico as a process of its own, as an operator starts it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from './until.ts';

export interface Instance {
  port: number;
  /** All that it has written to the standard output so far. */
  out(): string;
  signal(name: NodeJS.Signals): void;
  /** Its exit status, or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals>;
  isRunning(): boolean;
}

/** `src/main.ts`, but without what a fork puts before the consent. */
const usualCommand = ['test/support/main.ts'];

/**
 * @param env the settings: no others apply. Without a PORT it is a free one
 * @param command a source file with its arguments
 * @returns when it listens, or has ended instead
 */
export async function startInstance(
  env: Record<string, string | undefined>,
  command = usualCommand,
): Promise<Instance> {
  const child = spawn(process.execPath, ['--import', 'tsx', ...command], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      HOST: '127.0.0.1',
      CONTROL_SOCKET: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += String(chunk)));
  const ended = once(child, 'exit').then(
    ([status, signal]: (number | NodeJS.Signals)[]) => status ?? signal!,
  );
  const isRunning = () => child.exitCode === null && child.signalCode === null;
  const port = () => Number(/"port":(\d+).*"listening"/.exec(out)?.[1] ?? 0);
  await until(() => port() > 0 || !isRunning(), 120_000);
  return {
    port: port(),
    out: () => out,
    signal: (name) => void child.kill(name),
    ended,
    isRunning,
  };
}
