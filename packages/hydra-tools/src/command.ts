import { parseArgs } from 'node:util';
import type { CommandContext } from './command-context.ts';
import { misuse } from './failure.ts';

/** One option of a command. */
export interface Option {
  /** What stands after it, such as `URI`; without, it is a switch. */
  value?: string;
  says: string;
  /** May be given several times. */
  isMultiple?: true;
}

export type Options = Record<string, Option>;

export interface Command {
  /** `clients show`. */
  name: string;
  /** What must stand after the name, such as `ID`. */
  operands: string[];
  /** One line of the help. */
  says: string;
  /** What else is to be said, in whole lines. */
  more?: string;
  options: Options;
  /** The sentence for an operand that must not be there, where a special one is called for. */
  refuses?: string;
  /** @returns the exit code, 0 when nothing is returned */
  run(given: Given, context: CommandContext): Promise<number | void>;
}

/** What was given to a command. */
export interface Given {
  operands: string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
  texts(option: string): string[];
}

/** In every command. */
export const everywhere: Options = {
  json: { says: 'JSON, for programs' },
  help: { says: 'this text' },
};

export const yesOption: Options = { yes: { says: 'do not ask' } };

/**
 * Reads what stands after the name of a command.
 * @throws Failure that says what is wrong and repeats no value: it could be a secret
 */
export function readGiven({ name, operands, options, refuses }: Command, args: string[]): Given {
  const known: Options = { ...options, ...everywhere };
  const types = Object.entries(known).map(
    ([option, { value }]) => [option, { type: value ? 'string' : 'boolean' } as const] as const,
  );
  const { tokens } = parseArgs({
    args,
    options: Object.fromEntries(types),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const found: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') found.push(token.value);
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) throw misuse(`${name} has no option ${token.rawName}: see --help.`);
    const before = values.get(token.name) ?? [];
    if (before.length > 0 && option.value && !option.isMultiple) {
      throw misuse(`${token.rawName} can be given only once.`);
    }
    values.set(token.name, [...before, valueOf(token, option)]);
  }
  if (found.length > operands.length) {
    const allowed = operands.length > 0 ? `only ${operands.join(' and ')}` : 'only options';
    throw misuse(refuses ?? `${name} takes ${allowed}: see --help.`);
  }
  if (found.length < operands.length || found.includes('')) {
    throw misuse(`${name} needs ${operands.join(' and ')}: see --help.`);
  }
  return {
    operands: found,
    has: (option) => values.has(option),
    text: (option) => values.get(option)?.[0],
    texts: (option) => values.get(option) ?? [],
  };
}

function valueOf(
  token: { rawName: string; value?: string | undefined; inlineValue?: boolean | undefined },
  option: Option,
): string {
  const { rawName, value, inlineValue } = token;
  if (!option.value) {
    if (value !== undefined) throw misuse(`${rawName} takes no value.`);
    return '';
  }
  if (value === undefined || (!inlineValue && /^-./.test(value))) {
    throw misuse(`${rawName} needs a value: ${rawName} ${option.value}.`);
  }
  return value;
}
