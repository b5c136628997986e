/** Runs the tools as a program of their own. */
import type { Program, Topic } from '@portico/command-line';
import { run, type Outcome, type RunOptions } from '../../command-line/test/run.ts';
import {
  clientCommands,
  doctorCommands,
  keyCommands,
  sessionCommands,
  tokenCommands,
} from '../src/index.ts';

export { expectSentence } from '../../command-line/test/run.ts';
export type ToolOptions = RunOptions;

type Settings = Record<string, string | undefined>;

const commands = [
  ...doctorCommands(),
  ...clientCommands,
  ...keyCommands,
  ...sessionCommands,
  ...tokenCommands,
];

const topics = [...new Set(commands.map(({ name }) => name.split(' ')[0]!))].map((word): Topic => {
  const own = commands.filter(({ name }) => name.split(' ')[0] === word);
  const actions = own.flatMap(({ name }) => name.split(' ')[1] ?? []);
  return { name: word, summary: '', ...(actions.length > 0 && { actions }), load: async () => own };
});

const tools: Program = {
  name: 'tools',
  summary: 'The tools.',
  sections: [{ title: 'All', topics }],
};

/** The tools with only these settings. */
export function toolOf(env: Settings) {
  return async (args: string[], options: ToolOptions = {}): Promise<Outcome> =>
    runTool(args, { ...options, env });
}

export async function runTool(
  args: string[],
  options: ToolOptions & { env?: Settings } = {},
): Promise<Outcome> {
  return run(tools, args, options);
}
