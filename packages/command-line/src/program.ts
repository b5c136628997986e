import { createCommandContext, type Surroundings } from './command-context.ts';
import { readGiven, type Command } from './command.ts';
import { failureOf, misuse } from './failure.ts';
import { commandHelp, programHelp, topicHelp } from './help.ts';

/** A program of several commands. */
export interface Program {
  /** How it is called, such as `portico`. */
  name: string;
  /** One sentence. */
  summary: string;
  sections: Section[];
}

/** Topics under a title, in the order of the help. */
export interface Section {
  title: string;
  topics: Topic[];
}

/** Commands that begin with the same word. Known by name before they are loaded. */
export interface Topic {
  /** The word. */
  name: string;
  /** The second words, such as `list` and `show`; none if the topic is a single command. */
  actions?: readonly string[];
  summary: string;
  /** Where its settings come from, for the help, wrapped into lines. */
  settings?: string;
  /** Loads the commands, which are all that `actions` names. */
  load(): Promise<readonly Command[]>;
}

/**
 * Runs one command. Results go to `stdout`; questions, remarks and errors to `stderr`.
 * @param args what follows the name of the program
 * @returns the exit code, see `exitCodes`
 */
export async function runProgram(
  program: Program,
  args: string[],
  surroundings: Surroundings,
): Promise<number> {
  const context = createCommandContext(surroundings);
  try {
    const words = args.slice(0, 2).filter((word) => !word.startsWith('-'));
    const topic = topicsOf(program).find(({ name }) => name === words[0]);
    if (args.length === 0 || (isHelp(args) && !topic)) {
      await context.print(programHelp(program));
      return 0;
    }
    if (!topic) throw misuse(topicFault(program, args[0]));
    const commands = await topic.load();
    const command = commands.find(({ name }) => name === words.join(' ') || name === topic.name);
    if (isHelp(args)) {
      const help = command ? commandHelp(program, topic, command) : undefined;
      await context.print(help ?? topicHelp(program, topic, commands));
      return 0;
    }
    if (!command) throw misuse(actionFault(topic));
    const given = readGiven(command, args.slice(command.name.split(' ').length));
    return (await command.run(given, context)) ?? 0;
  } catch (error) {
    const failure = failureOf(error);
    context.note(failure.message);
    return failure.exitCode;
  }
}

export const topicsOf = ({ sections }: Program): Topic[] =>
  sections.flatMap(({ topics }) => topics);

function isHelp(args: string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end < 0 ? undefined : end).some((arg) => arg === '--help' || arg === '-h');
}

function topicFault(program: Program, first = ''): string {
  const all = topicsOf(program)
    .map(({ name }) => name)
    .join(', ');
  if (first.startsWith('-')) return `Name the command first: ${all}. See --help.`;
  return `There is no command ${JSON.stringify(first)}, only ${all}. See --help.`;
}

function actionFault({ name, actions = [] }: Topic): string {
  return `Say what to do with ${name}: ${actions.join(', ')}. See ${name} --help.`;
}
