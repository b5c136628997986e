import { clientCommands } from './client-commands.ts';
import type { Command } from './command.ts';
import { readGiven } from './command.ts';
import { createCommandContext, type Surroundings } from './command-context.ts';
import { doctorCommand, type Check } from './doctor-command.ts';
import { failureOf, misuse } from './failure.ts';
import { commandHelp, groupHelp } from './help.ts';
import { keyCommands } from './key-commands.ts';
import { sessionCommands } from './session-commands.ts';
import { tokenCommands } from './token-commands.ts';

/** What an app adds to the commands for its server. */
export interface Additions {
  commands?: readonly Command[];
  /** Further checks of the doctor. */
  checks?: readonly Check[];
}

const commandsWith = ({ commands = [], checks = [] }: Additions): Command[] => [
  doctorCommand(checks),
  ...commands,
  ...clientCommands,
  ...keyCommands,
  ...sessionCommands,
  ...tokenCommands,
];

/**
 * Runs one command. Results go to `stdout`; questions, remarks and errors to `stderr`.
 * @returns the exit code, see `exitCodes`
 */
export async function runHydra(
  args: string[],
  surroundings: Surroundings,
  additions: Additions = {},
): Promise<number> {
  const commands = commandsWith(additions);
  const context = createCommandContext(surroundings);
  try {
    const words = args.slice(0, 2).filter((word) => !word.startsWith('-'));
    const command = commands.find(
      ({ name }) => name === words.slice(0, name.split(' ').length).join(' '),
    );
    if (isHelp(args)) {
      await context.print(command ? commandHelp(command) : groupHelp(commandsOf(commands, words)));
      return 0;
    }
    if (!command) throw misuse(usageFault(commands, args, words));
    const given = readGiven(command, args.slice(command.name.split(' ').length));
    return (await command.run(given, context)) ?? 0;
  } catch (error) {
    const failure = failureOf(error, context.config);
    context.note(failure.message);
    return failure.exitCode;
  } finally {
    await context.close();
  }
}

function isHelp(args: string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

/** The commands of one group, or all. */
function commandsOf(commands: Command[], [group]: string[]): Command[] {
  const found = commands.filter(({ name }) => name.split(' ')[0] === group);
  return found.length > 0 ? found : commands;
}

function usageFault(commands: Command[], [first]: string[], [group]: string[]): string {
  const names = (list: Command[], part: 0 | 1) =>
    [...new Set(list.map(({ name }) => name.split(' ')[part]))].join(', ');
  const all = names(commands, 0);
  if (first === undefined) return `Name a command: ${all}. See --help.`;
  if (group === undefined || group !== first) return `Name the command first: ${all}. See --help.`;
  const own = commands.filter(({ name }) => name.startsWith(`${group} `));
  if (own.length === 0)
    return `There is no command ${JSON.stringify(group)}, only ${all}. See --help.`;
  return `Say what to do with ${group}: ${names(own, 1)}. See ${group} --help.`;
}
