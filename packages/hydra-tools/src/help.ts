import { everywhere, type Command, type Options } from './command.ts';

const closing = `Settings come from the environment and from the file .env: HYDRA_ADMIN_URL, and if need be
HYDRA_ADMIN_TOKEN and the other HYDRA_… settings of .env.example.

Exit codes: 0 done, 1 failed, 2 misused (nothing was done), 3 no such thing at the server,
130 stopped by Ctrl-C.
`;

/** What a group of commands can do, or all of them. */
export function groupHelp(commands: Command[]): string {
  const lines = commands.map(({ name, operands, says }) => [[name, ...operands].join(' '), says]);
  return `Looks after the OAuth2 server, by its admin API.

  npm run -s hydra -- COMMAND          or, where Portico is installed: portico COMMAND

${inColumns(lines)}
Each command has a --help of its own, and --json for programs. -s keeps npm from printing a header.

${closing}`;
}

export function commandHelp({ name, operands, says, more, options }: Command): string {
  const usage = ['npm run -s hydra --', name, ...operands, '[options]'].join(' ');
  return `${says}

  ${usage}

${inColumns(optionLines({ ...options, ...everywhere }))}
${more ? `${more.trim()}\n\n` : ''}${closing}`;
}

function optionLines(options: Options): string[][] {
  return Object.entries(options).map(([name, { value, says, isMultiple }]) => [
    `--${name}${value ? ` ${value}` : ''}`,
    `${says}${isMultiple ? ' (can be repeated)' : ''}`,
  ]);
}

function inColumns(lines: string[][]): string {
  const widest = Math.max(...lines.map(([first = '']) => first.length));
  return lines.map(([first = '', second]) => `  ${first.padEnd(widest)}  ${second}\n`).join('');
}
