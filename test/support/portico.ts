/** Runs a command of `portico` in this process. */
import { run, type Outcome, type RunOptions } from '../../packages/command-line/test/run.ts';
import { portico } from '../../src/cli/program.ts';

/** @param options.env the settings: no others apply */
export async function runPortico(
  args: string[],
  options: RunOptions & { env?: Record<string, string | undefined> } = {},
): Promise<Outcome> {
  return run(portico, args, options);
}
