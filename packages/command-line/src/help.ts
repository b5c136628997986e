import { everywhere, type Command, type Options } from './command.ts';
import type { Program, Topic } from './program.ts';

const exits = `Exit codes: 0 done, 1 failed, 2 wrong usage (nothing was done), 3 not found,
130 stopped by Ctrl-C.
`;

/** Lists all commands, by their first words. */
export function programHelp({ name, summary, sections }: Program): string {
  const all = sections.flatMap(({ topics }) => topics);
  const widest = Math.max(...all.map((topic) => topic.name.length));
  const lists = sections.map(({ title, topics }) => {
    const lines = topics.map(({ name: word, actions, summary: sentence }) => {
      const more = actions ? `\n    ${' '.repeat(widest)}${actions.join(', ')}` : '';
      return `  ${word.padEnd(widest)}  ${sentence}${more}\n`;
    });
    return `${title}\n${lines.join('')}\n`;
  });
  return `${summary}

  ${name} COMMAND

${lists.join('')}Every command has --help, and --json for programs.

${exits}`;
}

/** Lists the commands of one topic. */
export function topicHelp({ name }: Program, topic: Topic, commands: readonly Command[]): string {
  const lines = commands.map((command) => [[name, ...usageOf(command)].join(' '), command.summary]);
  return `${topic.summary}

  ${name} ${topic.name} COMMAND

${inColumns(lines)}
Every command has --help, and --json for programs.

${closing(topic)}`;
}

export function commandHelp({ name }: Program, topic: Topic, command: Command): string {
  const { summary, details, options } = command;
  return `${summary}

  ${[name, ...usageOf(command), '[options]'].join(' ')}

${inColumns(optionLines({ ...options, ...everywhere }))}
${details ? `${details.trim()}\n\n` : ''}${closing(topic)}`;
}

const closing = ({ settings }: Topic): string => `${settings ? `${settings}\n\n` : ''}${exits}`;

function usageOf({ name, operands, optionalOperand }: Command): string[] {
  return [name, ...operands, ...(optionalOperand ? [`[${optionalOperand}]`] : [])];
}

function optionLines(options: Options): string[][] {
  return Object.entries(options).map(([name, { value, help, isMultiple }]) => [
    `--${name}${value ? ` ${value}` : ''}`,
    `${help}${isMultiple ? ' (can be repeated)' : ''}`,
  ]);
}

function inColumns(lines: string[][]): string {
  const widest = Math.max(...lines.map(([first = '']) => first.length));
  return lines.map(([first = '', second]) => `  ${first.padEnd(widest)}  ${second}\n`).join('');
}
