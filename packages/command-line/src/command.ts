import { parseArgs } from 'node:util';
import type { CommandContext } from './command-context.ts';
import { misuse } from './failure.ts';

/** One option of a command. */
export interface Option {
  /** The placeholder of its value, such as `URI`. Without it the option is a switch. */
  value?: string;
  help: string;
  /** Can be given several times. */
  isMultiple?: true;
}

export type Options = Record<string, Option>;

/** @typeParam C what it works with */
export interface Command<C = CommandContext> {
  /** Such as `clients show`, or one word alone. */
  name: string;
  /** What must follow the name, such as `ID`. */
  operands: string[];
  /** What may follow them, such as `WHO`. */
  optionalOperand?: string;
  /** One line for the list of commands. */
  summary: string;
  /** More for the command's own help, wrapped into lines. */
  details?: string;
  options: Options;
  /** The sentence for an operand too many, if the usual one would not help. */
  operandRefusal?: string;
  /** @returns the exit code; nothing means 0 */
  run(given: Given, context: C): Promise<number | void>;
}

/** The operands and options of one call. */
export interface Given {
  operands: string[];
  has(option: string): boolean;
  text(option: string): string | undefined;
  texts(option: string): string[];
}

/** Options of every command. */
export const everywhere: Options = {
  json: { help: 'print JSON, for programs' },
  help: { help: 'print this text' },
};

export const yesOption: Options = { yes: { help: 'do not ask' } };

/**
 * Reads the arguments after the name of a command.
 * @throws Failure that says what is wrong, without values: they could be secrets
 */
export function readGiven(
  { name, operands, optionalOperand, options, operandRefusal }: Omit<Command, 'run'>,
  args: string[],
): Given {
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
  const allowedOperands = [...operands, ...(optionalOperand ? [optionalOperand] : [])];
  if (found.length > allowedOperands.length) {
    const allowed =
      allowedOperands.length > 0 ? `only ${allowedOperands.join(' and ')}` : 'only options';
    throw misuse(operandRefusal ?? `${name} takes ${allowed}: see --help.`);
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
