import type { Json } from '@portico/hydra-admin';

/** What the members of a body must be. A shape inside a shape is an object inside. */
export interface Shape {
  [name: string]: Kind | Shape;
}

type Kind = keyof Kinds;

interface Kinds {
  string: string;
  boolean: boolean;
  integer: number;
  strings: string[];
  object: Record<string, Json>;
  /** RFC 3339. */
  time: string;
  any: Json;
}

/** Absent members, and members that are `null` and may not be anything, are left out. */
export type Decoded<S extends Shape> = {
  [N in keyof S]?: S[N] extends Kind ? Kinds[S[N]] : S[N] extends Shape ? Decoded<S[N]> : never;
};

/** A body that is no JSON, or has a member of the wrong type. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
}

const isKind: { [K in Kind]: (value: Json) => boolean } = {
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  strings: (value) => Array.isArray(value) && value.every((item) => typeof item === 'string'),
  object: isObject,
  time: (value) => typeof value === 'string' && isTime(value),
  any: () => true,
};

/**
 * Reads a JSON body as strictly as the real server: no type is bent into another. Names match in
 * any case, and `null` is an empty object.
 * @param mayHaveMore whether unknown members are ignored
 * @throws DecodeError
 */
export function decode<S extends Shape>(shape: S, text: string, mayHaveMore?: boolean): Decoded<S>;
export function decode(shape: Shape, text: string, mayHaveMore = true): object {
  return decodeObject(shape, parse(text) ?? {}, mayHaveMore);
}

function parse(text: string): Json {
  try {
    const value: Json = JSON.parse(firstValue(text));
    return value;
  } catch {
    throw new DecodeError('The body is no JSON.');
  }
}

/** What comes after the first object or list is never looked at. */
function firstValue(text: string): string {
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    if (token === '}' || token === ']') depth -= 1;
    if (depth === 0) return text.slice(0, index + token.length);
  }
  return text;
}

function decodeObject(shape: Shape, value: Json, mayHaveMore: boolean): Record<string, unknown> {
  if (!isObject(value)) throw new DecodeError('Not an object.');
  const decoded: Record<string, unknown> = {};
  for (const [given, member] of Object.entries(value)) {
    const name = Object.keys(shape).find((known) => known === given.toLowerCase());
    const kind = name === undefined ? undefined : shape[name];
    if (name === undefined || kind === undefined) {
      if (mayHaveMore) continue;
      throw new DecodeError(`Unknown member "${given}".`);
    }
    if (member === null && kind !== 'any') continue;
    if (typeof kind !== 'string') decoded[name] = decodeObject(kind, member, mayHaveMore);
    else if (isKind[kind](member)) decoded[name] = member;
    else throw new DecodeError(`The member "${given}" must be of type ${kind}.`);
  }
  return decoded;
}

const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

function isTime(text: string): boolean {
  return time.test(text) && !Number.isNaN(Date.parse(text));
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
