/** The building blocks of the schemas for answers, and the one place that checks an answer. */
import * as v from 'valibot';
import { isRecord, parseJson, type Json } from './json.ts';

/** An answer that its operation cannot give. The message names the member, never its value. */
export class MalformedAnswer extends Error {
  override readonly name = 'MalformedAnswer';
}

export const text = v.string();
export const texts = v.array(text);
export const flag = v.boolean();
export const number = v.number();
export const record = v.custom<Record<string, unknown>>(isRecord);
/** Whatever `JSON.parse` returns is one. */
export const anyJson = v.custom<Json>(() => true);
export const {
  array: listOf,
  literal: exactly,
  nullable: orNull,
  /** A member that may be missing. */
  exactOptional: maybe,
  /** A member that gets a value when it is missing. */
  optional: withDefault,
} = v;

/** What a schema reads, or a function that reads an answer returns. */
export type Read<S extends v.GenericSchema> = v.InferOutput<S>;

/**
 * An object with these members. Other members pass through, unchecked and untyped. `null` counts as
 * missing unless the member allows it: the server, written in Go, makes no difference either.
 * @param droppable members that may be missing and are left out, not refused, when they are wrong
 */
export function object<const E extends v.ObjectEntries>(
  entries: E,
  droppable: (keyof E)[] = [],
): v.GenericSchema<unknown, v.InferOutput<v.ObjectSchema<E, undefined>>> {
  const nullIsMissing = Object.entries(entries)
    .filter(([, schema]) => schema.type.endsWith('optional') && !v.is(schema, null))
    .map(([name]) => name);

  /** Changes the object itself: it was just parsed, so nobody else has it. */
  function dropMissing(fields: Record<string, unknown>): Record<string, unknown> {
    for (const name of nullIsMissing) if (fields[name] === null) delete fields[name];
    for (const name of droppable) {
      if (!v.is(entries[name]!, fields[String(name)])) delete fields[String(name)];
    }
    return fields;
  }

  return v.pipe(record, v.transform(dropMissing), v.looseObject(entries));
}

/** @throws MalformedAnswer */
export function readAs<T>(body: string, schema: v.GenericSchema<unknown, T>): T {
  const json = parseJson(body);
  if (json === undefined) throw new MalformedAnswer('the body is not JSON');
  const result = v.safeParse(schema, json, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const member = v.getDotPath(issue);
  const fault = issue.input === undefined ? 'is missing' : 'has the wrong type';
  throw new MalformedAnswer(`${member === null ? 'the body' : `"${member}"`} ${fault}`);
}
