/** Reads a Dockerfile, as far as ours goes: stages, instructions with flags, JSON forms, arguments. */

export interface Instruction {
  /** In capitals, such as `COPY`. */
  name: string;
  /** Such as `{ from: 'build' }`. */
  flags: Record<string, string>;
  /** What follows the flags, in one line. */
  rest: string;
  /** The words of the JSON (exec) form; `undefined` in the shell form. */
  exec: string[] | undefined;
}

export interface Stage {
  /** As `AS` says; without it the number of the stage. */
  name: string;
  /** An image, or the name of an earlier stage. */
  base: string;
  platform: string | undefined;
  instructions: Instruction[];
}

export interface Dockerfile {
  /** The defaults of `ARG` before the first `FROM`. */
  globals: Record<string, string>;
  stages: Stage[];
}

export type Variables = Record<string, string | undefined>;

/** @param given values of arguments, as by `--build-arg`, and those that a builder sets itself */
export function readDockerfile(text: string, given: Variables = {}): Dockerfile {
  const globals: Record<string, string> = {};
  const stages: Stage[] = [];
  for (const instruction of instructionsOf(text)) {
    const stage = stages.at(-1);
    if (instruction.name === 'FROM') {
      const words = instruction.rest.split(/\s+/);
      const variables = { ...globals, ...given };
      const [image = '', as = '', name = String(stages.length)] = words;
      if (words.length !== 1 && as.toUpperCase() !== 'AS')
        throw new Error(`FROM ${instruction.rest}`);
      const platform = instruction.flags['platform'];
      stages.push({
        name,
        base: expand(image, variables),
        platform: platform === undefined ? undefined : expand(platform, variables),
        instructions: [],
      });
    } else if (stage) stage.instructions.push(instruction);
    else if (instruction.name === 'ARG') Object.assign(globals, pairsOf(instruction.rest));
    else throw new Error(`${instruction.name} stands before FROM`);
  }
  return { globals, stages };
}

/** Replaces `$NAME`, `${NAME}` and `${NAME:-fallback}`. */
export function expand(text: string, variables: Variables): string {
  return text.replace(
    /\$(?:(\w+)|\{(\w+)(?::-([^}]*))?\})/g,
    (_whole, bare: string | undefined, braced: string | undefined, fallback: string | undefined) =>
      variables[bare ?? braced ?? ''] || (fallback ?? ''),
  );
}

/** `A=1 B="two words"`, or a name alone (`ARG`), which has no value of its own. */
export function pairsOf(rest: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const [, name = '', quoted, bare] of rest.matchAll(/([\w.-]+)=(?:"([^"]*)"|(\S*))/g)) {
    pairs[name] = quoted ?? bare ?? '';
  }
  return pairs;
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.split('\n').filter((line) => !/^\s*#/.test(line)); // also within an instruction
  const whole = lines.join('\n').replace(/\\[ \t]*\n/g, ' ');
  return whole
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readInstruction);
}

function readInstruction(line: string): Instruction {
  const [, name = '', after = ''] = /^([a-z]+)\s*(.*)$/i.exec(line) ?? [];
  const flags: Record<string, string> = {};
  const rest = after.replace(/^(?:--([a-z-]+)(?:=(\S+))?\s+)+/, (all) => {
    for (const [, flag = '', value = ''] of all.matchAll(/--([a-z-]+)(?:=(\S+))?/g)) {
      flags[flag] = value;
    }
    return '';
  });
  return { name: name.toUpperCase(), flags, rest, exec: execOf(rest) };
}

/** A line that looks like JSON and is none, is the shell form to a builder: a fault that nobody means. */
function execOf(rest: string): string[] | undefined {
  if (!rest.startsWith('[')) return undefined;
  return JSON.parse(rest) as string[];
}
