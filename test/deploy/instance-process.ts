/** Portico as a process of its own, which can be stopped and killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { LogLine } from '../support/serve-app.ts';

export interface InstanceProcess {
  port: number;
  /** What it has written so far: the log and the audit trail. */
  lines(): LogLine[];
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}

/**
 * Starts `src/main.ts` on 127.0.0.1, and waits until it listens.
 * @param env all of its settings but HOST, PORT and CONTROL_SOCKET
 */
export async function startInstance(
  port: number,
  env: Record<string, string>,
): Promise<InstanceProcess> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/support/main.ts'], {
    env: {
      PATH: process.env['PATH'],
      HOST: '127.0.0.1',
      PORT: String(port),
      CONTROL_SOCKET: 'off',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  const lines = () =>
    out
      .split('\n')
      .filter((line) => line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  // For as long as it takes: several start at once, and the machine may be busy.
  await new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`The instance has ended: ${out}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      out += String(chunk);
      if (out.includes('"msg":"listening"')) resolve();
    });
  });
  return { port, lines, end: (signal) => end(child, signal) };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
