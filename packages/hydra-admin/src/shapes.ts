/** Looks at what the server says before it is believed. */

/** An answer that is not what its operation can answer; the message says what is wrong with it. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen';
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `undefined` when the text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export type Test = (value: unknown) => boolean;

export interface Member {
  is: Test;
  isRequired?: true;
  /** What stands for one that is not there. */
  absent?: () => unknown;
  /** Holds whatever its owner stored: left out when it is something else, instead of refused. */
  isAnybodys?: true;
}

/** All members of a type, so that none is read unchecked. */
export type Shape<T> = { [name in keyof Required<T>]: Member };

export const anything: Test = () => true;
export const text: Test = (value) => typeof value === 'string';
export const flag: Test = (value) => typeof value === 'boolean';
export const texts: Test = (value) => Array.isArray(value) && value.every(text);
export const orNull =
  (is: Test): Test =>
  (value) =>
    value === null || is(value);

export function shaped<T>(shape: Shape<T>, path: string): Test {
  return (value) => {
    if (!isRecord(value)) return false;
    demand(value, shape, path);
    return true;
  };
}

export const number: Test = (value) => typeof value === 'number';
export const listOf =
  (is: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(is);

/** @throws Misshapen */
export function read<T>(body: string, shape: Shape<T>): T {
  const json = jsonOf(body);
  if (!isRecord(json)) throw new Misshapen('it is no JSON object');
  demand(json, shape);
  return json;
}

/**
 * Members that are not in the shape are let through. `null` counts as absent where the type has no
 * `null`: the server's own language makes no difference either.
 */
function demand<T>(
  fields: Record<string, unknown>,
  shape: Shape<T>,
  path = '',
): asserts fields is Record<string, unknown> & T {
  for (const name in shape) {
    const { is, isRequired, absent, isAnybodys } = shape[name];
    const value = fields[name];
    if (value !== undefined && is(value)) continue;
    const isAbsent = value === undefined || value === null || isAnybodys;
    if (isRequired || !isAbsent) {
      const fault = value === undefined ? 'missing' : 'of the wrong type';
      throw new Misshapen(`"${path}${name}" is ${fault}`);
    }
    if (absent) fields[name] = absent();
    else if (value !== undefined) delete fields[name];
  }
}
