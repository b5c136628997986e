import { spawnSync } from 'node:child_process';

/**
 * Runs a program in the folder of the project.
 * @param env further variables
 * @returns what it writes, without the last line end
 * @throws Error with what it says, when it fails
 */
export function run(program: string, args: string[], env: Record<string, string> = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 2 ** 20,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.trim() || stdout}`);
  return stdout.trimEnd();
}

export const git = (...args: string[]): string => run('git', args);
