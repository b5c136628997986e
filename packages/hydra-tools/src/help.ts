import { everywhere, type Command, type Options } from './command.ts';

const closing = `Settings come from the environment and from the file .env: HYDRA_ADMIN_URL and, where needed,
HYDRA_ADMIN_TOKEN and the other HYDRA_… settings of .env.example.

Exit codes: 0 done, 1 failed, 2 wrong usage (nothing was done), 3 not found on the server,
130 stopped by Ctrl-C.
`;

/** Lists these commands: those of one group, or all. */
export function groupHelp(commands: Command[]): string {
  const lines = commands.map(({ name, operands, optionalOperand, summary }) => [
    [name, ...operands, ...optional(optionalOperand)].join(' '),
    summary,
  ]);
  return `Manages the OAuth2 server through its admin API.

  npm run -s hydra -- COMMAND          or, where Portico is installed: portico COMMAND

${inColumns(lines)}
Every command has --help, and --json for programs. -s stops npm from printing a header.

${closing}`;
}

export function commandHelp({
  name,
  operands,
  optionalOperand,
  summary,
  details,
  options,
}: Command): string {
  const usage = [
    'npm run -s hydra --',
    name,
    ...operands,
    ...optional(optionalOperand),
    '[options]',
  ].join(' ');
  return `${summary}

  ${usage}

${inColumns(optionLines({ ...options, ...everywhere }))}
${details ? `${details.trim()}\n\n` : ''}${closing}`;
}

const optional = (operand: string | undefined): string[] => (operand ? [`[${operand}]`] : []);

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
